"""Past training as words: how much, how lately, in which domains."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.dataset import Dataset
from features.encoding import binned
from features.events import EventLog
from features.histories import event_weights
from features.ids import IdMap
from features.moments import MICROSECONDS_PER_DAY, instant

COUNT_EDGES = (1, 2, 4, 8, 16, 32)
RECENCY_EDGES = (7, 30, 90, 365)
HOURS_EDGES = (1, 20, 60, 120)
#: The columns of :func:`past_training`.
PAST_COLUMNS = ("past_count", "days_since_last", "past_hours")


def past_training(dataset: Dataset, as_of: pd.Timestamp) -> dict[str, pd.Series]:
    """Return columns of binned words, indexed by teacher id.

    ``past_count`` (courses completed), ``days_since_last`` (event), and ``past_hours`` in each
    domain, as one list column of ``domain:interval`` words.
    """
    log = dataset.log.before(as_of)
    index = dataset.teachers.ids
    completed = log.of_kinds("completed")
    count = np.bincount(completed.teacher, minlength=len(index)).astype(float)
    last = np.full(len(index), np.nan)
    # Events are in order of time, so the last write wins.
    last[log.teacher] = (instant(as_of) - log.occurred_at) / MICROSECONDS_PER_DAY
    return {
        "past_count": binned(pd.Series(count, index=index), COUNT_EDGES),
        "days_since_last": binned(pd.Series(last, index=index), RECENCY_EDGES),
        "past_hours": hours_by_domain(dataset, as_of),
    }


def past_courses(dataset: Dataset, teacher: int, as_of: pd.Timestamp) -> dict[str, bool]:
    """Return the courses that speak for one teacher's taste, and whether each was completed.

    A course that was dismissed or given up more than it was chosen does not speak for it, nor
    does one that the teacher was assigned to or nominated for.
    """
    log = dataset.log.before(as_of)
    return courses_of(log.where(log.teacher == teacher), dataset.courses)


def courses_of(log: EventLog, courses: IdMap) -> dict[str, bool]:
    """Return :func:`past_courses` out of the events that are known of one teacher."""
    log = log.where(log.self_selected)
    spoken, number = np.unique(log.course, return_inverse=True)
    weight = np.bincount(number, event_weights(log), minlength=len(spoken))
    spoken = spoken[weight > 0]
    completed = np.isin(spoken, log.of_kinds("completed").course)
    return dict(zip(courses.outside(spoken), completed.tolist(), strict=True))


def hours_by_domain(dataset: Dataset, as_of: pd.Timestamp) -> pd.Series:
    """Return ``domain:interval`` words of the hours completed, indexed by teacher id."""
    courses = dataset.table("courses").set_index("course_id").reindex(dataset.courses.ids)
    completed = dataset.log.before(as_of).of_kinds("completed")
    completed = completed.where(~completed.silent)
    domain, domains = pd.factorize(courses["domain"])
    known = domain[completed.course] >= 0
    hours = np.zeros((len(dataset.teachers), len(domains)))
    np.add.at(
        hours,
        (completed.teacher[known], domain[completed.course[known]]),
        courses["hours"].fillna(0).to_numpy()[completed.course[known]],
    )
    text = pd.Series("", index=dataset.teachers.ids, dtype="str")
    for number, name in enumerate(domains):
        some = pd.Series(hours[:, number], index=text.index)
        words = name + ":" + binned(some, HOURS_EDGES)
        text = text + words.where(some >= HOURS_EDGES[0], "") + ";"
    return text.str.strip(";").where(lambda cell: cell != "")
