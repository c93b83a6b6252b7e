"""The later slice of time on which a hybrid's second stage is learned and chosen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.moments import instant
from features.profiles import Profiles
from recommender.eligibility import Eligibility
from recommender.scorers.contract import Scorer, Training
from recommender.scorers.places import places
from recommender.scorers.top import ndcg, top

MAX_TEACHERS = 3_000
#: Teachers times courses that are judged at most: bounds memory for a large catalogue.
MAX_CELLS = 20_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Validation:
    """Teachers who chose something new after a moment, and what they chose.

    Parameters
    ----------
    training
        What was known at the moment.
    profiles
        The teachers as they are asked for, n of them.
    truth, closed
        What each chose later, and what could not be shown; bool, shape (n, n_courses).
    """

    training: Training
    profiles: Profiles
    truth: NDArray[np.bool_]
    closed: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.truth)

    @classmethod
    def of(
        cls, training: Training, cut: pd.Timestamp, withheld: NDArray[np.bool_] | None = None
    ) -> Self:
        """Look at the choices of ``training`` from ``cut`` on, knowing only what came before.

        Where courses are ``withheld``, shape (n_courses,), nothing is known of them, and they
        alone are asked for: how new courses fare.
        """
        earlier = training.earlier(cut, withheld)
        teachers, truth = _later(training, cut)
        # Judged as lists are made: a part is not to shine with courses that nobody is shown.
        closed = ~Eligibility.of(training.dataset, cut).allowed(teachers)
        closed |= ~_candidates(training, cut)
        if withheld is not None:
            closed |= ~withheld
        truth &= ~closed
        some = truth.any(axis=1)
        return cls(earlier, earlier.profiles.rows(teachers[some]), truth[some], closed[some])

    def rows(self, chosen: NDArray[np.bool_]) -> Self:
        """Return some of its teachers; ``chosen`` has shape (n,)."""
        own = self.profiles.rows(np.flatnonzero(chosen))
        return replace(self, profiles=own, truth=self.truth[chosen], closed=self.closed[chosen])

    def of_strangers(self) -> Self:
        """Return the same teachers as if nothing they did were known."""
        strangers = self.training.strangers()
        return replace(self, profiles=strangers.rows(self.profiles.teachers))

    def places(self, part: Scorer) -> NDArray[np.int16]:
        """Return the places that a part, fitted on the earlier slice, gives what can be shown."""
        return places(part.score(self.profiles, self.training.catalogue), ~self.closed)

    def quality(
        self, scores: NDArray[np.floating], rows: NDArray[np.bool_] | None = None
    ) -> NDArray[np.float64]:
        """Return each teacher's NDCG@10 under scores of shape (n, n_courses).

        With ``rows``, of these teachers alone, whose scores are given.
        """
        chosen = slice(None) if rows is None else rows
        shown = np.where(self.closed[chosen], np.float32(-np.inf), scores)
        return ndcg(top(shown, min(10, shown.shape[1])), self.truth[chosen])


def _later(training: Training, cut: pd.Timestamp) -> tuple[NDArray[np.integer], NDArray[np.bool_]]:
    """Return who chose from a moment on, or a sample of them, and what, (n, n_courses)."""
    choices, catalogue = training.choices, training.catalogue
    later = choices.moment >= instant(cut)
    teacher = choices.teacher[later]
    course = catalogue.courses.positions(catalogue.fitted_courses.ids[choices.course[later]])
    n_courses = len(catalogue.courses)
    room = min(MAX_TEACHERS, max(1, MAX_CELLS // max(n_courses, 1)))
    teachers = np.unique(teacher)
    if len(teachers) > room:
        teachers = np.random.default_rng(training.seed).choice(teachers, room, replace=False)
        teachers.sort()
    row = np.full(len(training.profiles), -1)
    row[teachers] = np.arange(len(teachers))
    truth = np.zeros((len(teachers), n_courses), bool)
    kept = row[teacher] >= 0
    truth[row[teacher[kept]], course[kept]] = True
    return teachers, truth


def _candidates(training: Training, cut: pd.Timestamp) -> NDArray[np.bool_]:
    """Return the courses that could be recommended at a moment: those that had appeared.

    Where none has appeared since (a data set without dates), those that had been taken.
    """
    now = training.catalogue
    then = now.at(training.dataset, cut)
    if not np.array_equal(then.appeared, now.appeared):
        return then.appeared
    taken = np.zeros(len(now.courses), bool)
    taken[training.log.before(cut).course] = True
    return taken
