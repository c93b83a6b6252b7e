"""The methods that a researcher would try instead, each with the space it is tuned in.

What knows a teacher by id alone knows nothing of a new one: it then falls back on popularity,
all of it or of late, whichever the tuning slice prefers for new teachers. What a neighbourhood
does not reach stands below the rest, in the order of that popularity.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from comparison import baselines, libraries
from comparison.task import Scores, Task
from recommender.scorers.space import Span

RECENT_DAYS = 90.0


@dataclass(frozen=True, slots=True)
class Method:
    """A name, how it is fitted (task, seed, its parameters), and where these are looked for."""

    name: str
    fit: Callable[..., Scores]
    space: Mapping[str, Span] = field(default_factory=dict)


def _popularity(task: Task, seed: int, days: float = np.inf) -> Scores:
    row = task.popularity(days)
    return lambda teachers: np.broadcast_to(row, (len(teachers), len(row)))


def _transitions(task: Task, seed: int, decay: float, **parameters: float) -> Scores:
    weights = baselines.transitions(task.choices, task.pairs.shape[1], **parameters)
    history = baselines.decayed(task.choices, task.pairs.shape, decay)
    return _from_history(task, history, weights)


def _item_knn(task: Task, seed: int, **parameters: Any) -> Scores:
    return _from_history(task, task.pairs, baselines.item_knn(task.pairs, **parameters))


def _rp3beta(task: Task, seed: int, **parameters: Any) -> Scores:
    return _from_history(task, task.pairs, baselines.rp3beta(task.pairs, **parameters))


def _ease(task: Task, seed: int, reg: float) -> Scores:
    return _from_history(task, task.pairs, baselines.ease(task.pairs, reg))


def _factors(fit: Callable[..., libraries.Factors]) -> Callable[..., Scores]:
    """Score by the products of a library's vectors."""

    def fitted(task: Task, seed: int, **parameters: Any) -> Scores:
        factors = fit(task, seed, **parameters)
        return factors.scores if factors.knows_the_new else _with_floor(task, factors.scores)

    return fitted


def _from_history(
    task: Task, history: sparse.csr_array, weights: sparse.csr_array | NDArray[np.float32]
) -> Scores:
    def scores(teachers: NDArray[np.integer]) -> NDArray[np.float32]:
        found = history[teachers] @ weights
        if isinstance(found, np.ndarray):
            return np.asarray(found, np.float32)
        return _rest_by_popularity(task, np.asarray(found.toarray(), np.float32))

    return _with_floor(task, scores)


def _rest_by_popularity(task: Task, scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Put what nothing led to below the rest, the popular first; scores are 0 or more."""
    lowest = np.where(scores > 0, scores, np.inf).min(axis=1, initial=1.0, keepdims=True)
    popularity = task.popularity(task.floor_days)
    below = 0.5 * popularity / max(popularity.max(), 1)
    return np.asarray(np.where(scores > 0, scores, lowest * below), np.float32)


def _with_floor(task: Task, scores: Scores) -> Scores:
    """Show teachers without a history what is popular."""
    floor = _popularity(task, 0, task.floor_days)
    new = np.diff(task.pairs.indptr) == 0

    def floored(teachers: NDArray[np.integer]) -> NDArray[np.float32]:
        return np.where(new[teachers, None], floor(teachers), scores(teachers))

    return floored


_LIGHTFM = {
    "no_components": Span(8, 96, 32),
    "learning_rate": Span(0.01, 0.15, 0.05),
    "epochs": Span(5, 60, 20),
    "alpha": Span(1e-7, 1e-3, 1e-6),
}
#: By the number of days that count.
POPULARITY = {
    np.inf: Method("popularity", _popularity),
    RECENT_DAYS: Method("popularity 90 days", partial(_popularity, days=RECENT_DAYS)),
}
METHODS = (
    *POPULARITY.values(),
    Method(
        "transitions",
        _transitions,
        {
            "discount": Span(0.01, 0.99, 0.5, log=False),
            "decay": Span(0.1, 1.0, 0.8, log=False),
            "shrinkage": Span(0.1, 300, 10.0),
        },
    ),
    Method(
        "item-KNN",
        _item_knn,
        {"neighbours": Span(5, 1_000, 100), "shrinkage": Span(0.1, 1_000, 10.0)},
    ),
    Method(
        "RP3beta",
        _rp3beta,
        {
            "alpha": Span(0.3, 2.0, 1.0, log=False),
            "beta": Span(0.01, 1.0, 0.4, log=False),
            "neighbours": Span(5, 1_000, 100),
        },
    ),
    Method("EASE", _ease, {"reg": Span(1.0, 5_000.0, 200.0)}),
    Method(
        "ALS (implicit)",
        _factors(libraries.als),
        {
            "factors": Span(8, 128, 32),
            "regularization": Span(1e-3, 100.0, 0.01),
            "alpha": Span(0.1, 50.0, 1.0),
            "iterations": Span(5, 30, 15),
        },
    ),
    Method(
        "BPR (implicit)",
        _factors(libraries.bpr),
        {
            "factors": Span(8, 128, 32),
            "regularization": Span(1e-4, 0.3, 0.01),
            "learning_rate": Span(0.005, 0.2, 0.05),
            "iterations": Span(20, 300, 100),
        },
    ),
    Method(
        "iALS (irspack)",
        _factors(libraries.ials),
        {
            "n_components": Span(8, 256, 32),
            "alpha0": Span(3e-3, 1.0, 0.1),
            "reg": Span(1e-4, 0.3, 0.003),
            "train_epochs": Span(5, 25, 16),
        },
    ),
    Method("LightFM ids", _factors(libraries.lightfm_ids), _LIGHTFM),
    Method(
        "LightFM hybrid",
        _factors(libraries.lightfm_hybrid),
        {**_LIGHTFM, "normalised": Span(0, 1, 1, log=False)},
    ),
)
