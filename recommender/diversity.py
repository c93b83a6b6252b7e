"""Lists of courses that are unlike each other, at a stated price in relevance.

Maximal marginal relevance (Carbonell and Goldstein 1998): each place goes to the course with the
highest ``(1 - share) * relevance - share * likeness``, its likeness being that to the most alike
of the courses above.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.scorers.top import top

#: Courses that compete for the places of a list: so many times its length, and at least so many.
TIMES, LEAST = 4, 100


def varied(
    scores: NDArray[np.float32], content: sparse.csr_array, k: int, share: float
) -> NDArray[np.int64]:
    """Return the positions of a list's courses, the first of them the most relevant.

    Relevance is a course's score between the lowest (0) and the highest (1) of those that
    compete; likeness is the cosine of their content.

    Parameters
    ----------
    scores
        Shape (n_courses,).
    content
        Rows of length 1 or 0, shape (n_courses, n_content).
    k
        At most so many.
    share
        0 ranks by relevance, 1 by likeness alone.

    Examples
    --------
    >>> content = sparse.csr_array([[1.0, 0], [1, 0], [0, 1]])
    >>> varied(np.array([3, 2, 1], np.float32), content, 3, 0.6).tolist()
    [0, 2, 1]
    """
    pool = top(scores[None, :], min(len(scores), max(TIMES * k, LEAST)))[0]
    relevance = scores[pool].astype(np.float64)
    relevance -= relevance.min(initial=np.inf)
    relevance /= max(float(relevance.max(initial=0)), 1e-12)
    alike = (content[pool] @ content[pool].T).toarray()
    nearest, left, found = np.zeros(len(pool)), np.ones(len(pool), bool), []
    for _ in range(min(k, len(pool))):
        worth = np.where(left, (1 - share) * relevance - share * nearest, -np.inf)
        best = int(np.argmax(worth))
        found.append(best)
        left[best] = False
        nearest = np.maximum(nearest, alike[best])
    return np.asarray(pool[found], np.int64)
