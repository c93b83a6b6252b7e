"""The slice of time on which settings of one scorer are compared with each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features.catalogue import CourseEncoder
from features.done import done
from features.profiles import ProfileEncoder, Profiles
from recommender.ranking import best
from recommender.scorers.contract import Scorer, Training
from recommender.scorers.top import ndcg_of_hits as ndcg
from training.metrics import hits
from training.split import Split

#: Length of the lists.
K = 10
#: Teachers scored at once: bounds memory.
CHUNK = 2_048
#: So many teachers tell settings apart; more would only take longer.
MAX_TEACHERS = 5_000


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """What scorers are fitted on, who is asked, and what they went on to choose.

    Parameters
    ----------
    training
        What was known at the cut; encoders are fitted once, and serve every setting.
    profiles
        Of the teachers who are asked.
    truth, closed
        The relevant courses, and those that were done; sparse bool, shape (n, n_courses).
    candidates
        Shape (n_courses,).
    """

    training: Training
    profiles: Profiles
    truth: sparse.csr_array
    closed: sparse.csr_array
    candidates: NDArray[np.bool_]

    @classmethod
    def of(cls, split: Split, seed: int, weights: Mapping[str, float] | None = None) -> Self:
        """See the earlier part of a split by weights of events; of very many teachers, draw some."""
        train, cut = split.train, split.cut
        courses, profiles = CourseEncoder.fit(train, cut), ProfileEncoder.fit(train, cut, weights)
        training = Training.of(train, cut, courses, profiles, seed)
        teachers = np.flatnonzero(np.diff(split.truth.indptr))
        if len(teachers) > MAX_TEACHERS:
            rng = np.random.default_rng(seed)
            teachers = np.sort(rng.choice(teachers, MAX_TEACHERS, replace=False))
        return cls(
            training,
            training.profiles.rows(teachers),
            split.truth[teachers],
            done(train, cut, teachers),
            split.candidates,
        )

    def values(self, scorer: Scorer) -> NDArray[np.float64]:
        """Fit a scorer and return each asked teacher's NDCG@10, shape (n,).

        A setting that cannot be solved, or whose scores are not finite, is worth nothing.
        """
        try:
            scorer.fit(self.training)
        except np.linalg.LinAlgError:
            return np.zeros(len(self.profiles))
        starts = range(0, len(self.profiles), CHUNK)
        return np.concatenate(
            [self._judged(scorer, slice(start, start + CHUNK)) for start in starts]
        )

    def _judged(self, scorer: Scorer, rows: slice) -> NDArray[np.float64]:
        profiles, truth = self.profiles.rows(rows), self.truth[rows]
        scores = scorer.score(profiles, self.training.catalogue)
        finite = np.asarray(np.isfinite(scores).all(axis=1))
        allowed = self.candidates & ~self.closed[rows].toarray()
        ranked = best(profiles.teachers, np.where(finite[:, None], scores, 0), allowed, K)
        values = ndcg(hits(ranked.courses, truth), np.diff(truth.indptr))
        return np.where(finite, values, 0.0)
