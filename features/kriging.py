"""What a new course borrows: the best linear guess from the courses that had takers.

Universal kriging (Matheron 1969; in machine learning, Gaussian process regression with an unknown
constant mean): courses alike in content are expected to fare alike, and what a course is by itself
is noise. How much noise there is decides between the nearest courses alone and a mean of many; it
is what foresees best the takers of each fitted course from those of the others (leave one out).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from features.neighbours import cosines

#: Noise that is tried, relative to what content can tell of a course.
NOISES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
#: Where fewer courses than that were fitted, noise cannot be judged; and at most so many judge.
MIN_JUDGES, UNJUDGED, MAX_JUDGES = 20, 1.0, 1_000
#: Courses up to which a new one borrows from all; of more, it borrows from its nearest alone.
MOST = 2_000
NEAREST = 128
CHUNK = 256


def noise_of(content: sparse.csr_array, takers: NDArray[np.integer]) -> float:
    """Return the noise under which the logarithm of the takers is foreseen best.

    Parameters
    ----------
    content
        Of the fitted courses, rows of length 1 or 0, shape (n_fitted, n_content).
    takers
        Of each of them, shape (n_fitted,); of more than 1,000, those with most takers judge.

    Examples
    --------
    Where courses alike have as many takers, little is noise; where content tells nothing, much:

    >>> content = sparse.csr_array(np.repeat(np.eye(2), 20, axis=0))
    >>> noise_of(content, np.repeat([5, 90], 20)), noise_of(content, np.tile([5, 90], 20))
    (0.1, 30.0)
    """
    judges = np.argsort(-takers, kind="stable")[:MAX_JUDGES]
    if len(judges) < MIN_JUDGES or not content.nnz:
        return UNJUDGED
    alike = _products(content[judges], content[judges])
    told = np.log1p(takers[judges])
    values, vectors = linalg.eigh(alike)
    errors = [_left_out(values, vectors, noise, told) for noise in NOISES]
    return NOISES[int(np.argmin(errors))]


def weights(
    content: sparse.csr_array, new: sparse.csr_array, noise: float
) -> NDArray[np.float32] | sparse.csc_array:
    """Return what new courses borrow from the fitted ones, shape (n_fitted, n_new).

    Each column sums to 1 and may hold weights below 0; a course like no other borrows nothing.
    Dense up to 2,000 fitted courses; of more, the 128 nearest alone have a weight.

    Parameters
    ----------
    content, new
        Content of fitted and of new courses, rows of length 1 or 0.
    noise
        Above 0.
    """
    if not content.nnz or not new.nnz:
        return sparse.csc_array((content.shape[0], new.shape[0]), dtype=np.float32)
    if content.shape[0] <= MOST:
        alike = _products(content, content)[None]
        found = _solved(alike, _products(content, new)[None], noise)[0]
        # By columns: a teacher's list takes those of a few courses.
        return np.asfortranarray(found, np.float32)
    columns = [
        _borrowed(content, new[start : start + CHUNK], noise)
        for start in range(0, new.shape[0], CHUNK)
    ]
    empty = sparse.csc_array((content.shape[0], 0), dtype=np.float32)
    return sparse.csc_array(sparse.hstack([empty, *columns], format="csc"))


def _borrowed(content: sparse.csr_array, new: sparse.csr_array, noise: float) -> sparse.csc_array:
    """Return the weights of the nearest courses of some new ones."""
    cosine = cosines(new, content)
    near = _largest(cosine, NEAREST)
    alike = np.stack([_gram(content[rows]) for rows in near])
    target = np.take_along_axis(cosine, near, axis=1)[:, :, None].astype(np.float64)
    found = _solved(alike, target, noise)[:, :, 0].astype(np.float32)
    column = np.repeat(np.arange(len(near)), NEAREST)
    entries = (found.ravel(), (near.ravel(), column))
    return sparse.csc_array(entries, shape=(content.shape[0], len(near)))


def _largest(cosine: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Return the positions of the largest of each row, ascending; the first of equals.

    The same neighbours on every machine, without sorting thousands to find a hundred.
    """
    least = np.partition(cosine, -count, axis=1)[:, -count, None]
    above, equal = cosine > least, cosine == least
    left = count - above.sum(axis=1, keepdims=True)
    taken = above | (equal & (np.cumsum(equal, axis=1) <= left))
    return np.nonzero(taken)[1].reshape(len(cosine), count)


def _gram(content: sparse.csr_array) -> NDArray[np.float64]:
    """Return the products of a few rows with each other, of the columns that they use."""
    used = np.zeros(content.shape[1], bool)
    used[content.indices] = True
    number = np.cumsum(used) - 1
    row = np.repeat(np.arange(content.shape[0]), np.diff(content.indptr))
    dense = np.zeros((content.shape[0], int(used.sum())), np.float32)
    dense[row, number[content.indices]] = content.data
    return np.asarray(dense @ dense.T, np.float64)


def _solved(
    alike: NDArray[np.float64], target: NDArray[np.float64], noise: float
) -> NDArray[np.float64]:
    """Solve for the weights: of each system ``alike`` (m, k, k) and ``target`` (m, k, n)."""
    noisy = alike + noise * np.eye(alike.shape[1])
    ones = np.ones((*target.shape[:2], 1))
    solved = np.linalg.solve(noisy, np.concatenate([target, ones], axis=2))
    own, mean = solved[:, :, :-1], solved[:, :, -1:]
    left = 1 - own.sum(axis=1, keepdims=True)
    found = own + mean / np.maximum(mean.sum(axis=1, keepdims=True), 1e-12) * left
    return np.asarray(found * (target != 0).any(axis=1, keepdims=True))


def _left_out(
    values: NDArray[np.float64],
    vectors: NDArray[np.float64],
    noise: float,
    told: NDArray[np.float64],
) -> float:
    """Return the mean squared error of each course foreseen from all others.

    With Q the inverse of the noisy matrix, the mean projected out, the error is ``(Q y)_i / Q_ii``
    (Dubrule 1983, "Cross validation of kriging in a unique neighborhood").
    """
    inverse = (vectors / (values + noise)) @ vectors.T
    sums = inverse.sum(axis=1)
    projected = inverse - np.outer(sums, sums) / sums.sum()
    return float(np.mean((projected @ told / np.diag(projected)) ** 2))


def _products(left: sparse.csr_array, right: sparse.csr_array) -> NDArray[np.float64]:
    return np.asarray((left @ right.T).toarray(), np.float64)
