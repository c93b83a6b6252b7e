"""Popularity that fades, of the teacher's segment, backed by that of all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.fitted import Fitted
from features.profiles import Profiles
from recommender.scorers.contract import Part, Training
from recommender.scorers.space import Span

#: A shrinkage under which no segment is believed.
OF_ALL = 1e12
#: In place of a sum of nothing. Choices of decades ago weigh little, and are told apart still.
TINY = np.finfo(np.float64).tiny


class Popularity:
    """How often a course was chosen of late.

    Parameters
    ----------
    half_life
        Days after which a choice counts half.
    shrinkage
        A segment with this many (decayed) choices is believed as much as all teachers are.
    """

    name = "popularity"
    SPACE: ClassVar[Mapping[str, Span]] = {
        "half_life": Span(3.0, 1_500.0),
        "shrinkage": Span(1.0, 20_000.0),
    }

    def __init__(self, half_life: float = 60.0, shrinkage: float = 200.0) -> None:
        self.half_life = half_life
        self.shrinkage = shrinkage

    def fit(self, training: Training) -> Self:
        """Count choices per course, for each segment and for all."""
        choices = training.choices
        weight = np.exp2(-training.age_in_days(choices.moment) / self.half_life)
        segment = training.profiles.segment
        n_segments = int(segment.max(initial=-1)) + 1
        counts = np.zeros((n_segments + 1, training.n_fitted))
        # Teachers without a segment count in the last row, which only feeds the total.
        np.add.at(counts, (segment[choices.teacher], choices.course), weight)
        sums = counts[:n_segments].sum(axis=1, keepdims=True)
        counts /= self._time_on_offer(training)
        total = counts.sum(axis=0)
        self.of_all_ = (total / max(total.sum(), TINY)).astype(np.float32)
        of_segment = counts[:n_segments].sum(axis=1, keepdims=True)
        shares = counts[:n_segments] / np.maximum(of_segment, TINY)
        self.of_segment_ = shares.astype(np.float32)
        self.trust_ = (sums[:, 0] / (sums[:, 0] + self.shrinkage)).astype(np.float32)
        return self

    def score(self, profiles: Profiles, catalogue: Catalogue) -> NDArray[np.float32]:
        """Return shares of choices, shrunk from the segment towards all."""
        # A segment of which nobody was seen in fitting is unknown, too.
        segment = np.where(profiles.segment < len(self.trust_), profiles.segment, -1)
        whole = catalogue.whole
        of_segments = catalogue.keep(self.of_segment_, lambda: whole.carried(self._blended()))
        return catalogue.columns(of_segments[segment])

    def explain(self, profiles: Profiles, catalogue: Catalogue, course: int) -> tuple[Part, ...]:
        """Return the share among all and what the segment adds to it."""
        segment = int(profiles.segment[0])
        of_all = float(catalogue.weighed(self.of_all_[None, :], course)[0])
        score = float(self.score(profiles, catalogue)[0, course])
        base = Part("popularity", self.name, of_all)
        if not 0 <= segment < len(self.trust_):
            return (base,)
        return base, Part("segment", str(segment), score - of_all)

    def to_fitted(self) -> Fitted:
        """Return shares and trust."""
        return Fitted(
            {
                "of_all": self.of_all_,
                "of_segment": self.of_segment_,
                "trust": self.trust_,
            },
            {"half_life": self.half_life, "shrinkage": self.shrinkage},
        )

    @classmethod
    def from_fitted(cls, fitted: Fitted) -> Self:
        """Read it back."""
        scorer = cls(**fitted.values)
        scorer.of_all_ = fitted.arrays["of_all"]
        scorer.of_segment_ = fitted.arrays["of_segment"]
        scorer.trust_ = fitted.arrays["trust"]
        return scorer

    def _time_on_offer(self, training: Training) -> NDArray[np.float64] | float:
        """Return what each course's choices are divided by."""
        return 1.0

    def _blended(self) -> NDArray[np.float32]:
        """Return one row for each segment; the last, at index -1, is for the unknown."""
        trust = self.trust_[:, None]
        blended = trust * self.of_segment_ + (1 - trust) * self.of_all_
        return np.vstack([blended, self.of_all_]).astype(np.float32)
