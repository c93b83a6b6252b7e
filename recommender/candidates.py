"""Which courses could be recommended at a moment, whoever asks."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalogue import appeared
from features.dataset import Dataset
from features.events import EventLog
from features.moments import NEVER, instant, microseconds


def candidates(dataset: Dataset, cut: pd.Timestamp, known: EventLog) -> NDArray[np.bool_]:
    """Say which courses had appeared by a moment and were not withdrawn, shape (n_courses,).

    A course without a date appears with the first event that names it, whatever the dates of
    others say: before that nobody could know of it.

    Parameters
    ----------
    dataset
        Its table of courses.
    cut
        The moment.
    known
        The events known by then.
    """
    used = np.zeros(len(dataset.courses), bool)
    used[known.course] = True
    return offered(dataset, cut) & (used | _dated(dataset))


def offered(dataset: Dataset, cut: pd.Timestamp) -> NDArray[np.bool_]:
    """Say which courses are not dated after a moment and not withdrawn by it; (n_courses,)."""
    table = dataset.table("courses")
    until = microseconds(table["available_until"])
    withdrawn = (until != NEVER) & (until < instant(cut))
    return _by_course(dataset, appeared(table, cut) & ~withdrawn)


def _dated(dataset: Dataset) -> NDArray[np.bool_]:
    """Say which courses tell when they appeared, shape (n_courses,)."""
    return _by_course(dataset, dataset.table("courses")["available_from"].notna().to_numpy())


def _by_course(dataset: Dataset, of_row: NDArray[np.bool_]) -> NDArray[np.bool_]:
    out = np.zeros(len(dataset.courses), bool)
    out[dataset.courses.positions(dataset.table("courses")["course_id"])] = of_row
    return out
