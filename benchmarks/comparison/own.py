"""Our own model: its parts, their fusion with equal weights, and the hybrid, from one fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from comparison.baselines import fused
from comparison.task import Scores, Task
from features.catalogue import Catalogue
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
    catalogue = model.catalogue(task.split.train, task.split.cut)
    by = partial(_by, model, task, catalogue)
    return {
        **{f"{PART}{name}": by([name]) for name in parts},
        FUSION: by(parts),
        HYBRID: by([HYBRID]),
    }


@dataclass(frozen=True, slots=True)
class Choice:
    """What the hybrid chose for teachers with or without history, or for new courses.

    Parameters
    ----------
    form, weights
        Of the second stage that ships.
    found
        NDCG@10 on a slice of time before the cut: of each scorer alone, of ``fusion`` and of
        what was ``learned``; empty where too few teachers could judge.
    """

    form: str
    weights: Mapping[str, float]
    found: Mapping[str, float]


def chosen(model: Model) -> dict[str, Choice]:
    """Return what the hybrid chose, by its stages: ``cold``, ``warm`` and perhaps ``new``."""
    stages = model.hybrid.stages_
    return {
        name: Choice(
            str(stage.to_fitted().values["form"]),
            dict(stage.weights),
            dict(stages.found.get(name, {})),
        )
        for name, stage in stages.blends.items()
    }


def _by(model: Model, task: Task, catalogue: Catalogue, names: list[str]) -> Scores:
    train, cut = task.split.train, task.split.cut

    def scores(teachers: NDArray[np.integer]) -> NDArray[np.float32]:
        profiles = model.profiles(train, cut, catalogue, teachers)
        allowed = task.split.can_be_shown(teachers)
        found = [model.score(profiles, catalogue, name, allowed) for name in names]
        if len(found) == 1:
            return found[0]
        # A course that cannot be shown takes no rank.
        return fused([np.where(allowed, each, -np.inf) for each in found])

    return scores
