"""A whole data set at once: the best courses of every teacher, as one Parquet file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.catalogue import Catalogue
from features.dataset import Dataset
from features.errors import InvalidSetting
from features.profiles import Profiles
from recommender.eligibility import Eligibility
from recommender.model import Model
from recommender.ranking import CHUNK, NONE, best

SCHEMA = pa.schema(
    [
        ("teacher_id", pa.string()),
        ("course_id", pa.string()),
        ("rank", pa.int32()),
        ("score", pa.float32()),
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """What every chunk of teachers needs; a chunk's rows depend on it and the chunk alone."""

    dataset: Dataset
    model: Model
    catalogue: Catalogue
    eligibility: Eligibility
    profiles: Profiles
    k: int

    @classmethod
    def of(cls, dataset: Dataset, model: Model, as_of: pd.Timestamp, k: int) -> Job:
        """See a data set at a moment."""
        catalogue = model.catalogue(dataset, as_of)
        return cls(
            dataset=dataset,
            model=model,
            catalogue=catalogue,
            eligibility=Eligibility.of(dataset, as_of),
            profiles=model.profiles(dataset, as_of, catalogue),
            k=min(k, len(dataset.courses)),
        )

    def rows(self, start: int) -> pa.RecordBatch:
        """Return the lists of the chunk of teachers that begins at a position."""
        teachers = np.arange(start, min(start + CHUNK, len(self.dataset.teachers)))
        scores = self.model.score(self.profiles.rows(teachers), self.catalogue)
        ranking = best(teachers, scores, self.eligibility.allowed(teachers), self.k)
        row, place = np.nonzero(ranking.courses != NONE)
        columns = (
            self.dataset.teachers.outside(teachers[row]),
            self.dataset.courses.outside(ranking.courses[row, place]),
            place + 1,
            ranking.scores[row, place],
        )
        arrays = [
            pa.array(column, kind) for column, kind in zip(columns, SCHEMA.types, strict=True)
        ]
        return pa.record_batch(arrays, schema=SCHEMA)


def batch(
    dataset: Dataset, model: Model, *, as_of: pd.Timestamp, k: int, workers: int = 1
) -> Iterator[pa.RecordBatch]:
    """Yield the best eligible courses of every teacher, teachers in order of their ids.

    Parameters
    ----------
    dataset, model
        The data set may hold teachers and courses that the model has never seen.
    as_of
        Nothing dated at or after it is seen.
    k
        At most so many courses for each teacher; nothing that ``done`` excludes is among them.
    workers
        Threads; the products of matrices that most of the time goes into run beside each other.

    Yields
    ------
    pyarrow.RecordBatch
        Of :data:`SCHEMA`; ``rank`` counts from 1.

    Raises
    ------
    InvalidSetting
        If ``k`` or ``workers`` is below 1.
    """
    for name, value in (("k", k), ("workers", workers)):
        if value < 1:
            raise InvalidSetting(name, expected="at least 1", got=str(value))
    job = Job.of(dataset, model, as_of, k)
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(job.rows, range(0, len(dataset.teachers), CHUNK))


def write_batch(
    path: Path,
    batches: Iterator[pa.RecordBatch],
    report: Callable[[int], None] = lambda rows: None,
) -> int:
    """Write batches into one Parquet file, whole or not at all; return the number of rows.

    Parameters
    ----------
    report
        Is told the number of rows written so far, after every batch.
    """
    rows = 0
    unfinished = path.with_name(path.name + ".part")
    try:
        with pq.ParquetWriter(unfinished, SCHEMA, compression="zstd") as writer:
            for each in batches:
                writer.write_batch(each)
                rows += each.num_rows
                report(rows)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return rows
