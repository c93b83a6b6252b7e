"""A whole data set at once: the best courses of every teacher, as one Parquet file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.dataset import Dataset
from features.errors import InvalidSetting
from recommender.model import Model
from recommender.ranking import NONE, Ranker, Ranking

SCHEMA = pa.schema(
    [
        ("teacher_id", pa.string()),
        ("course_id", pa.string()),
        ("rank", pa.int32()),
        ("score", pa.float32()),
        ("propensity", pa.float64()),
    ]
)


def rows(ranking: Ranking, dataset: Dataset) -> pa.RecordBatch:
    """Return lists as rows of :data:`SCHEMA`."""
    row, place = np.nonzero(ranking.courses != NONE)
    columns = (
        dataset.teachers.outside(ranking.teachers[row]),
        dataset.courses.outside(ranking.courses[row, place]),
        place + 1,
        ranking.scores[row, place],
        ranking.chance[row, place],
    )
    arrays = [pa.array(column, kind) for column, kind in zip(columns, SCHEMA.types, strict=True)]
    return pa.record_batch(arrays, schema=SCHEMA)


def batch(
    dataset: Dataset,
    model: Model,
    *,
    as_of: pd.Timestamp,
    k: int,
    workers: int = 1,
    explore: float = 0.0,
    rng: np.random.Generator | None = None,
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
    explore, rng
        Share of the places that go to courses of uncertain worth, and what they are drawn with;
        ``propensity`` is the chance that each was drawn with, 1 elsewhere.

    Yields
    ------
    pyarrow.RecordBatch
        Of :data:`SCHEMA`; ``rank`` counts from 1.

    Raises
    ------
    InvalidSetting
        If ``k`` or ``workers`` is below 1, the share not from 0 to 1, or ``rng`` missing.
    """
    for name, value in (("k", k), ("workers", workers)):
        if value < 1:
            raise InvalidSetting(name, expected="at least 1", got=str(value))
    ranker = Ranker.of(model, dataset, as_of=as_of, k=k, explore=explore, rng=rng)
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(lambda start: rows(ranker.chunk(start), dataset), ranker.starts)


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
    written = 0
    unfinished = path.with_name(path.name + ".part")
    try:
        with pq.ParquetWriter(unfinished, SCHEMA, compression="zstd") as writer:
            for each in batches:
                writer.write_batch(each)
                written += each.num_rows
                report(written)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return written
