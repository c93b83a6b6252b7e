"""Classical methods in a few lines each: from choices to a matrix of course-to-course weights.

Notation: ``pairs`` is X, ones where a teacher chose a course, shape (n_teachers, n_courses).
A method returns B, shape (n_courses, n_courses); a teacher's scores are a history times B.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from recommender.scorers.contract import Choices

#: How many choices ahead count as a transition.
HORIZON = 20


def ease(pairs: sparse.csr_array, reg: float) -> NDArray[np.float32]:
    """Solve the ridge regression of X on itself with a diagonal of 0 (Steck 2019, EASE)."""
    gram = (pairs.T @ pairs).toarray().astype(np.float64)
    gram[np.diag_indices_from(gram)] += reg
    inverse = linalg.inv(gram, overwrite_a=True, check_finite=False)
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights.astype(np.float32)


def item_knn(pairs: sparse.csr_array, neighbours: int, shrinkage: float) -> sparse.csr_array:
    """Take each course's nearest by cosine, shrunk (Sarwar et al. 2001; Koren 2008)."""
    common = (pairs.T @ pairs).tocoo()
    length = np.sqrt(np.asarray(pairs.sum(axis=0)).ravel())
    cosine = common.data / (length[common.row] * length[common.col] + shrinkage)
    return _nearest(sparse.coo_array((cosine, (common.row, common.col)), common.shape), neighbours)


def rp3beta(
    pairs: sparse.csr_array, alpha: float, beta: float, neighbours: int
) -> sparse.csr_array:
    """Walk course - teacher - course at random, popular ends held down (Paudel et al. 2016)."""
    to_courses = _rows_scaled(pairs, 1).power(alpha)
    to_teachers = _rows_scaled(pairs.T.tocsr(), 1).power(alpha)
    walks = (to_teachers @ to_courses).tocoo()
    popularity = np.maximum(np.asarray(pairs.sum(axis=0)).ravel(), 1)
    held = walks.data / popularity[walks.col] ** beta
    return _nearest(sparse.coo_array((held, (walks.row, walks.col)), walks.shape), neighbours)


def transitions(
    choices: Choices, n_courses: int, discount: float, shrinkage: float
) -> sparse.csr_array:
    """Count what followed what, a choice one further ahead counting ``discount`` times as much.

    Rows are divided by how often the course was chosen plus ``shrinkage``: a Markov chain of
    the first order (Rendle et al. 2010, FPMC, without the factorisation) with decayed sums.
    """
    order = np.argsort(choices.teacher, kind="stable")
    who, what = choices.teacher[order], choices.course[order]
    counts = sparse.csr_array((n_courses, n_courses))
    for ahead in range(1, min(HORIZON, len(what) - 1) + 1):
        same = who[ahead:] == who[:-ahead]
        weight = np.full(int(same.sum()), discount ** (ahead - 1))
        places = (what[:-ahead][same], what[ahead:][same])
        counts = counts + sparse.csr_array((weight, places), shape=counts.shape)
    chosen = np.bincount(what, minlength=n_courses) + shrinkage
    return sparse.csr_array(sparse.diags_array(1 / np.maximum(chosen, 1e-9)) @ counts)


def decayed(choices: Choices, shape: tuple[int, int], decay: float) -> sparse.csr_array:
    """Return histories in which a choice counts ``decay`` times as much as the one after it."""
    order = np.argsort(choices.teacher, kind="stable")
    who = choices.teacher[order]
    after = np.cumsum(np.bincount(who, minlength=shape[0]))[who] - 1 - np.arange(len(who))
    return sparse.csr_array((decay**after, (who, choices.course[order])), shape=shape)


def fused(scores: list[NDArray[np.float32]], offset: float = 60) -> NDArray[np.float32]:
    """Add reciprocal ranks, all weights equal (Cormack et al. 2009)."""
    total = np.zeros_like(scores[0])
    for each in scores:
        best = np.argsort(-each, axis=1, kind="stable")
        share = (1 / (offset + np.arange(1, each.shape[1] + 1))).astype(np.float32)
        rank = np.empty_like(total)
        np.put_along_axis(rank, best, np.broadcast_to(share, best.shape), axis=1)
        total += rank
    return total


def _rows_scaled(matrix: sparse.csr_array, total: float) -> sparse.csr_array:
    sums = np.asarray(matrix.sum(axis=1)).ravel()
    return sparse.csr_array(sparse.diags_array(total / np.maximum(sums, 1e-9)) @ matrix)


def _nearest(weights: sparse.coo_array, count: int) -> sparse.csr_array:
    """Keep the largest weights of each column, the diagonal left out."""
    off = weights.row != weights.col
    row, column, value = weights.row[off], weights.col[off], weights.data[off]
    order = np.lexsort((-value, column))
    starts = np.searchsorted(column[order], column[order])
    kept = order[np.arange(len(order)) - starts < count]
    return sparse.csr_array((value[kept], (row[kept], column[kept])), shape=weights.shape)
