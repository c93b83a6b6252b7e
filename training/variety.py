"""What lists are like beside being right: how known, how mixed, how true to a teacher's interests.

Notation: a list holds m <= k courses; a value is NaN where a list holds too few courses for it,
or where nothing is known to compute it from.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

#: Steck's smoothing: the list's distribution is mixed with so much of the history's, so that a
#: category that the list lacks costs a finite amount.
ALPHA = 0.01


def gini(top: NDArray[np.integer], candidates: NDArray[np.bool_]) -> float:
    """Return how unequally lists show the candidates: 0 all alike, near 1 a few alone.

    ``sum_i (2 i - n - 1) e_i / (n sum_i e_i)`` over the n candidates in ascending order of
    exposure ``e_i``, the number of lists that hold one; NaN where nothing is shown.

    Parameters
    ----------
    top
        Courses, -1 where a list is short; shape (n_teachers, k).
    candidates
        Shape (n_courses,).

    Examples
    --------
    >>> gini(np.array([[0, 1], [1, 0]]), np.array([True, True]))
    0.0
    >>> gini(np.array([[0], [0]]), np.array([True, True]))
    0.5
    """
    exposure = np.sort(np.bincount(top[top >= 0], minlength=len(candidates))[candidates])
    n, total = len(exposure), exposure.sum()
    if not total:
        return float("nan")
    return float((2 * np.arange(1, n + 1) - n - 1) @ exposure / (n * total))


def information(takers: NDArray[np.integer], n_teachers: int) -> NDArray[np.float64]:
    """Return each course's self-information in bits, ``-log2(takers / teachers)``.

    A course that nobody took counts as taken by one, so that it is the most surprising and not
    infinitely so.

    >>> information(np.array([8, 1, 0]), 8).tolist()
    [0.0, 3.0, 3.0]
    """
    return np.log2(max(n_teachers, 1)) - np.log2(np.maximum(takers, 1))


def novelty(top: NDArray[np.integer], information: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean self-information of each list's courses, in bits.

    Reference: Castells, Hurley and Vargas (2022), Novelty and Diversity in Recommender Systems.

    Parameters
    ----------
    top
        Courses, -1 where a list is short; shape (n, k).
    information
        Of each course, shape (n_courses,).

    Examples
    --------
    >>> novelty(np.array([[0, 1], [1, -1]]), np.array([0.0, 3.0])).tolist()
    [1.5, 3.0]
    """
    bits = np.where(top >= 0, information[top], 0.0)
    return _ratio(bits.sum(axis=1), (top >= 0).sum(axis=1))


def diversity(top: NDArray[np.integer], content: sparse.csr_array) -> NDArray[np.float64]:
    """Return ``1 - mean cosine`` over the pairs of courses in each list.

    Courses without content are left out; below two courses there is no pair. Reference:
    Ziegler et al. (2005), Improving Recommendation Lists through Topic Diversification.

    Parameters
    ----------
    top
        Courses, -1 where a list is short; shape (n, k).
    content
        Rows of length 1, or 0 without content; shape (n_courses, n_content).

    Examples
    --------
    >>> content = sparse.csr_array(np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    >>> diversity(np.array([[0, 1], [0, 2]]), content).tolist()
    [0.0, 1.0]
    """
    described = np.diff(content.indptr) > 0
    m = ((top >= 0) & described[top]).sum(axis=1)
    # |x_1 + ... + x_m|^2 = m + twice the sum of the cosines of all pairs.
    total = sparse.csr_array(_marks(top, content.shape[0]) @ content.astype(np.float64))
    length = total.multiply(total).sum(axis=1)
    return 1 - _ratio(length - m, m * (m - 1))


def miscalibration(
    top: NDArray[np.integer], categories: sparse.csr_array, history: sparse.csr_array
) -> NDArray[np.float64]:
    """Return how far each list's mix of categories is from that of the teacher's history.

    ``C_KL = sum_g p(g) log(p(g) / q~(g))`` with ``q~ = (1 - alpha) q + alpha p`` and alpha 0.01;
    p is the mean of ``p(g | course)`` over the history, q over the list; a course in several
    categories is split evenly. 0 for the same mix. Courses without a category are left out.
    Reference: Steck (2018), Calibrated Recommendations, RecSys, equations 2, 3, 6 and 7.

    Parameters
    ----------
    top
        Courses, -1 where a list is short; shape (n, k).
    categories
        ``p(g | course)``, rows of sum 1, or 0 without a category; (n_courses, n_categories).
    history
        1 where the teacher chose the course, shape (n, n_courses).

    Examples
    --------
    >>> of = sparse.csr_array(np.eye(2))
    >>> chose = sparse.csr_array(np.array([[1.0, 1.0], [1.0, 1.0]]))
    >>> miscalibration(np.array([[0, 1], [0, 0]]), of, chose).round(3).tolist()
    [0.0, 1.959]
    """
    p = _shares(history @ categories)
    q = _shares(_marks(top, categories.shape[0]) @ categories)
    smoothed = (1 - ALPHA) * q + ALPHA * p
    ratio = np.divide(p, smoothed, out=np.ones_like(p), where=p > 0)
    # Rounding can take a sum of 0 just below it.
    return np.maximum((p * np.log(ratio)).sum(axis=1), 0.0)


def _marks(top: NDArray[np.integer], n_courses: int) -> sparse.csr_array:
    """Count each row's courses, shape (n, n_courses)."""
    row, place = np.nonzero(top >= 0)
    ones = np.ones(len(row))
    return sparse.csr_array((ones, (row, top[row, place])), shape=(len(top), n_courses))


def _shares(weights: sparse.csr_array) -> NDArray[np.float64]:
    """Scale rows to sum 1; a row of nothing becomes NaN."""
    dense = weights.toarray()
    total = dense.sum(axis=1, keepdims=True)
    return np.divide(dense, total, out=np.full(dense.shape, np.nan), where=total > 0)


def _ratio(over: NDArray[np.floating], under: NDArray[np.integer]) -> NDArray[np.float64]:
    return np.divide(over, under, out=np.full(len(over), np.nan), where=under > 0)
