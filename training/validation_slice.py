"""The windows of time on which settings of one scorer are compared with each other.

What teachers choose has fashions: a setting that is best in one window of time can be the worst
in the next. So there are several windows, each foreseen from all that came before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.course_encoder import CourseEncoder
from features.dataset import Dataset
from features.profiles import ProfileEncoder, Profiles
from recommender.ranking import best
from recommender.scorers.contract import Scorer, Training
from recommender.scorers.top import ndcg_of_hits as ndcg
from training.metrics import hits
from training.split import Split, TimeSplit

#: Length of the lists.
K = 10
#: Teachers scored at once: bounds memory.
CHUNK = 2_048
#: So many teachers tell settings apart; more would only take longer.
MAX_TEACHERS = 5_000


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """One window: what scorers are fitted on, who is asked, and what they went on to choose.

    Parameters
    ----------
    split
        Before the cut, and the window after it.
    training
        What was known at the cut; encoders are fitted once, and serve every setting.
    profiles
        Of the teachers who are asked.
    """

    split: Split
    training: Training
    profiles: Profiles

    @classmethod
    def of(cls, split: Split, seed: int, weights: Mapping[str, float] | None = None) -> Self:
        """See the earlier part of a split; of very many teachers, draw some.

        ``weights`` are those of kinds of events; see :mod:`recommender.event_weights`.
        """
        train, cut = split.train, split.cut
        courses, profiles = CourseEncoder.fit(train, cut), ProfileEncoder.fit(train, cut, weights)
        training = Training.of(train, cut, courses, profiles, seed)
        teachers = np.flatnonzero(np.diff(split.truth.indptr))
        if len(teachers) > MAX_TEACHERS:
            rng = np.random.default_rng(seed)
            teachers = np.sort(rng.choice(teachers, MAX_TEACHERS, replace=False))
        return cls(split, training, training.profiles.rows(teachers))

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
        profiles = self.profiles.rows(rows)
        truth = self.split.truth[profiles.teachers]
        scores = scorer.score(profiles, self.training.catalogue)
        finite = np.asarray(np.isfinite(scores).all(axis=1))
        allowed = self.split.can_be_shown(profiles.teachers)
        ranked = best(profiles.teachers, np.where(finite[:, None], scores, 0), allowed, K)
        values = ndcg(hits(ranked.courses, truth), np.diff(truth.indptr))
        return np.where(finite, values, 0.0)


def windows(past: Dataset, quantile: float, count: int) -> list[Split]:
    """Cut the time after a quantile of the events into windows of as many events each.

    Parameters
    ----------
    past
        What may be looked at.
    quantile
        Of the times of its events; the first window begins there.
    count
        How many windows, at least 1. Each is foreseen from all that was known before it.

    Returns
    -------
    list
        Splits, the earliest window first.
    """
    found = []
    for before, until in reversed(list(pairwise(np.linspace(quantile, 1, count + 1)))):
        split = TimeSplit(float(before / until))(past)
        found.append(split)
        past = split.train
    return found[::-1]
