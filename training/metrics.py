"""Metrics of ranked lists, one value for each teacher.

Notation: a list holds k courses, ``h_r`` is 1 if the course at rank r is relevant and 0 if not,
and a teacher has R relevant courses. A teacher with R = 0 cannot be judged: the value is NaN,
to be left out and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.stats import rankdata

from recommender.scorers.top import ndcg_of_hits as ndcg

#: (hits, relevant) -> values: bool (n_teachers, k), int (n_teachers,), float64 (n_teachers,).
Metric: TypeAlias = Callable[[NDArray[np.bool_], NDArray[np.integer]], NDArray[np.float64]]


def hits(top: NDArray[np.integer], truth: sparse.csr_array) -> NDArray[np.bool_]:
    """Say which recommended courses are relevant.

    Parameters
    ----------
    top
        Courses best first, -1 where a list is short; shape (n_teachers, k).
    truth
        The relevant courses, bool, shape (n_teachers, n_courses).

    Examples
    --------
    >>> truth = sparse.csr_array(np.array([[False, True, True], [False, False, False]]))
    >>> hits(np.array([[2, 0], [1, -1]]), truth).tolist()
    [[True, False], [False, False]]
    """
    n, n_courses = truth.shape
    relevant = truth.tocoo()
    pairs = relevant.row.astype(np.int64) * n_courses + relevant.col
    asked = np.arange(n, dtype=np.int64)[:, None] * n_courses + top
    return np.asarray((top >= 0) & np.isin(asked, pairs))


def recall(hits: NDArray[np.bool_], relevant: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return hits / R; where R > k it cannot reach 1."""
    return _ratio(hits.sum(axis=1), relevant)


def precision(hits: NDArray[np.bool_], relevant: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return hits / k, also where a list is short."""
    return _ratio(hits.sum(axis=1), np.where(relevant > 0, hits.shape[1], 0))


def hit(hits: NDArray[np.bool_], relevant: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return 1 if any course of the list is relevant, else 0."""
    return _ratio(hits.any(axis=1), relevant > 0)


def mrr(hits: NDArray[np.bool_], relevant: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return 1 / rank of the first hit, 0 without one (reciprocal rank)."""
    first = hits.argmax(axis=1) + 1
    return _ratio(hits.any(axis=1), np.where(relevant > 0, first, 0))


def map_(hits: NDArray[np.bool_], relevant: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return average precision: the sum of the precision at each hit over min(k, R).

    Examples
    --------
    Hits at ranks 1 and 3, and 2 relevant courses in all:

    >>> bool(map_(np.array([[True, False, True]]), np.array([2]))[0] == (1 / 1 + 2 / 3) / 2)
    True
    """
    k = hits.shape[1]
    at_rank = hits.cumsum(axis=1) / np.arange(1, k + 1)
    return _ratio((at_rank * hits).sum(axis=1), np.minimum(relevant, k))


#: The metrics of lists, by the name they are reported under.
METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        "ndcg": ndcg,
        "recall": recall,
        "precision": precision,
        "hit": hit,
        "mrr": mrr,
        "map": map_,
    }
)


def auc(
    scores: NDArray[np.floating],
    relevant: NDArray[np.bool_],
    eligible: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Return the chance that a relevant course is scored above one that is not; ties count half.

    Parameters
    ----------
    scores
        Finite, shape (n_teachers, n_courses).
    relevant, eligible
        Same shape; only eligible courses are compared, and the relevant are among them.

    Returns
    -------
    NDArray
        Shape (n_teachers,); NaN without a relevant course or without any other.

    Examples
    --------
    Two of the three pairs are in the right order:

    >>> auc(np.array([[3.0, 2.0, 1.0, 0.5]]), np.array([[False, True, False, False]]),
    ...     np.array([[True, True, True, True]])).round(3).tolist()
    [0.667]
    """
    # Mann-Whitney: what is not eligible ties below all, and so shifts every rank by its number.
    ranks = rankdata(np.where(eligible, scores, -np.inf), axis=1)
    shift = (~eligible).sum(axis=1)
    positives = relevant.sum(axis=1)
    negatives = eligible.sum(axis=1) - positives
    wins = (ranks * relevant).sum(axis=1) - positives * (shift + (positives + 1) / 2)
    return _ratio(wins, positives * negatives)


def coverage(top: NDArray[np.integer], candidates: NDArray[np.bool_]) -> float:
    """Return the share of candidates that at least one teacher's list holds.

    >>> coverage(np.array([[0, 1], [1, -1]]), np.array([True, True, True, True]))
    0.5
    """
    shown = np.unique(top[top >= 0])
    return len(shown) / max(int(candidates.sum()), 1)


def _ratio(over: ArrayLike, under: ArrayLike) -> NDArray[np.float64]:
    over, under = np.asarray(over), np.asarray(under)
    out = np.full(len(over), np.nan)
    return np.divide(over, under, out=out, where=under > 0)
