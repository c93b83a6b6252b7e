"""Train a model, and keep what decided the outcome."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from features.dataset import Dataset
from recommender.model import Model
from training.evaluation import Evaluation
from training.tracking import Record


def train(
    dataset: Dataset,
    *,
    until: pd.Timestamp | None = None,
    scorers: Sequence[str] | None = None,
    seed: int = 0,
    report: Callable[[str], None] | None = None,
    parameters: Mapping[str, Mapping[str, object]] | None = None,
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

    Raises
    ------
    InvalidSetting
        If a scorer's or a parameter's name is unknown, or a value out of range.
    NotEnoughData
        If nothing was chosen before ``until``.
    """
    as_of = dataset.log.end if until is None else until
    return Model.fit(
        dataset, as_of=as_of, scorers=scorers, seed=seed, report=report, parameters=parameters
    )


def record_of(
    model: Model, *, seed: int, seconds: float, evaluation: Evaluation | None = None
) -> Record:
    """Return what to keep of a training: parameters by scorer, seconds, and figures if judged.

    Parameters
    ----------
    model
        What was trained.
    seed
        That it was trained with.
    seconds
        That training took.
    evaluation
        Of the same scorers on the same data; the mean of each metric over all teachers is kept.
    """
    parameters: dict[str, object] = {
        "data_hash": model.data_hash,
        "trained_until": model.trained_until.isoformat(),
        "seed": seed,
        "scorers": ",".join(model.scorers),
    }
    for name, scorer in model.hybrid.parts.items():
        for parameter, value in scorer.to_fitted().values.items():
            parameters[f"{name}.{parameter}"] = value
    for group, weights in model.hybrid.weights_.items():
        parameters[f"hybrid.weights.{group}"] = json.dumps(weights)
    metrics = {"train_seconds": seconds}
    for row in evaluation.rows() if evaluation else ():
        if row.group == "all":
            metrics[f"{row.model}.{row.metric}"] = row.figure.mean
    return Record(model.version, parameters, metrics)
