"""Our own model: its parts, their fusion with equal weights, and the hybrid, from one fit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from comparison.baselines import fused
from comparison.task import Scores, Task
from recommender.model import Model
from training.evaluation import HYBRID

FUSION = "rank fusion"
PART = "part: "


def fit(task: Task, seed: int) -> Model:
    """Fit with the defaults; the hybrid chooses on a slice of time of its own."""
    return Model.fit(task.split.train, as_of=task.split.cut, seed=seed)


def asked(model: Model, task: Task) -> dict[str, Scores]:
    """Return scores of each part, of their fusion and of the hybrid."""
    parts = [name for name in model.scorers if name != HYBRID]
    return {
        **{f"{PART}{name}": _by(model, task, [name]) for name in parts},
        FUSION: _by(model, task, parts),
        HYBRID: _by(model, task, [HYBRID]),
    }


def _by(model: Model, task: Task, names: list[str]) -> Scores:
    train, cut = task.split.train, task.split.cut
    catalogue = model.catalogue(train, cut)

    def scores(teachers: NDArray[np.integer]) -> NDArray[np.float32]:
        profiles = model.profiles(train, cut, catalogue, teachers)
        allowed = task.split.candidates & ~task.split.done[teachers].toarray()
        found = [model.score(profiles, catalogue, name, allowed) for name in names]
        if len(found) == 1:
            return found[0]
        # A course that cannot be shown takes no rank.
        return fused([np.where(allowed, each, -np.inf) for each in found])

    return scores
