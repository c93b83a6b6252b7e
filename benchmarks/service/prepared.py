"""A store and a model of a simulated province, made once and kept in a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from features.dataset import Dataset
from features.declaration import LIST_SEPARATOR, Table
from features.tables import BY_NAME
from recommender.artifact import save
from recommender.model import Model
from serving.identity import create_key
from serving.store.engine import Store
from serving.store.transfer import import_dataset
from training.simulate import Simulation, simulate

#: More courses than the simulator draws are told as copies of these.
DRAWN = 3_000
#: A model is trained on so many teachers, or a few more.
LEARNED_FROM = 10_000
_COPIED = ("courses.course_id", "offerings.offering_id")


@dataclass(frozen=True, slots=True)
class Province:
    """What a server is started on.

    Parameters
    ----------
    database, artifact
        Where store and model are.
    teachers, courses
        Their ids.
    key
        Of a platform.
    """

    database: str
    artifact: Path
    teachers: tuple[str, ...]
    courses: tuple[str, ...]
    key: str


def prepare(folder: Path, n_teachers: int, n_courses: int, years: int, seed: int = 0) -> Province:
    """Return the province of that size, made if the folder does not hold it yet.

    The store is the whole data set, imported; the model is trained on what ``LEARNED_FROM`` of
    its teachers did, for a model holds no teachers, and answers as fast whatever it was taught.
    """
    own = folder.resolve() / f"{n_teachers}x{n_courses}-{years}-{seed}"
    url, artifact, mark = f"sqlite:///{own / 'store.db'}", own / "model", own / "ready"
    now = pd.Timestamp.now("UTC")
    if not mark.exists():
        own.mkdir(parents=True, exist_ok=True)
        copies = -(-n_courses // DRAWN)
        size = Simulation(teachers=n_teachers, courses=n_courses // copies, years=years)
        dataset = copied(simulate(size, seed)[0], copies)
        pupils = np.arange(n_teachers)[:: max(1, n_teachers // LEARNED_FROM)]
        learned = dataset.of_teachers(pupils)
        save(Model.fit(learned, as_of=dataset.log.end, seed=seed), artifact)
        store = Store.open(url)
        import_dataset(store, dataset, now=now)
        store.close()
        ids = (dataset.teachers.ids, dataset.courses.ids)
        mark.write_text("\n".join(LIST_SEPARATOR.join(each) for each in ids), "utf-8")
    names = mark.read_text("utf-8").splitlines()
    teachers, courses = (tuple(line.split(LIST_SEPARATOR)) for line in names)
    store = Store.open(url)
    key = create_key(store, "default", ["platform"], now, label="benchmark")
    store.close()
    return Province(url, artifact, teachers, courses, key)


def copied(dataset: Dataset, copies: int) -> Dataset:
    """Return a data set with every course and offering so many times, each taken by others."""
    if copies == 1:
        return dataset
    number = {teacher: place % copies for place, teacher in enumerate(dataset.teachers.ids)}
    return Dataset.of(
        {
            name: _wide(BY_NAME[name], frame, copies, number)
            for name, frame in dataset.tables.items()
        },
        dataset.columns,
    )


def _wide(
    table: Table, frame: pd.DataFrame, copies: int, number: Mapping[str, int]
) -> pd.DataFrame:
    renamed = [c for c in table.columns if c.references in _COPIED] + [
        c for c in table.columns if f"{table.name}.{c.name}" in _COPIED
    ]
    if not renamed:
        return frame
    if "teacher_id" in table.names:
        copy = frame["teacher_id"].map(number)
        return frame.assign(**{c.name: _named(frame[c.name], copy) for c in renamed})
    parts = []
    for each in range(copies):
        copy = pd.Series(each, index=frame.index)
        parts.append(frame.assign(**{c.name: _named(frame[c.name], copy) for c in renamed}))
    return pd.concat(parts, ignore_index=True)


def _named(cells: pd.Series, copy: pd.Series) -> pd.Series:
    """Return ids, or lists of them, as those of a copy."""
    suffix = "-" + copy.astype("str")
    told = cells.notna()
    pairs = zip(cells[told], suffix[told], strict=True)
    named = [
        LIST_SEPARATOR.join(item + end for item in cell.split(LIST_SEPARATOR))
        for cell, end in pairs
    ]
    out = cells.copy()
    out[told] = named
    return out
