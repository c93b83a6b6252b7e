"""Train a model, and judge the way it was trained."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from features.dataset import Dataset
from features.moments import instant
from recommender.model import Model
from training.evaluate import judge
from training.evaluation import Evaluation
from training.split import Strategy
from training.withhold import without_later


class Fit(Protocol):
    """A way to train on any data set."""

    def __call__(self, dataset: Dataset, *, until: pd.Timestamp | None) -> Model:
        """Train on everything known before a moment."""
        ...


def train(
    dataset: Dataset,
    *,
    until: pd.Timestamp | None = None,
    scorers: Sequence[str] | None = None,
    seed: int = 0,
    report: Callable[[str], None] | None = None,
    parameters: Mapping[str, Mapping[str, object]] | None = None,
    second_stage: str = "logistic",
) -> Model:
    """Train on everything known before a moment.

    Parameters
    ----------
    dataset
        At least one choice known before ``until``.
    until
        Nothing dated at or after it is seen; the end of the events when left out.
    scorers
        Names; all that are installed when left out.
    seed
        Of all randomness.
    report
        Is told each step.
    parameters
        Scorer -> its parameters, such as :class:`training.tuning.Tuning` holds.
    second_stage
        What the hybrid learns: ``logistic``, or ``trees`` (which needs LightGBM).

    Raises
    ------
    InvalidSetting
        If a scorer's or a parameter's name is unknown, or a value out of range.
    NotEnoughData
        If nothing was chosen before ``until``.
    """
    as_of = dataset.log.end if until is None else until
    return Model.fit(
        dataset,
        as_of=as_of,
        scorers=scorers,
        seed=seed,
        report=report,
        parameters=parameters,
        second_stage=second_stage,
    )


def judged(
    dataset: Dataset,
    split: Strategy,
    fit: Fit,
    *,
    until: pd.Timestamp | None = None,
    seed: int = 0,
) -> Evaluation:
    """Judge a way of training by a split of what was known before a moment.

    Parameters
    ----------
    dataset
        What is to be trained on.
    split
        How to take it apart; see :func:`training.split.parse`.
    fit
        Trains: :func:`train` with its settings filled in.
    until
        As for :func:`train`: nothing dated at or after it is judged by either.
    seed
        Of the bootstrap.

    Raises
    ------
    NotEnoughData
        If a part of the split is empty.
    """
    if until is not None:
        dataset = without_later(dataset, np.full(len(dataset.teachers), instant(until)))
    parts = split(dataset)
    began = time.perf_counter()
    model = fit(parts.train, until=parts.cut)
    seconds = time.perf_counter() - began
    return judge(model, parts, list(model.scorers), seed=seed, train_seconds=seconds)
