"""The best k of each row, ties broken by position, and how good they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def top(scores: NDArray[np.floating], k: int) -> NDArray[np.int64]:
    """Return the positions of each row's k best scores, best first; ties go to the lower position.

    Parameters
    ----------
    scores
        Shape (n, n_courses); -inf puts a course behind all others.
    k
        At most ``n_courses``.

    Examples
    --------
    >>> top(np.array([[0.1, 0.7, 0.7]], np.float32), 2).tolist()
    [[1, 2]]
    """
    n_courses = scores.shape[1]
    if k < n_courses:
        # Ties at the edge are settled by position: everything above the k-th score stays, and
        # of those equal to it the first.
        edge = np.partition(scores, n_courses - k, axis=1)[:, [n_courses - k]]
        above = scores > edge
        level = scores == edge
        room = k - above.sum(axis=1, keepdims=True)
        kept = above | (level & (np.cumsum(level, axis=1) <= room))
        best = np.nonzero(kept)[1].reshape(len(scores), k)
    else:
        best = np.broadcast_to(np.arange(n_courses), scores.shape)
    order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1, kind="stable")
    return np.take_along_axis(best, order, axis=1)


def ndcg_of_hits(hits: NDArray[np.bool_], relevant: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return DCG / ideal DCG: ``sum h_r / log2(r + 1)`` over that of min(k, R) hits on top.

    ``hits`` has shape (n, k); ``relevant`` is R, shape (n,); NaN where it is 0. Gain 1 for a true
    course (Järvelin and Kekäläinen 2002).

    Examples
    --------
    Hits at ranks 1 and 3, and 5 relevant courses in all:

    >>> bool(ndcg_of_hits(np.array([[True, False, True]]), np.array([5]))[0]
    ...      == (1 + 1 / 2) / (1 + 1 / np.log2(3) + 1 / 2))
    True
    """
    discount = 1 / np.log2(np.arange(2, hits.shape[1] + 2))
    ideal = np.concatenate([[np.nan], np.cumsum(discount)])[np.minimum(relevant, hits.shape[1])]
    return np.asarray((hits * discount).sum(axis=1) / ideal)


def ndcg(best: NDArray[np.integer], truth: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return NDCG of ranked positions, shape (n,); NaN where a row has no truth.

    Examples
    --------
    >>> ndcg(np.array([[2, 0]]), np.array([[True, False, False]])).round(3).tolist()
    [0.631]
    """
    return ndcg_of_hits(np.take_along_axis(truth, best, axis=1), truth.sum(axis=1))
