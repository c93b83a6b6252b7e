"""What the gates of promotion look at: a model, and what it foresees that it never learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from features.dataset import Dataset
from features.errors import InvalidSetting, NotEnoughData
from recommender.model import Model
from training.evaluate import judge
from training.evaluation import HYBRID, Evaluation
from training.gaps import SMALLEST
from training.golden import Golden
from training.split import Split, split_at

CANDIDATE, CHAMPION = "candidate", "champion"


@dataclass(frozen=True, slots=True)
class Demands:
    """How much the gates demand.

    Parameters
    ----------
    eps
        By so much of NDCG the candidate may be worse than the champion: the lower end of the
        paired interval may not lie below minus it.
    group_eps
        The same for a group of teachers, whose upper end may not lie below 0 while the mean
        lies below minus it.
    group_share
        Of the mean over all teachers, that each group is to have.
    min_coverage
        Share of what the lists could show at most that they do show.
    coverage_share
        Of the champion's coverage, that the candidate is to have.
    max_ms
        CPU milliseconds for one teacher's list, at the 99th percentile.
    k
        Length of the lists.
    golden
        Teachers whose lists a person has settled.
    """

    eps: float = 0.005
    group_eps: float = 0.02
    group_share: float = 0.25
    min_coverage: float = 0.01
    coverage_share: float = 0.5
    max_ms: float = 100.0
    k: int = 10
    golden: Golden | None = None

    def __post_init__(self) -> None:
        for name in ("eps", "group_eps", "group_share", "min_coverage", "coverage_share"):
            self._check(name, 0 <= getattr(self, name) <= 1, "0 to 1")
        self._check("max_ms", self.max_ms > 0, "above 0")
        self._check("k", self.k >= 1, "at least 1")

    def _check(self, name: str, sound: bool, expected: str) -> None:
        if not sound:
            raise InvalidSetting(
                f"demand {name}",
                expected=expected,
                got=f"{getattr(self, name):g}",
                remedy="choose another, or leave it out",
            )


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What teachers chose after the model, and the champion if there is one, was trained.

    Parameters
    ----------
    split
        All that was known at the moment until which the later of both was trained, and the
        choices from then on.
    evaluation
        Of the models ``candidate`` and, if there is one, ``champion``, on the same teachers.
    """

    split: Split
    evaluation: Evaluation

    @classmethod
    def of(cls, model: Model, champion: Model | None, dataset: Dataset, k: int) -> Evidence:
        """Ask both as of the same moment.

        Raises
        ------
        NotEnoughData
            If fewer teachers than ``training.gaps.SMALLEST`` chose anything after it.
        """
        models = {CANDIDATE: model} | ({} if champion is None else {CHAMPION: champion})
        cut = max(each.trained_until for each in models.values())
        split = _after(dataset, cut)
        judged = {name: judge(each, split, [HYBRID], k=k) for name, each in models.items()}
        return cls(split, side_by_side(judged))


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A model that asks to become champion.

    Parameters
    ----------
    model
        As it was read from its artifact.
    manifest
        Of the artifact.
    demands
        What the gates go by.
    evidence
        None without data, or where the data holds too little.
    shortage
        Why data that was given makes no evidence; empty where there is some, or was no data.
    """

    model: Model
    manifest: Mapping[str, Any]
    demands: Demands
    evidence: Evidence | None = None
    shortage: str = ""


def side_by_side(judged: Mapping[str, Evaluation]) -> Evaluation:
    """Put the hybrids of evaluations on the same teachers beside each other, under new names.

    Metrics that one of them lacks are left out.
    """
    first, *others = judged.values()
    metrics = tuple(m for m in first.metrics if all(m in each.metrics for each in others))
    values = [
        each.values[:, each.models.index(HYBRID)][:, [each.metrics.index(m) for m in metrics]]
        for each in judged.values()
    ]
    return Evaluation(
        facts=first.facts,
        seed=first.seed,
        models=tuple(judged),
        metrics=metrics,
        teachers=first.teachers,
        cold=first.cold,
        values=np.stack(values, axis=1),
        coverage={name: each.coverage[HYBRID] for name, each in judged.items()},
        preferred=np.full(len(first.teachers), -1),
        groups=first.groups,
    )


def _after(dataset: Dataset, cut: pd.Timestamp) -> Split:
    try:
        split = split_at(dataset, cut, f"since:{cut.isoformat()}")
        judged = int((np.diff(split.truth.indptr) > 0).sum())
    except NotEnoughData:
        judged = 0
    if judged < SMALLEST:
        raise NotEnoughData(
            "data that no model has learned from",
            expected=f"courses chosen at or after {cut.isoformat()} by at least {SMALLEST} "
            "teachers themselves",
            got=f"such choices of {judged}",
            remedy="give later data, or train with an earlier --until; or leave --data out "
            "to pass the gates that need none",
        )
    return split
