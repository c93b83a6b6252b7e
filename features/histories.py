"""Decayed histories: what a teacher had done before a moment, lately counting for more.

A history fades by steps (how many other courses came since) and by days. Steps keep the order of
what was learned however long ago it was; days tell how long ago. Training asks for the history
before each choice, serving for the history as of now; both come from the same function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features import codes
from features.catalogue import Catalogue
from features.events import EventLog
from features.moments import MICROSECONDS_PER_DAY

#: Half-lives in other courses taken up since: the last one, the last few, all of them.
STEPS = (1.0, 5.0, 50.0)
#: Half-lives in days: this week, this season, these years.
DAYS = (7.0, 60.0, 720.0)
#: A history is the events known last, so that one teacher's thousands cost no more than hundreds.
LONGEST = 200


@dataclass(frozen=True, slots=True, eq=False)
class Histories:
    """Histories of some rows over a model's fitted courses.

    Parameters
    ----------
    by_steps, by_days
        One float32 matrix of shape (n, n_fitted) for each half-life of ``STEPS`` and ``DAYS``.
    """

    by_steps: tuple[sparse.csr_array, ...]
    by_days: tuple[sparse.csr_array, ...]

    @property
    def lasting(self) -> sparse.csr_array:
        """The history that hardly fades; a row is empty where nothing speaks for any taste."""
        return self.by_steps[-1]

    @property
    def matrices(self) -> tuple[sparse.csr_array, ...]:
        """All of them, those by steps first."""
        return (*self.by_steps, *self.by_days)

    def each(self, change: Callable[[sparse.csr_array], sparse.csr_array]) -> Self:
        """Return the histories with every matrix changed alike."""
        return type(self)(
            tuple(change(matrix) for matrix in self.by_steps),
            tuple(change(matrix) for matrix in self.by_days),
        )


def event_weights(log: EventLog, weights: Mapping[str, float] | None = None) -> NDArray[np.float32]:
    """Return how much each event says about taste, shape (n_events,); a silent one nothing.

    A kind that ``weights`` does not name says what ``codes.EVENT_WEIGHTS`` declares.
    """
    all_kinds = codes.EVENT_WEIGHTS | dict(weights or {})
    said = np.array([all_kinds[kind] for kind in codes.EVENT_KINDS], np.float32)[log.kind]
    return np.where(log.silent, np.float32(0), said)


def histories_before(
    log: EventLog,
    teachers: NDArray[np.integer],
    moments: NDArray[np.int64],
    catalogue: Catalogue,
    weights: Mapping[str, float] | None = None,
) -> Histories:
    """Return the histories of (teacher, moment) pairs over a model's fitted courses.

    Parameters
    ----------
    log
        Events; those known at or after a pair's moment are not seen.
    teachers, moments
        Positions and UTC microseconds, shape (n_pairs,).
    catalogue
        Its ``carry`` lets a course outside the fitted ones count as its nearest neighbours.
    weights
        Of kinds of events; see :func:`event_weights`.
    """
    pair, event = _known_before(log, teachers, moments)
    days = (moments[pair] - log.occurred_at[event]) / MICROSECONDS_PER_DAY
    steps = _steps_since(pair, log.course[event])
    weight = event_weights(log, weights)[event]
    to_fitted = catalogue.keep(catalogue.carry, lambda: sparse.csr_array(catalogue.carry.T))

    def decayed(age: NDArray[np.floating], half_life: float) -> NDArray[np.float32]:
        return np.asarray(weight * np.exp2(-age / half_life), np.float32)

    faded = [decayed(steps, half_life) for half_life in STEPS]
    faded += [decayed(days, half_life) for half_life in DAYS]
    # One product for all: for one teacher, six would cost six times as much.
    row = np.concatenate([pair + number * len(teachers) for number in range(len(faded))])
    column = np.tile(log.course[event], len(faded))
    shape = (len(teachers) * len(faded), len(catalogue.courses))
    whole = sparse.csr_array((np.concatenate(faded), (row, column)), shape=shape) @ to_fitted
    # What weighs nothing (a failed course) is no history.
    whole.eliminate_zeros()
    n = len(teachers)
    parts = [whole[number * n : (number + 1) * n] for number in range(len(faded))]
    return Histories(by_steps=tuple(parts[: len(STEPS)]), by_days=tuple(parts[len(STEPS) :]))


def _steps_since(pair: NDArray[np.intp], course: NDArray[np.int32]) -> NDArray[np.float64]:
    """Count, for each event of a pair's history, the turns to another course after it."""
    turn = np.zeros(len(pair))
    turn[1:] = (pair[1:] == pair[:-1]) & (course[1:] != course[:-1])
    turns = np.cumsum(turn)
    last = np.searchsorted(pair, pair, side="right") - 1
    return np.asarray(turns[last] - turns)


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
