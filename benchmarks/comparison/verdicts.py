"""Goals that were set before the figures, and how far the hybrid is from each."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from comparison.hindsight import HINDSIGHT
from comparison.own import FUSION, PART
from training.bootstrap import Figure, figures
from training.evaluation import HYBRID, Evaluation

AIM = "ndcg@10"


def is_own(name: str) -> bool:
    """Say whether a method is made of our own parts."""
    return name in (FUSION, HYBRID) or name.startswith(PART)


def is_part(name: str) -> bool:
    """Say whether it is what the hybrid must never lose to."""
    return is_own(name) and name != HYBRID


def is_peer(name: str) -> bool:
    """Say whether a researcher might use it instead."""
    return not is_own(name) and name != HINDSIGHT


@dataclass(frozen=True, slots=True)
class Goal:
    """The hybrid's NDCG@10 is to be ``ratio`` times that of the best of some methods."""

    against: str
    among: Callable[[str], bool]
    ratio: float


def _named(*names: str) -> Callable[[str], bool]:
    return lambda name: name in names


PEERS = Goal("best external peer", is_peer, 1.15)
PARTS = Goal("best own part", is_part, 1.0)
LIGHTFM = Goal("LightFM hybrid", _named("LightFM hybrid"), 1.15)
_CLASSICS = _named("EASE", "ALS (implicit)", "iALS (irspack)")
CLASSICS = Goal("best of EASE, ALS, iALS", _CLASSICS, 1.0)
STRETCH = Goal("the same, stretched", _CLASSICS, 1.05)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a goal was met.

    Parameters
    ----------
    against, goal
        Of the goal: whom it names, and the ratio.
    best
        The method of these with the highest mean on the very slice that judges, and
    theirs, ours
        its mean and the hybrid's, over all judged teachers.
    difference
        Ours less theirs, paired by teacher.
    beyond
        Ours less the goal, ``goal * theirs``, paired by teacher.
    """

    against: str
    goal: float
    best: str
    theirs: float
    ours: float
    difference: Figure
    beyond: Figure

    @property
    def ratio(self) -> float:
        """Ours over theirs."""
        return self.ours / self.theirs if self.theirs else math.nan

    @property
    def reached(self) -> bool:
        """Whether the mean is where it was to be."""
        return self.beyond.mean >= 0

    @property
    def words(self) -> str:
        """Say whether it was reached, by how much it was not, and whether chance may be why."""
        if self.reached:
            return "reached" + (", surely" if self.beyond.low >= 0 else "")
        short = f"missed by {self.goal - self.ratio:.3f}"
        return short + (", surely" if self.beyond.high < 0 else ", within chance")


def verdicts(evaluation: Evaluation, goals: Sequence[Goal]) -> Iterator[Verdict]:
    """Yield how each goal was met; goals against methods that are not there are left out."""
    column = evaluation.metrics.index(AIM)
    values = {
        name: evaluation.values[:, place, column] for place, name in enumerate(evaluation.models)
    }
    ours = values[HYBRID]
    for goal in goals:
        named = [name for name in values if goal.among(name)]
        if not named:
            continue
        best = max(named, key=lambda name: float(values[name].mean()))
        theirs = values[best]
        columns = np.column_stack([ours, theirs, ours - theirs, ours - goal.ratio * theirs])
        rng = np.random.default_rng(evaluation.seed)
        found = figures(columns, evaluation.teachers, rng)
        yield Verdict(
            goal.against, goal.ratio, best, found[1].mean, found[0].mean, found[2], found[3]
        )
