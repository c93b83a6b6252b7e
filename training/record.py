"""What is kept of a training in the registry: parameters, figures, the card, the report."""

from __future__ import annotations

import math
from collections.abc import Iterator

from features.dataset import Dataset
from recommender.model import Model
from training.bootstrap import Figure
from training.card import CARD_JSON, CARD_MARKDOWN, Card
from training.evaluation import HYBRID, Evaluation
from training.settings import settings
from training.tracking import Record

#: Names of what is kept of an evaluation.
FIGURES, REPORT = "figures.json", "report.html"


def record_of(
    model: Model,
    *,
    seed: int,
    seconds: float,
    dataset: Dataset | None = None,
    evaluation: Evaluation | None = None,
) -> Record:
    """Return what to keep of a training.

    Parameters
    ----------
    model
        What was trained.
    seed
        That it was trained with.
    seconds
        That training took.
    dataset
        What it was trained on, for the card.
    evaluation
        Of a model trained in the same way on the earlier part of the data: all models' figures
        over all teachers are kept as metrics, and the hybrid's of every group, each with its
        interval (``.low``, ``.high``); all of them in full as a file, and the report.
    """
    parameters: dict[str, object] = {
        "data_hash": model.data_hash,
        "trained_until": model.trained_until.isoformat(),
        "seed": seed,
        "scorers": ",".join(model.scorers),
    }
    card = Card.of(model, dataset=dataset, evaluation=evaluation, seed=seed)
    texts = {CARD_JSON: card.to_json(), CARD_MARKDOWN: card.to_markdown()}
    metrics = {"train_seconds": seconds}
    if evaluation is not None:
        # matplotlib is slow to import, and only a report needs it.
        from training.report import report

        parameters |= {name: evaluation.facts[name] for name in ("split", "cut", "k")}
        texts[FIGURES] = evaluation.to_json()
        texts[REPORT] = report(evaluation, model.version)
        metrics |= dict(_metrics(evaluation))
    return Record(model.version, parameters | settings(model), metrics, texts)


def _metrics(evaluation: Evaluation) -> Iterator[tuple[str, float]]:
    for model, share in evaluation.coverage.items():
        yield f"{model}.coverage", share
    for row in evaluation.rows():
        if row.group == "all":
            yield from _figure(f"{row.model}.{row.metric}", row.figure)
    for row in evaluation.by_group():
        if row.model == HYBRID:
            yield from _figure(f"{row.model}.{row.metric}.{row.group}", row.figure)
    for gap in evaluation.gaps():
        if gap.model == HYBRID:
            yield from _figure(f"{gap.model}.{gap.metric}.gap.{gap.grouping}", gap.figure)


def _figure(name: str, figure: Figure) -> Iterator[tuple[str, float]]:
    """Yield the mean and both ends; what is no number is left out."""
    ends = ((name, figure.mean), (f"{name}.low", figure.low), (f"{name}.high", figure.high))
    yield from ((each, value) for each, value in ends if not math.isnan(value))
