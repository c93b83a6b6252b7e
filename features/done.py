"""What a teacher has already done: the one definition for ranking, evaluation and planning."""

from __future__ import annotations

from dataclasses import dataclass
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
    day = local_day(as_of, dataset.columns.zone)
    still = Repeats.of(dataset).still_done(completed, day)
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


@dataclass(frozen=True, slots=True, eq=False)
class Repeats:
    """When courses may be taken again.

    Parameters
    ----------
    rules
        The distinct rules of ``repeatable``.
    number
        Of each course's rule among them, shape (n_courses,).
    zone
        Of the days.
    """

    rules: tuple[str, ...]
    number: NDArray[np.intp]
    zone: str

    @classmethod
    def of(cls, dataset: Dataset) -> Repeats:
        """Read the rules off the courses; a course without one is never taken again."""
        table = dataset.table("courses")
        rules = pd.Series(NEVER_AGAIN, index=dataset.courses.ids)
        rules[table["course_id"]] = table["repeatable"].fillna(NEVER_AGAIN).to_numpy()
        number, names = pd.factorize(rules)
        return cls(tuple(names), number, dataset.columns.zone)

    def still_done(self, completed: EventLog, today: pd.Timestamp) -> NDArray[np.bool_]:
        """Say which completions still count on a day; shape (n_events,)."""
        still = np.ones(len(completed), bool)
        number = self.number[completed.course]
        for each, rule in enumerate(self.rules):
            own = np.flatnonzero(number == each)
            if rule != NEVER_AGAIN and len(own):
                days = local_days(completed.occurred_at[own], self.zone)
                still[own] = free_from(days, rule) > today
        return still
