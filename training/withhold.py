"""Data sets with facts taken out, so that a model cannot learn what it must foresee."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from features.dataset import Dataset
from features.declaration import Kind
from features.moments import microseconds
from features.tables import BY_NAME, TABLES

#: The tables that say what teachers did. Teachers' own dated states stay: ``as_of`` hides them.
FACTS = tuple(
    table.name
    for table in TABLES
    if table.name != "teachers" and table.appears and "teacher_id" in table.names
)


def without_later(dataset: Dataset, since: NDArray[np.int64]) -> Dataset:
    """Take out each teacher's facts dated at or after a moment of the teacher's own.

    Parameters
    ----------
    dataset
        Where from.
    since
        UTC microseconds, shape (n_teachers,).
    """

    def kept(name: str, frame: pd.DataFrame) -> NDArray[np.bool_]:
        teacher = dataset.teachers.positions(frame["teacher_id"])
        return np.asarray(_known_at(name, frame) < since[teacher])

    return _narrowed(dataset, kept)


def without_pairs(dataset: Dataset, pairs: sparse.csr_array) -> Dataset:
    """Take out every fact about these (teacher, course) pairs.

    Parameters
    ----------
    dataset
        Where from.
    pairs
        Bool, shape (n_teachers, n_courses).
    """
    n_courses = pairs.shape[1]
    held = pairs.tocoo()
    held_out = held.row.astype(np.int64) * n_courses + held.col

    def kept(_: str, frame: pd.DataFrame) -> NDArray[np.bool_]:
        if not {"course_id", "offering_id"} & set(frame.columns):
            return np.ones(len(frame), bool)  # about no course, such as a diagnosis
        teacher = dataset.teachers.positions(frame["teacher_id"]).astype(np.int64)
        course = dataset.courses.positions(_course_id(dataset, frame))
        return np.asarray((course < 0) | ~np.isin(teacher * n_courses + course, held_out))

    return _narrowed(dataset, kept)


def _narrowed(dataset: Dataset, kept: Callable[[str, pd.DataFrame], NDArray[np.bool_]]) -> Dataset:
    tables = {
        name: frame[kept(name, frame)] if name in FACTS else frame
        for name, frame in dataset.tables.items()
    }
    return Dataset.of(tables, dataset.columns)


def _known_at(name: str, frame: pd.DataFrame) -> NDArray[np.int64]:
    """Return when each row became known: the latest of its dates."""
    dates = [
        microseconds(frame[column.name])
        for column in BY_NAME[name].columns
        if column.kind in (Kind.TIME, Kind.DATE)
    ]
    return np.asarray(np.max(dates, axis=0))


def _course_id(dataset: Dataset, frame: pd.DataFrame) -> pd.Series:
    """Return the course of each row, by way of its offering where it names no course."""
    if "course_id" in frame:
        return frame["course_id"]
    return frame["offering_id"].map(
        dataset.table("offerings").set_index("offering_id")["course_id"]
    )
