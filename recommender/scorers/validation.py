"""The later slice of time on which a hybrid's second stage is learned and chosen."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.moments import instant
from recommender.eligibility import Eligibility
from recommender.scorers.contract import Scorer, Training
from recommender.scorers.places import places
from recommender.scorers.top import ndcg, top

MAX_TEACHERS = 3_000
#: Teachers times courses that are judged at most: bounds memory for a large catalogue.
MAX_CELLS = 20_000_000


class Validation:
    """The teachers who chose something new after a moment, and what they chose.

    Parameters
    ----------
    training
        What was known at the moment.
    teachers
        Positions, shape (n,).
    truth, closed
        What each chose later, and what could not be shown; bool, shape (n, n_courses).
    """

    def __init__(
        self,
        training: Training,
        teachers: NDArray[np.integer],
        truth: NDArray[np.bool_],
        closed: NDArray[np.bool_],
    ) -> None:
        self.training = training
        self.teachers = teachers
        self.truth = truth
        self.closed = closed
        self.profiles = training.profiles.rows(teachers)
        self.warm = self.profiles.warm

    @classmethod
    def of(cls, training: Training, cut: pd.Timestamp) -> Validation:
        """Look at the choices of ``training`` from ``cut`` on, knowing only what came before."""
        earlier = training.earlier(cut)
        later = training.choices.moment >= instant(cut)
        teacher = training.choices.teacher[later]
        fitted = training.catalogue.fitted_courses.ids[training.choices.course[later]]
        course = training.catalogue.courses.positions(fitted)
        n_courses = len(training.catalogue.courses)
        teachers = _drawn(np.unique(teacher), n_courses, training.seed)
        row = np.full(len(training.profiles), -1)
        row[teachers] = np.arange(len(teachers))
        truth = np.zeros((len(teachers), n_courses), bool)
        kept = row[teacher] >= 0
        truth[row[teacher[kept]], course[kept]] = True
        candidates = _candidates(earlier, training.catalogue.appeared)
        # Judged as lists are made: a part is not to shine with courses that nobody is shown.
        closed = ~Eligibility.of(training.dataset, cut).allowed(teachers) | ~candidates
        truth &= ~closed
        some = truth.any(axis=1)
        return cls(earlier, teachers[some], truth[some], closed[some])

    def places(self, part: Scorer) -> NDArray[np.int16]:
        """Fit a part on the earlier slice and return its places among what could be shown."""
        part.fit(self.training)
        return places(part.score(self.profiles, self.training.catalogue), ~self.closed)

    def quality(
        self, scores: NDArray[np.float32], rows: NDArray[np.bool_] | None = None
    ) -> NDArray[np.float64]:
        """Return each teacher's NDCG@10 under scores of shape (n, n_courses).

        With ``rows``, of these teachers alone, whose scores are given.
        """
        chosen = slice(None) if rows is None else rows
        shown = np.where(self.closed[chosen], np.float32(-np.inf), scores)
        return ndcg(top(shown, min(10, shown.shape[1])), self.truth[chosen])


def _drawn(teachers: NDArray[np.integer], n_courses: int, seed: int) -> NDArray[np.integer]:
    """Return all teachers, or a sample of them where they are many."""
    room = min(MAX_TEACHERS, max(1, MAX_CELLS // max(n_courses, 1)))
    if len(teachers) <= room:
        return teachers
    return np.sort(np.random.default_rng(seed).choice(teachers, room, replace=False))


def _candidates(earlier: Training, appeared: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the courses that could be recommended earlier: those that had appeared.

    Where none has ``appeared`` since (a data set without dates), those that had been taken.
    """
    catalogue = earlier.catalogue
    if np.array_equal(catalogue.appeared, appeared):
        return catalogue.position >= 0
    return catalogue.appeared
