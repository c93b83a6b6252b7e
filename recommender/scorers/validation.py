"""The later slice of time on which a hybrid chooses its weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.moments import instant
from recommender.eligibility import Eligibility
from recommender.scorers.contract import Scorer, Training
from recommender.scorers.top import ndcg, top

OFFSET = 30
DEPTH = 250
MAX_STEPS = 8
MAX_TEACHERS = 3_000


class Validation:
    """The teachers who chose something new after a moment, and what they chose."""

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
        self.warm = np.diff(self.profiles.histories.lasting.indptr) > 0

    @classmethod
    def of(cls, training: Training, cut: pd.Timestamp) -> Validation:
        """Look at the choices of ``training`` from ``cut`` on, knowing only what came before."""
        earlier = training.earlier(cut)
        later = training.choices.moment >= instant(cut)
        teacher = training.choices.teacher[later]
        fitted = training.catalogue.fitted_courses.ids[training.choices.course[later]]
        course = training.catalogue.courses.positions(fitted)
        rng = np.random.default_rng(training.seed)
        teachers = np.unique(teacher)
        if len(teachers) > MAX_TEACHERS:
            teachers = np.sort(rng.choice(teachers, MAX_TEACHERS, replace=False))
        row = np.full(len(training.profiles), -1)
        row[teachers] = np.arange(len(teachers))
        truth = np.zeros((len(teachers), len(training.catalogue.courses)), bool)
        kept = row[teacher] >= 0
        truth[row[teacher[kept]], course[kept]] = True
        candidates = _candidates(earlier, training.catalogue.appeared)
        # Judged as lists are made: a part is not to shine with courses that nobody is shown.
        closed = ~Eligibility.of(training.dataset, cut).allowed(teachers) | ~candidates
        truth &= ~closed
        some = truth.any(axis=1)
        return cls(earlier, teachers[some], truth[some], closed[some])

    def ranks(self, part: Scorer) -> NDArray[np.float32]:
        """Fit a part on the earlier slice and return its reciprocal ranks, as in service.

        Closed courses take ranks too, as they do when a list is made: only then are they left
        out, and weights chosen on other ranks would not hold.
        """
        part.fit(self.training)
        return reciprocal_ranks(part.score(self.profiles, self.training.catalogue))

    def quality(
        self, ranks: Sequence[NDArray[np.float32]], rows: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """Return each row's NDCG@10 under the sum of some parts' ranks."""
        total = np.zeros((int(rows.sum()), self.truth.shape[1]), np.float32)
        for rank in ranks:
            total += rank[rows]
        total[self.closed[rows]] = -np.inf
        return ndcg(top(total, min(10, total.shape[1])), self.truth[rows])

    def select(
        self, ranks: Mapping[str, NDArray[np.float32]], start: str, rows: NDArray[np.bool_]
    ) -> dict[str, float]:
        """Return how often greedy ensemble selection takes each part, ``start`` first.

        A step is taken only if it gains more than one standard error of the paired difference:
        what a few teachers seem to prefer is noise.
        """
        taken = [start]
        now = self.quality([ranks[start]], rows)
        for _ in range(MAX_STEPS):
            gains = {
                name: self.quality([ranks[n] for n in (*taken, name)], rows) - now for name in ranks
            }
            name = max(gains, key=lambda n: float(gains[n].mean()))
            if gains[name].mean() <= gains[name].std() / np.sqrt(len(now)):
                break
            taken.append(name)
            now = now + gains[name]
        return {name: float(taken.count(name)) for name in dict.fromkeys(taken)}


def _candidates(earlier: Training, appeared: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the courses that could be recommended earlier: those that had appeared.

    Where none has ``appeared`` since (a data set without dates), those that had been taken.
    """
    catalogue = earlier.catalogue
    if np.array_equal(catalogue.appeared, appeared):
        return catalogue.position >= 0
    return catalogue.appeared


def reciprocal_ranks(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``1 / (OFFSET + rank)`` for each row's best courses.

    0 beyond ``DEPTH``, and for a course whose score is -inf.
    """
    best = top(scores, min(DEPTH, scores.shape[1]))
    out = np.zeros(scores.shape, np.float32)
    share = (1 / (OFFSET + np.arange(1, best.shape[1] + 1))).astype(np.float32)
    told = ~np.isneginf(np.take_along_axis(scores, best, axis=1))
    np.put_along_axis(out, best, np.where(told, share, np.float32(0)), axis=1)
    return out
