"""The best list for everybody, made with the answers in hand: what no ranking without taste beats.

It is nobody's rival, for it has seen the future. It tells how far one list for all can reach at
most, and so how much of a figure is a matter of knowing the teacher.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from comparison.judging import CHUNK
from comparison.task import Scores
from training.split import Split

HINDSIGHT = "hindsight list"
LENGTH = 10
#: Exchanges of neighbours are tried so many times over at most.
ROUNDS = 20


def best_list(split: Split) -> NDArray[np.intp]:
    """Return candidates in the order with the highest mean NDCG@10 on the truth, best first.

    Each place goes to the course that adds most; then neighbours change places while that gains.
    Where all teachers can be shown all candidates this is exact (the most wanted come first, by
    the rearrangement inequality); else what a teacher cannot be shown lifts all below it, and the
    order is only one that no exchange of neighbours betters.
    """
    judged = np.flatnonzero(np.diff(split.truth.indptr))
    wanted = split.truth[judged].toarray() / _ideal(np.diff(split.truth.indptr)[judged])[:, None]
    chunks = (judged[start : start + CHUNK] for start in range(0, len(judged), CHUNK))
    shown = np.concatenate([split.can_be_shown(chunk) for chunk in chunks])
    candidates = np.flatnonzero(split.candidates)
    order = candidates[_greedy(wanted[:, candidates], shown[:, candidates])]
    return order[_exchanged(wanted[:, order], shown[:, order])]


def scores(split: Split) -> Scores:
    """Return scores that put all teachers' courses in the order of the best list."""
    order = best_list(split)
    row = np.zeros(len(split.candidates), np.float32)
    row[order] = np.arange(len(order), 0, -1)
    return lambda teachers: np.broadcast_to(row, (len(teachers), len(row)))


def _ideal(relevant: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the DCG of a list with all hits on top."""
    return np.cumsum(_discounts())[np.minimum(relevant, LENGTH) - 1]


def _discounts() -> NDArray[np.float64]:
    return 1 / np.log2(np.arange(2, LENGTH + 2))


def _greedy(wanted: NDArray[np.float64], shown: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Fill place after place; a teacher's next place is that after the courses so far shown."""
    discounts = np.append(_discounts(), 0.0)
    place = np.zeros(len(wanted), np.intp)
    left = np.ones(wanted.shape[1], bool)
    order = []
    while left.any() and (place < LENGTH).any():
        gain = discounts[np.minimum(place, LENGTH)] @ wanted
        course = int(np.where(left, gain, -1.0).argmax())
        order.append(course)
        left[course] = False
        place += shown[:, course]
    return np.concatenate([np.array(order, np.intp), np.flatnonzero(left)])


def _exchanged(wanted: NDArray[np.float64], shown: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Exchange neighbours while the mean gains; return the order of the columns."""
    discounts = np.append(_discounts(), 0.0)
    order = np.arange(wanted.shape[1])
    for _ in range(ROUNDS):
        place, changed = np.zeros(len(wanted), np.intp), False
        for upper in range(len(order) - 1):
            if (place >= LENGTH).all():
                break
            one, other = order[upper], order[upper + 1]
            # Only who is shown both sees a difference: one goes down a place, the other up.
            both = shown[:, one] & shown[:, other]
            step = discounts[np.minimum(place, LENGTH)] - discounts[np.minimum(place + 1, LENGTH)]
            if ((wanted[:, other] - wanted[:, one]) * step * both).sum() > 1e-12:
                order[upper], order[upper + 1] = other, one
                changed = True
            place += shown[:, order[upper]]
        if not changed:
            break
    return order
