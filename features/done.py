"""What a teacher has already done: the one definition for ranking, evaluation and planning."""

from __future__ import annotations

from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from features.dataset import Dataset
from features.moments import instant

NEVER_AGAIN = "never"
YEARLY = "yearly"


def done(
    dataset: Dataset, as_of: pd.Timestamp, teachers: NDArray[np.integer] | None = None
) -> sparse.csr_array:
    """Say which courses each teacher has done, as of a moment.

    A completed course is done. ``repeatable`` lifts that: ``yearly`` in a later calendar year
    of the data set's zone, a number of months once they have passed since the last completion.
    Viewed, dismissed, withdrawn and failed courses are not done; in a data set without event
    kinds every event is a completion.

    Parameters
    ----------
    dataset
        Its log and its courses' ``repeatable``.
    as_of
        Events known at or after it are not seen.
    teachers
        Positions to keep, in this order; all when left out.

    Returns
    -------
    csr_array of bool, shape (n_teachers, n_courses)
    """
    n_teachers, n_courses = len(dataset.teachers), len(dataset.courses)
    completed = dataset.log.before(as_of).of_kinds("completed")
    still = completed.occurred_at > _lifted_before(dataset, as_of)[completed.course]
    matrix = sparse.csr_array(
        (np.ones(int(still.sum()), bool), (completed.teacher[still], completed.course[still])),
        shape=(n_teachers, n_courses),
    )
    matrix.sum_duplicates()
    return matrix if teachers is None else cast(sparse.csr_array, matrix[teachers])


def _lifted_before(dataset: Dataset, as_of: pd.Timestamp) -> NDArray[np.int64]:
    """For each course: completions at or before this microsecond no longer count."""
    table = dataset.table("courses")
    rule = table["repeatable"].fillna(NEVER_AGAIN)
    limits = {text: _limit(text, as_of, dataset.columns.zone) for text in rule.unique()}
    by_course = np.full(len(dataset.courses), np.iinfo(np.int64).min)
    by_course[dataset.courses.positions(table["course_id"])] = rule.map(limits).to_numpy(np.int64)
    return by_course


def _limit(rule: str, as_of: pd.Timestamp, zone: str) -> int:
    if rule == NEVER_AGAIN:
        return int(np.iinfo(np.int64).min)
    local = as_of.tz_convert(zone)
    if rule == YEARLY:
        return instant(pd.Timestamp(year=local.year, month=1, day=1, tz=zone)) - 1
    return instant(local - pd.DateOffset(months=int(rule)))
