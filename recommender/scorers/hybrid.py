"""All scorers together, in two stages.

Every scorer places its best courses; the union of these are the candidates. A second stage adds
up what the places are worth (``blend.py``). It is learned and chosen on a later slice of time
than the scorers were fitted on (``stages.py``, ``choosing.py``); where one scorer is surely better
there than all others, it ships alone. Then the scorers are fitted anew on everything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.errors import InvalidSetting
from features.fitted import Fitted
from features.profiles import Profiles
from recommender.scorers import blend, trees
from recommender.scorers.blend import Blend, Places, SecondStage
from recommender.scorers.choosing import Learner
from recommender.scorers.contract import Part, Scorer, Training
from recommender.scorers.places import places
from recommender.scorers.registry import SCORERS
from recommender.scorers.stages import COLD, NEW, WARM, Stages, even, staged

#: What can be learned, by the name that it is asked for.
LOGISTIC = "logistic"
LEARNERS: Mapping[str, Learner] = {LOGISTIC: blend.learn, trees.FORM: trees.grow}

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
    second_stage
        What is learned: ``logistic``, a weighted sum, or ``trees``.

    Raises
    ------
    InvalidSetting
        If the second stage is unknown.
    """

    name = "hybrid"

    def __init__(
        self,
        parts: Mapping[str, Scorer],
        validation: float = 0.2,
        second_stage: str = LOGISTIC,
    ) -> None:
        if second_stage not in LEARNERS:
            raise InvalidSetting(
                "second stage",
                expected=" or ".join(LEARNERS),
                got=repr(second_stage),
                remedy="name one of these",
            )
        self.parts = dict(parts)
        self.validation = validation
        self.second_stage = second_stage

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
        return {name: dict(stage.weights) for name, stage in self.stages_.blends.items()}

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
        total = np.zeros((len(profiles), catalogue.width), np.float32)
        for rows, stage in self._groups(profiles):
            own = catalogue.appeared if allowed is None else allowed[rows]
            some = profiles if len(rows) == len(profiles) else profiles.rows(rows)
            scores = self._scores(stage, some, catalogue)
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
        return self.explainer(profiles, catalogue, allowed)(course)

    def explainer(
        self,
        profiles: Profiles,
        catalogue: Catalogue,
        allowed: NDArray[np.bool_] | None = None,
    ) -> Explainer:
        """Return :meth:`explain` for any course of one list, scored and placed once for all."""
        ((_, stage),) = self._groups(profiles)
        own = catalogue.appeared if allowed is None else allowed
        scores = self._scores(stage, profiles, catalogue)
        total = self._blended(stage, scores, catalogue, own)
        asked = self.stages_.blends[stage]
        placed = _placed(asked, scores, own)
        new, placed_new = asked, placed
        if self._orders_new(catalogue):
            new = self.stages_.blends[NEW]
            placed_new = _placed(new, scores, own & (catalogue.position < 0))

        return Explainer(total, (asked, placed), (new, placed_new), catalogue.position < 0)

    def to_fitted(self) -> Fitted:
        """Return the stages and the fitted parts."""
        stages = self.stages_
        whole = Fitted(
            values={
                "validation": self.validation,
                "second_stage": self.second_stage,
                "stage_names": list(stages.blends),
                "preferred": stages.preferred,
                "found": {name: dict(found) for name, found in stages.found.items()},
                "part_names": list(self.parts),
            }
        )
        for name, part in self.parts.items():
            whole |= part.to_fitted().under(name)
        for name, stage in stages.blends.items():
            whole |= stage.to_fitted().under(f"stage {name}")
        return whole

    @classmethod
    def from_fitted(cls, fitted: Fitted) -> Self:
        """Read it back with all its parts."""
        values = fitted.values
        parts = {
            name: SCORERS[name].from_fitted(fitted.part(name)) for name in values["part_names"]
        }
        hybrid = cls(parts, values["validation"], values["second_stage"])
        blends = {name: _stage(fitted.part(f"stage {name}")) for name in values["stage_names"]}
        hybrid.stages_ = Stages(blends, values["preferred"], values["found"])
        return hybrid

    def _groups(self, profiles: Profiles) -> list[tuple[NDArray[np.intp], str]]:
        """Return the rows of each group of teachers that is there, and the name of its stage."""
        rows = {COLD: np.flatnonzero(~profiles.warm), WARM: np.flatnonzero(profiles.warm)}
        return [(own, stage) for stage, own in rows.items() if len(own)]

    def _orders_new(self, catalogue: Catalogue) -> bool:
        """Say whether there are new courses to order among themselves, and a stage for it."""
        return NEW in self.stages_.blends and bool((catalogue.position < 0).sum() > 1)

    def _scores(self, stage: str, profiles: Profiles, catalogue: Catalogue) -> Scores:
        """Return the scores of every scorer that a stage, or the order of new courses, asks."""
        names = dict.fromkeys(self.stages_.blends[stage].names)
        if self._orders_new(catalogue):
            names |= dict.fromkeys(self.stages_.blends[NEW].names)
        return {name: self.parts[name].score(profiles, catalogue) for name in names}

    def _blended(
        self, stage: str, scores: Scores, catalogue: Catalogue, allowed: NDArray[np.bool_]
    ) -> NDArray[np.float32]:
        """Return a stage's sum; among themselves, new courses stand in the order of their own."""
        total = _sum(self.stages_.blends[stage], scores, allowed)
        if self._orders_new(catalogue):
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
        return staged(training, self.parts, LEARNERS[self.second_stage], cut, tell)


@dataclass(frozen=True, slots=True, eq=False)
class Explainer:
    """Says of one teacher's courses what put them where they are.

    Parameters
    ----------
    scores
        Of the courses, shape (1, n_courses): what :meth:`Hybrid.score` returns.
    known, new
        Second stage and places of courses that were fitted, and of new ones.
    is_new
        Which courses are new, shape (n_courses,).
    """

    scores: NDArray[np.float32]
    known: tuple[SecondStage, Places]
    new: tuple[SecondStage, Places]
    is_new: NDArray[np.bool_]

    def __call__(self, course: int) -> tuple[Part, ...]:
        """Return what each scorer's place adds, and what the course's standing adds beside."""
        stage, placed = self.new if self.is_new[course] else self.known
        told = [Part("source", n, value) for n, value in stage.parts(placed, course).items()]
        rest = Part("base", "", float(self.scores[0, course]) - sum(part.value for part in told))
        return tuple(part for part in (*told, rest) if part.value)


def _placed(stage: SecondStage, scores: Scores, allowed: NDArray[np.bool_]) -> Places:
    names = stage.names
    if len(scores[names[0]]) > 1:
        return {name: places(scores[name], allowed) for name in names}
    # Of one teacher all scorers' rows are placed at once: each call costs more than a row.
    placed = places(np.concatenate([scores[name] for name in names]), allowed)
    return {name: placed[[row]] for row, name in enumerate(names)}


def _sum(stage: SecondStage, scores: Scores, allowed: NDArray[np.bool_]) -> NDArray[np.float32]:
    return stage.score(_placed(stage, scores, allowed))


def _stage(fitted: Fitted) -> SecondStage:
    kind = trees.Trees if fitted.values["form"] == trees.FORM else Blend
    return kind.from_fitted(fitted)
