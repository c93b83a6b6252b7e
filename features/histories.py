"""Decayed histories: what a teacher had done before a moment, lately counting for more.

Training asks for the history before each choice, serving for the history as of now; both come
from the same function.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features import codes
from features.catalogue import Catalogue
from features.events import EventLog
from features.moments import MICROSECONDS_PER_DAY

#: Half-lives in days: this week, this season, these years.
HALF_LIVES = (7.0, 60.0, 720.0)
#: A history is the events known last, so that one teacher's thousands cost no more than hundreds.
LONGEST = 200


def event_weights(log: EventLog) -> NDArray[np.float32]:
    """Return how much each event says about taste, shape (n_events,)."""
    weights = np.array([codes.EVENT_WEIGHTS[kind] for kind in codes.EVENT_KINDS], np.float32)
    return weights[log.kind]


def histories_before(
    log: EventLog,
    teachers: NDArray[np.integer],
    moments: NDArray[np.int64],
    catalogue: Catalogue,
    half_lives: Sequence[float] = HALF_LIVES,
) -> tuple[sparse.csr_array, ...]:
    """Return the histories of (teacher, moment) pairs over a model's fitted courses.

    Parameters
    ----------
    log
        Events; those known at or after a pair's moment are not seen.
    teachers, moments
        Positions and UTC microseconds, shape (n_pairs,).
    catalogue
        Its ``carry`` lets a course outside the fitted ones count as its nearest neighbours.
    half_lives
        In days; an event weighs half as much after each.

    Returns
    -------
    tuple of csr_array
        One float32 matrix of shape (n_pairs, n_fitted) for each half-life.
    """
    pair, event = _known_before(log, teachers, moments)
    age = (moments[pair] - log.occurred_at[event]) / MICROSECONDS_PER_DAY
    weight = event_weights(log)[event]
    shape = (len(teachers), len(catalogue.courses))
    to_fitted = catalogue.carry.T.tocsr()
    histories = tuple(
        sparse.csr_array(
            ((weight * np.exp2(-age / half_life)).astype(np.float32), (pair, log.course[event])),
            shape=shape,
        )
        @ to_fitted
        for half_life in half_lives
    )
    for history in histories:
        # What weighs nothing (a failed course) is no history.
        history.eliminate_zeros()
    return histories


def _known_before(
    log: EventLog, teachers: NDArray[np.integer], moments: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """List (pair, event) for the events of each pair's teacher that were known last."""
    order = np.lexsort((log.known_at, log.teacher))
    teacher, known = log.teacher[order], log.known_at[order]
    first = np.searchsorted(teacher, teachers, side="left")
    # Whole microseconds of both keys do not fit one integer: rank moments among events first.
    ascending = np.sort(log.known_at)
    rank = np.searchsorted(ascending, known, side="left")
    limit = np.searchsorted(ascending, moments, side="left")
    span = len(log) + 1
    end = np.searchsorted(
        teacher.astype(np.int64) * span + rank,
        teachers.astype(np.int64) * span + limit,
        side="left",
    )
    start = np.maximum(first, end - LONGEST)
    count = end - start
    pair = np.repeat(np.arange(len(teachers)), count)
    offset = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
    return pair, order[np.repeat(start, count) + offset]
