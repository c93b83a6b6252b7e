"""What a teacher has already done: the one definition for ranking, evaluation and planning."""

from __future__ import annotations

from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from features.dataset import Dataset
from features.events import EventLog
from features.moments import local_day, local_days

NEVER_AGAIN = "never"
YEARLY = "yearly"
#: Later than every day of a data set.
NO_DAY = pd.Timestamp("9999-12-31")


def done(
    dataset: Dataset, as_of: pd.Timestamp, teachers: NDArray[np.integer] | None = None
) -> sparse.csr_array:
    """Say which courses each teacher has done, as of a moment.

    A completed course is done until :func:`free_from`. Viewed, dismissed, withdrawn and failed
    courses are not done; in a data set without event kinds every event is a completion.

    Parameters
    ----------
    dataset
        Its log and its courses' ``repeatable``.
    as_of
        Events known at or after it are not seen; its day is that of the data set's zone.
    teachers
        Positions to keep, in this order; all when left out.

    Returns
    -------
    csr_array of bool, shape (n_teachers, n_courses)
    """
    n_teachers, n_courses = len(dataset.teachers), len(dataset.courses)
    completed = dataset.log.before(as_of).of_kinds("completed")
    still = _still_done(dataset, completed, local_day(as_of, dataset.columns.zone))
    matrix = sparse.csr_array(
        (np.ones(int(still.sum()), bool), (completed.teacher[still], completed.course[still])),
        shape=(n_teachers, n_courses),
    )
    matrix.sum_duplicates()
    return matrix if teachers is None else cast(sparse.csr_array, matrix[teachers])


def free_from(completed: pd.DatetimeIndex, repeatable: str) -> pd.DatetimeIndex:
    """Return the first day on which a course completed on each of some days may be taken again.

    ``yearly`` lifts *done* at the next new year; a number of months on the same day of that
    month, or its last; ``never`` does not.

    >>> days = pd.DatetimeIndex(["2025-01-31", "2025-12-31"])
    >>> [str(day.date()) for day in free_from(days, "yearly")]
    ['2026-01-01', '2026-01-01']
    >>> [str(day.date()) for day in free_from(days, "1")]
    ['2025-02-28', '2026-01-31']
    """
    if repeatable == NEVER_AGAIN:
        return pd.DatetimeIndex([NO_DAY] * len(completed))
    if repeatable == YEARLY:
        return completed + pd.offsets.YearBegin()
    return completed + pd.DateOffset(months=int(repeatable))


def _still_done(dataset: Dataset, completed: EventLog, today: pd.Timestamp) -> NDArray[np.bool_]:
    """Say which completions still count on a day; shape (n_events,)."""
    table = dataset.table("courses")
    rules = pd.Series(NEVER_AGAIN, index=dataset.courses.ids)
    rules[table["course_id"]] = table["repeatable"].fillna(NEVER_AGAIN).to_numpy()
    number, names = pd.factorize(rules)
    still = np.ones(len(completed), bool)
    for each, rule in enumerate(names):
        if rule != NEVER_AGAIN:
            own = np.flatnonzero(number[completed.course] == each)
            days = local_days(completed.occurred_at[own], dataset.columns.zone)
            still[own] = free_from(days, rule) > today
    return still
