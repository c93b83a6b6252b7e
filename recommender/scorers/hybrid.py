"""All scorers together, in two stages.

Every scorer places its best courses; the union of these are the candidates. A second stage adds
up what the places are worth (``blend.py``). It is learned and chosen on a later slice of time
than the scorers were fitted on (``stages.py``, ``choosing.py``); where one scorer alone foresees
better there, that scorer is what ships. Then the scorers are fitted anew on everything.
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
from recommender.scorers.contract import Part, Scorer, Training
from recommender.scorers.places import places
from recommender.scorers.registry import SCORERS
from recommender.scorers.stages import COLD, NEW, WARM, Stages, even, staged

#: Scores of scorers by name, each of shape (n_teachers, n_courses).
Scores = Mapping[str, NDArray[np.float32]]


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
        self.stages_ = self._staged(training, tell)
        for name, part in self.parts.items():
            tell(f"fit {name}")
            part.fit(training)
        return self

    @property
    def preferred_(self) -> str:
        """The scorer that validation finds best alone."""
        return self.stages_.preferred

    @property
    def weights_(self) -> dict[str, dict[str, float]]:
        """The weights of each stage."""
        return {name: dict(blend.weights) for name, blend in self.stages_.blends.items()}

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
        for rows, stage in self._groups(profiles):
            own = catalogue.appeared if allowed is None else allowed[rows]
            scores = self._scores(stage, profiles.rows(rows), catalogue)
            total[rows] = self._blended(stage, scores, catalogue, own)
        return total

    def explain(
        self,
        profiles: Profiles,
        catalogue: Catalogue,
        course: int,
        allowed: NDArray[np.bool_] | None = None,
    ) -> tuple[Part, ...]:
        """Return what each scorer's place adds, and what the course's standing adds beside."""
        ((_, stage),) = self._groups(profiles)
        own = catalogue.appeared if allowed is None else allowed
        scores = self._scores(stage, profiles, catalogue)
        total = float(self._blended(stage, scores, catalogue, own)[0, course])
        blend = self.stages_.blends[stage]
        if catalogue.position[course] < 0 and NEW in self.stages_.blends:
            blend, own = self.stages_.blends[NEW], own & (catalogue.position < 0)
        told = [
            Part("source", name, float(blend.of(name, places(scores[name], own))[0, course]))
            for name in blend.weights
        ]
        rest = Part("base", "", total - sum(part.value for part in told))
        return tuple(part for part in (*told, rest) if part.value)

    def to_fitted(self) -> Fitted:
        """Return the stages and the fitted parts."""
        stages = self.stages_
        whole = Fitted(
            values={
                "validation": self.validation,
                "blends": {name: blend.to_values() for name, blend in stages.blends.items()},
                "preferred": stages.preferred,
                "found": {name: dict(found) for name, found in stages.found.items()},
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
        blends = {name: Blend.from_values(each) for name, each in values["blends"].items()}
        hybrid.stages_ = Stages(blends, values["preferred"], values["found"])
        return hybrid

    def _groups(self, profiles: Profiles) -> list[tuple[NDArray[np.intp], str]]:
        """Return the rows of each group of teachers that is there, and the name of its stage."""
        rows = {COLD: np.flatnonzero(~profiles.warm), WARM: np.flatnonzero(profiles.warm)}
        return [(own, stage) for stage, own in rows.items() if len(own)]

    def _scores(self, stage: str, profiles: Profiles, catalogue: Catalogue) -> Scores:
        """Return the scores of every scorer that a stage, or the order of new courses, asks."""
        names = dict.fromkeys(self.stages_.blends[stage].weights)
        if NEW in self.stages_.blends and _several_new(catalogue):
            names |= dict.fromkeys(self.stages_.blends[NEW].weights)
        return {name: self.parts[name].score(profiles, catalogue) for name in names}

    def _blended(
        self, stage: str, scores: Scores, catalogue: Catalogue, allowed: NDArray[np.bool_]
    ) -> NDArray[np.float32]:
        """Return a stage's sum; among themselves, new courses stand in the order of their own."""
        total = _sum(self.stages_.blends[stage], scores, allowed)
        if NEW in self.stages_.blends and _several_new(catalogue):
            new = np.flatnonzero(catalogue.position < 0)
            among = np.broadcast_to(allowed, total.shape)[:, new]
            own = _sum(
                self.stages_.blends[NEW], {n: each[:, new] for n, each in scores.items()}, among
            )
            # What cannot be shown keeps out of the exchange.
            order = np.argsort(np.where(among, -own, np.inf), axis=1, kind="stable")
            standing = np.where(among, total[:, new], -np.inf)
            standing = -np.sort(-standing, axis=1)
            exchanged = np.empty_like(standing)
            np.put_along_axis(exchanged, order, standing, axis=1)
            total[:, new] = np.where(among, exchanged, total[:, new])
        return total

    def _staged(self, training: Training, tell: Callable[[str], None]) -> Stages:
        if len(self.parts) == 1 or len(training.choices) < 10:
            return even(list(self.parts))
        quantile = np.quantile(training.choices.moment, 1 - self.validation)
        cut = pd.Timestamp(int(quantile), unit="us", tz="UTC")
        return staged(training, self.parts, learn, cut, tell)


def _several_new(catalogue: Catalogue) -> bool:
    return bool((catalogue.position < 0).sum() > 1)


def _sum(blend: Blend, scores: Scores, allowed: NDArray[np.bool_]) -> NDArray[np.float32]:
    return blend.score({name: places(scores[name], allowed) for name in blend.weights})
