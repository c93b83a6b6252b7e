"""Rank fusion of all scorers, its weights chosen on a later slice of time than they were fitted.

Every part adds ``weight / (offset + rank)`` (reciprocal rank fusion, Cormack et al. 2009). The
weights come from greedy ensemble selection (Caruana et al. 2004): start with the best part, add
the part that helps most, stop when none clearly does. So the hybrid is never worse than its best
part on validation; where a part alone is best, the part is what ships.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.fitted import Fitted
from features.profiles import Profiles
from recommender.scorers.contract import Part, Scorer, Training
from recommender.scorers.registry import SCORERS
from recommender.scorers.validation import Validation, reciprocal_ranks

MIN_TEACHERS = 20
MIN_GROUP = 100
#: Teachers with and without history are blended apart: what works for one fails the other.
GROUPS = ("cold", "warm")


class Hybrid:
    """Weighted rank fusion.

    Parameters
    ----------
    parts
        The scorers to fuse, by name.
    validation
        Share of the latest choices on which the weights are chosen.
    """

    name = "hybrid"

    def __init__(self, parts: Mapping[str, Scorer], validation: float = 0.2) -> None:
        self.parts = dict(parts)
        self.validation = validation

    def fit(self, training: Training, report: Callable[[str], None] | None = None) -> Self:
        """Choose weights with the parts fitted on the earlier slice, then fit them on all."""
        tell = report or (lambda _: None)
        self.weights_ = self._chosen(training, tell)
        for name, part in self.parts.items():
            tell(f"fit {name}")
            part.fit(training)
        return self

    def score(self, profiles: Profiles, catalogue: Catalogue) -> NDArray[np.float32]:
        """Return fused reciprocal ranks; beyond every part's first 250 courses they are 0."""
        shares = self._shares(profiles, catalogue)
        total = np.zeros((len(profiles), len(catalogue.courses)), np.float32)
        for share in shares.values():
            total += share
        return total

    def explain(self, profiles: Profiles, catalogue: Catalogue, course: int) -> tuple[Part, ...]:
        """Return what each part's rank adds."""
        shares = self._shares(profiles, catalogue)
        return tuple(
            Part("source", name, float(share[0, course]))
            for name, share in shares.items()
            if share[0, course]
        )

    def to_fitted(self) -> Fitted:
        """Return weights and the fitted parts."""
        whole = Fitted(
            values={
                "validation": self.validation,
                "weights": self.weights_,
                "preferred": self.preferred_,
                "part_names": list(self.parts),
            }
        )
        for name, part in self.parts.items():
            whole |= part.to_fitted().under(name)
        return whole

    @classmethod
    def from_fitted(cls, fitted: Fitted) -> Self:
        """Read it back with all its parts."""
        values = fitted.values
        parts = {
            name: SCORERS[name].from_fitted(fitted.part(name)) for name in values["part_names"]
        }
        hybrid = cls(parts, values["validation"])
        hybrid.weights_ = values["weights"]
        hybrid.preferred_ = values["preferred"]
        return hybrid

    def _shares(self, profiles: Profiles, catalogue: Catalogue) -> dict[str, NDArray[np.float32]]:
        """Return each weighted part's share, shape (n_teachers, n_courses) each."""
        warm = np.diff(profiles.histories.lasting.indptr) > 0
        shares = {}
        for name, part in self.parts.items():
            by_group = np.array([self.weights_[group].get(name, 0.0) for group in GROUPS])
            weight = by_group[warm.astype(int)].astype(np.float32)
            if weight.any():
                # A course still to appear takes no rank from those that have.
                scores = part.score(profiles, catalogue)
                scores = np.where(catalogue.appeared, scores, np.float32(-np.inf))
                shares[name] = weight[:, None] * reciprocal_ranks(scores)
        return shares

    def _chosen(
        self, training: Training, tell: Callable[[str], None]
    ) -> dict[str, dict[str, float]]:
        """Return each group's weights, chosen on the latest slice."""
        even = {name: 1.0 for name in self.parts}
        self.preferred_ = next(iter(self.parts))
        if len(self.parts) == 1 or len(training.choices) < 10:
            return {group: even for group in GROUPS}
        quantile = np.quantile(training.choices.moment, 1 - self.validation)
        cut = pd.Timestamp(int(quantile), unit="us", tz="UTC")
        slice_ = Validation.of(training, cut)
        if len(slice_.teachers) < MIN_TEACHERS or not len(slice_.training.choices):
            return {group: even for group in GROUPS}
        ranks = {}
        for name, part in self.parts.items():
            tell(f"validate {name}")
            ranks[name] = slice_.ranks(part)
        return self._weighed(slice_, ranks)

    def _weighed(
        self, slice_: Validation, ranks: Mapping[str, NDArray[np.float32]]
    ) -> dict[str, dict[str, float]]:
        """Return each group's weights; a group too small to judge by itself takes those of all."""
        every = np.ones(len(slice_.teachers), bool)
        alone = {name: float(slice_.quality([r], every).mean()) for name, r in ranks.items()}
        self.preferred_ = max(alone, key=lambda name: alone[name])
        return {
            group: slice_.select(ranks, self.preferred_, rows if rows.sum() >= MIN_GROUP else every)
            for group, rows in zip(GROUPS, (~slice_.warm, slice_.warm), strict=True)
        }
