"""Evaluate models: train on what came before, ask, and compare with what came after."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.dataset import Dataset
from features.errors import InvalidSetting, did_you_mean
from features.profiles import Profiles
from recommender.model import Model
from recommender.ranking import best
from recommender.scorers.registry import SCORERS, default_names
from training.evaluation import HYBRID, Evaluation
from training.groups import groups
from training.metrics import METRICS, auc, coverage, hits
from training.qualities import Qualities
from training.split import Split, Strategy
from training.variety import gini

#: Teachers judged at once: bounds memory.
CHUNK = 2_048


def evaluate(
    dataset: Dataset,
    split: Strategy,
    models: Sequence[str] | None = None,
    *,
    k: int = 10,
    seed: int = 0,
    report: Callable[[str], None] | None = None,
) -> Evaluation:
    """Train on the earlier part of a split and judge on the later.

    Parameters
    ----------
    dataset
        All events, the later ones included.
    split
        How to take it apart; see :func:`training.split.parse`.
    models
        Scorers to judge, and ``hybrid``; all that are installed when left out. The hybrid is
        made of the scorers beside it, or alone of all that are installed.
    k
        Length of the lists.
    seed
        Of training and of the bootstrap.
    report
        Is told each step.

    Raises
    ------
    InvalidSetting
        For an unknown model or a k below 1.
    NotEnoughData
        If a part of the split is empty.
    """
    names = _checked(models, k)
    tell = report or (lambda _: None)
    tell("split")
    parts = split(dataset)
    start = time.perf_counter()
    model = Model.fit(
        parts.train,
        as_of=parts.cut,
        scorers=[name for name in names if name != HYBRID] or None,
        seed=seed,
        report=report,
    )
    seconds = time.perf_counter() - start
    tell("judge")
    return judge(model, parts, names, k=k, seed=seed, train_seconds=seconds)


def judge(
    model: Model,
    split: Split,
    names: Sequence[str],
    *,
    k: int = 10,
    seed: int = 0,
    train_seconds: float | None = None,
) -> Evaluation:
    """Judge a model that was trained on the earlier part of a split.

    A list holds the best k of what can be shown at the cut, as lists are made in use: the
    split's candidates that every rule of eligibility leaves to the teacher (see
    :meth:`training.split.Split.can_be_shown`). Choices of other courses are out of reach, and
    teachers with no others are not judged; ``closed_by_rules`` among the facts says how many.

    Parameters
    ----------
    model
        Trained on ``split.train`` as of ``split.cut``.
    split
        What it is asked, and the truth.
    names
        Which of its scorers to judge, ``hybrid`` among them.
    k, seed
        Length of the lists; seed of the bootstrap.
    train_seconds
        For the record.
    """
    judged = np.flatnonzero(np.diff(split.truth.indptr))
    catalogue = model.catalogue(split.train, split.cut)
    asking = _Asking(model, split, Qualities.of(split, catalogue), names, k, catalogue)
    profiles = model.profiles(split.train, split.cut, catalogue, judged)
    chunks = [
        asking.judged(profiles.rows(slice(start, start + CHUNK)))
        for start in range(0, len(judged), CHUNK)
    ]
    values, shown = (np.concatenate(parts) for parts in zip(*chunks, strict=True))
    lists = dict(zip(names, shown.swapaxes(0, 1), strict=True))
    preferred = model.hybrid.preferred_ if HYBRID in names else ""
    return Evaluation(
        facts={
            "split": split.name,
            "choices": split.choices,
            "cut": split.cut.isoformat(),
            "k": k,
            "data_hash": split.train.content_hash,
            "model_version": model.version,
            "train_seconds": train_seconds,
            "teachers_not_judged": len(split.cold) - len(judged) - split.closed_by_rules,
            "closed_by_rules": split.closed_by_rules,
            "choices_out_of_reach": split.out_of_reach,
            "preferred_part": preferred,
            "calibrated_by": asking.qualities.category,
        },
        seed=seed,
        models=tuple(names),
        metrics=asking.metrics,
        teachers=judged,
        cold=split.cold[judged],
        values=values,
        coverage={name: coverage(own, split.candidates) for name, own in lists.items()},
        gini={name: gini(own, split.candidates) for name, own in lists.items()},
        preferred=np.full(len(judged), names.index(preferred) if preferred in names else -1),
        groups=groups(split.train, split.cut, judged),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Asking:
    """What is asked of some teachers at a time; the parameters are those of :func:`judge`."""

    model: Model
    split: Split
    qualities: Qualities
    names: Sequence[str]
    k: int
    catalogue: Catalogue

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the last axis of the values."""
        of_lists = (f"{name}@{self.k}" for name in (*METRICS, *self.qualities.names))
        return (*of_lists, "auc")

    def judged(self, profiles: Profiles) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Return values (n, n_models, n_metrics) and lists (n, n_models, k) of some teachers."""
        teachers = profiles.teachers
        allowed, truth = self.split.can_be_shown(teachers), self.split.truth[teachers]
        relevant, n_relevant = truth.toarray(), np.diff(truth.indptr)
        values, lists = [], []
        for name in self.names:
            scores = self.model.score(profiles, self.catalogue, name, allowed)
            shown = best(teachers, scores, allowed, self.k).courses
            found = hits(shown, truth)
            right = [metric(found, n_relevant) for metric in METRICS.values()]
            of_lists = self.qualities.measure(teachers, shown)
            values.append(np.column_stack([*right, of_lists, auc(scores, relevant, allowed)]))
            lists.append(shown)
        return np.stack(values, axis=1), np.stack(lists, axis=1)


def _checked(models: Sequence[str] | None, k: int) -> list[str]:
    """Return the models' names without repeats, or refuse them."""
    known = [*SCORERS, HYBRID]
    names = list(dict.fromkeys(models if models is not None else [*default_names(), HYBRID]))
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise InvalidSetting(
            "models",
            expected=f"some of {', '.join(known)}",
            got=", ".join(unknown) or "none",
            remedy=did_you_mean(unknown, known) or "correct the list, or leave it out to judge all",
        )
    if k < 1:
        raise InvalidSetting("k", expected="at least 1", got=str(k), remedy="ask for more")
    return names
