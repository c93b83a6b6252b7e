"""Popularity for the time on offer: a new course is not behind for having come late."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from features.moments import MICROSECONDS_PER_DAY, instant
from recommender.scorers.contract import Training
from recommender.scorers.popularity import OF_ALL, Popularity
from recommender.scorers.space import Span

#: Days on offer that every course is given beside its own, so that a first taker is no fashion.
FIRST_DAYS = 30.0


class Rising(Popularity):
    """Choices a day since the course was first heard of, both fading by half in a year."""

    name = "rising"
    SPACE: ClassVar[Mapping[str, Span]] = {"half_life": Span(30.0, 3_000.0)}

    def __init__(self, half_life: float = 365.0, shrinkage: float = OF_ALL) -> None:
        super().__init__(half_life, shrinkage)

    def _time_on_offer(self, training: Training) -> NDArray[np.float64]:
        """Return the days since the first event of each course, faded as its choices are."""
        now = instant(training.as_of)
        first = np.full(training.n_fitted, now)
        position = training.catalogue.position[training.log.course]
        known = position >= 0
        np.minimum.at(first, position[known], training.log.occurred_at[known])
        days = (now - first) / MICROSECONDS_PER_DAY
        mean_life = self.half_life / np.log(2)
        return np.asarray(mean_life * -np.expm1(-days / mean_life) + FIRST_DAYS)
