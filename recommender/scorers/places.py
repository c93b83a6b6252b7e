"""A scorer's best courses by place: what a blend looks at, since scores do not compare."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

#: So many of each scorer's courses have a place.
DEPTH = 1_000
#: The first of these, of all scorers together, are the candidates of what is learned.
CANDIDATES = 50
#: Scores no further apart than this share of their row's span are equal: the rest is rounding.
EQUAL = np.float32(1e-6)
#: Of reciprocal rank fusion (Cormack et al. 2009, who take 60 over longer lists).
OFFSET = 30
LOG, RECIPROCAL = "log", "reciprocal"


def places(scores: NDArray[np.float32], allowed: NDArray[np.bool_]) -> NDArray[np.int16]:
    """Return each course's place in its row, from 1; 0 beyond the first ``DEPTH``.

    Courses with the same score share the middle of the places that they take together, so that
    their order in the data set says nothing: where a scorer knows nothing of a teacher, no course
    is among the first. Where the depth cuts through equals, none of these has a place.

    Parameters
    ----------
    scores
        Finite, shape (n, n_courses).
    allowed
        What can be shown; the rest takes no place. Shape (n, n_courses) or (n_courses,).

    Examples
    --------
    >>> scores = np.array([[0.1, 0.9, 0.5], [0.7, 0.7, 0.7]], np.float32)
    >>> places(scores, np.array([True, False, True])).tolist()
    [[2, 0, 1], [1, 0, 1]]
    """
    shown = np.where(allowed, -scores, np.float32(np.inf))
    depth = min(DEPTH, shown.shape[1])
    if depth < shown.shape[1]:
        best = np.argpartition(shown, depth - 1, axis=1)[:, :depth]
    else:
        best = np.broadcast_to(np.arange(depth), shown.shape)
    found = np.take_along_axis(shown, best, axis=1)
    order = np.argsort(found, axis=1, kind="stable")
    best, found = np.take_along_axis(best, order, axis=1), np.take_along_axis(found, order, axis=1)
    near = EQUAL * _span(found)
    last = found[:, -1:]
    cut = (shown <= last + near).sum(axis=1, keepdims=True) > depth
    placed = np.isfinite(found) & ~(cut & (found >= last - near))
    out = np.zeros(shown.shape, np.int16)
    np.put_along_axis(out, best, _middles(found, near) * placed, axis=1)
    return out


def _span(ascending: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how far apart each row's finite numbers are, shape (n, 1)."""
    finite = np.isfinite(ascending)
    highest = np.where(finite, ascending, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
    return np.where(finite[:, :1], highest - ascending[:, :1], 0).astype(np.float32)


def _middles(ascending: NDArray[np.float32], near: NDArray[np.float32]) -> NDArray[np.int16]:
    """Return the middle place of each run of equals, from 1, rounded down."""
    n = ascending.shape[1]
    place = np.broadcast_to(np.arange(1, n + 1), ascending.shape)
    change = ascending[:, 1:] > ascending[:, :-1] + near
    edge = np.ones((len(ascending), 1), bool)
    first = np.maximum.accumulate(np.where(np.hstack([edge, change]), place, 0), axis=1)
    ends = np.where(np.hstack([change, edge]), place, n)
    last = np.minimum.accumulate(ends[:, ::-1], axis=1)[:, ::-1]
    return ((first + last) // 2).astype(np.int16)


def worth(form: str) -> NDArray[np.float32]:
    """Return what each place is worth, shape (DEPTH + 1,), for indexing by place; 0 for none.

    ``log``: ``log((DEPTH + 1) / place)``. ``reciprocal``: ``1 / (OFFSET + place)``.
    """
    place = np.arange(1, DEPTH + 1)
    told = np.log((DEPTH + 1) / place) if form == LOG else 1 / (OFFSET + place)
    return np.concatenate([[0], told]).astype(np.float32)


def candidates(places: Mapping[str, NDArray[np.int16]]) -> NDArray[np.bool_]:
    """Say which courses some scorer puts among its first, shape (n, n_courses)."""
    return np.any([(place > 0) & (place <= CANDIDATES) for place in places.values()], axis=0)


def candidates_first(
    total: NDArray[np.float32], places: Mapping[str, NDArray[np.int16]]
) -> NDArray[np.float32]:
    """Lift each row's candidates to 1 and more, in the order of ``total``.

    What is learned holds for candidates alone. What is none comes below 1, in the order of its
    mean place; shape (n, n_courses).
    """
    near = candidates(places)
    lowest = np.where(near, total, np.inf).min(axis=1, keepdims=True)
    worths = worth(LOG) / (worth(LOG)[1] * (len(places) + 1))
    far = np.sum([worths[place] for place in places.values()], axis=0, dtype=np.float32)
    return np.asarray(np.where(near, total - lowest + 1, far), np.float32)
