"""All scorers together, in two stages.

Every scorer places its best courses; the union of these are the candidates. A second stage adds
up what the places are worth (``blend.py``). It is learned and chosen on a later slice of time
than the scorers were fitted on (``choosing.py``); where one scorer alone foresees better there,
that scorer is what ships. Then the scorers are fitted anew on everything.
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
from recommender.scorers.blend import Blend, learn
from recommender.scorers.choosing import GROUPS, MIN_TEACHERS, Chosen, choose, even
from recommender.scorers.contract import Part, Scorer, Training
from recommender.scorers.places import places
from recommender.scorers.registry import SCORERS
from recommender.scorers.validation import Validation


class Hybrid:
    """A second stage over the places that scorers give.

    Parameters
    ----------
    parts
        The scorers, by name.
    validation
        Share of the latest choices on which the second stage is learned.
    """

    name = "hybrid"

    def __init__(self, parts: Mapping[str, Scorer], validation: float = 0.2) -> None:
        self.parts = dict(parts)
        self.validation = validation

    def fit(self, training: Training, report: Callable[[str], None] | None = None) -> Self:
        """Choose the second stage with parts fitted on the earlier slice, then fit them on all."""
        tell = report or (lambda _: None)
        self.chosen_ = self._chosen(training, tell)
        for name, part in self.parts.items():
            tell(f"fit {name}")
            part.fit(training)
        return self

    @property
    def preferred_(self) -> str:
        """The scorer that validation finds best alone."""
        return self.chosen_.preferred

    @property
    def weights_(self) -> dict[str, dict[str, float]]:
        """The second stage's weights by group of teachers, ``cold`` and ``warm``."""
        return {group: dict(blend.weights) for group, blend in self.chosen_.blends.items()}

    def score(
        self,
        profiles: Profiles,
        catalogue: Catalogue,
        allowed: NDArray[np.bool_] | None = None,
    ) -> NDArray[np.float32]:
        """Return the blended places, 0 or more; the candidates of the second stage come first.

        Places are counted among the courses that are ``allowed``, shape (n_teachers, n_courses):
        what cannot be shown stands in nobody's way. All that have appeared when left out.
        """
        total = np.zeros((len(profiles), len(catalogue.courses)), np.float32)
        for rows, blend in self._groups(profiles):
            own = catalogue.appeared if allowed is None else allowed[rows]
            total[rows] = blend.score(self._places(blend, profiles.rows(rows), catalogue, own))
        return total

    def explain(
        self,
        profiles: Profiles,
        catalogue: Catalogue,
        course: int,
        allowed: NDArray[np.bool_] | None = None,
    ) -> tuple[Part, ...]:
        """Return what each scorer's place adds, and what every candidate has."""
        ((_, blend),) = self._groups(profiles)
        own = catalogue.appeared if allowed is None else allowed
        placed = self._places(blend, profiles, catalogue, own)
        added = {name: blend.of(name, place) for name, place in placed.items()}
        total = np.asarray(sum(added.values()), np.float32)
        base = np.broadcast_to(blend.base(placed, total), total.shape)
        told = [Part("source", name, float(each[0, course])) for name, each in added.items()]
        return tuple(p for p in (*told, Part("base", "", float(base[0, course]))) if p.value)

    def to_fitted(self) -> Fitted:
        """Return the second stage and the fitted parts."""
        whole = Fitted(
            values={
                "validation": self.validation,
                "blends": {g: blend.to_values() for g, blend in self.chosen_.blends.items()},
                "preferred": self.chosen_.preferred,
                "found": {group: dict(found) for group, found in self.chosen_.found.items()},
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
        blends = {group: Blend.from_values(values["blends"][group]) for group in GROUPS}
        hybrid.chosen_ = Chosen(blends, values["preferred"], values["found"])
        return hybrid

    def _groups(self, profiles: Profiles) -> list[tuple[NDArray[np.intp], Blend]]:
        """Return the rows of each group that is there, and its blend."""
        rows = (np.flatnonzero(~profiles.warm), np.flatnonzero(profiles.warm))
        return [
            (own, self.chosen_.blends[group])
            for group, own in zip(GROUPS, rows, strict=True)
            if len(own)
        ]

    def _places(
        self, blend: Blend, profiles: Profiles, catalogue: Catalogue, allowed: NDArray[np.bool_]
    ) -> dict[str, NDArray[np.int16]]:
        """Return the places that each scorer with a weight gives."""
        return {
            name: places(self.parts[name].score(profiles, catalogue), allowed)
            for name in blend.weights
        }

    def _chosen(self, training: Training, tell: Callable[[str], None]) -> Chosen:
        names = list(self.parts)
        if len(names) == 1 or len(training.choices) < 10:
            return even(names)
        quantile = np.quantile(training.choices.moment, 1 - self.validation)
        cut = pd.Timestamp(int(quantile), unit="us", tz="UTC")
        slice_ = Validation.of(training, cut)
        if len(slice_.teachers) < MIN_TEACHERS or not len(slice_.training.choices):
            return even(names)
        placed = {}
        for name, part in self.parts.items():
            tell(f"validate {name}")
            placed[name] = slice_.places(part)
        tell("learn how to blend")
        return choose(slice_, placed, learn, training.seed)
