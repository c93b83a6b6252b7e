"""Caps: how much of each line counts where some count up to a limit together.

A line is under one cap at most by the rule that decides, and under one more at most by a rule that
holds beside it. What counts is then the most that fits under all caps: a flow from the one kind
to the other, which is as large as its narrowest cut. A cut leaves the lines of some caps beside
out and counts those caps in full instead (Ford and Fulkerson 1956, for two layers of nodes).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, combinations
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import maximum_flow

Each = TypeVar("Each")
#: Which lines share a cap, shape (n_lines,), and the cap in steps.
Cap = tuple[NDArray[np.bool_], int]
#: Of how many caps beside a requirement may be asked: each doubles the cuts.
MOST_BESIDE = 4


def within_caps(
    amounts: NDArray[np.int64], decided: Sequence[Cap], beside: Sequence[Cap] = ()
) -> NDArray[np.int64]:
    """Return what counts of each line, shape (n_lines,): in all, the most that fits.

    Of lines under the same caps the first count first; a negative correction may free room.

    Parameters
    ----------
    decided, beside
        Caps by the rules that decide, and by those beside them; within each, no line is under
        two.

    Examples
    --------
    >>> online = (np.array([True, True, False]), 10)
    >>> short = (np.array([True, False, True]), 8)
    >>> within_caps(np.array([6, 6, 6]), [short]).tolist()
    [6, 6, 2]
    >>> within_caps(np.array([6, 6, 6]), [short], [online]).tolist()
    [4, 6, 4]
    """
    cells = _cells(amounts, decided, beside) if beside else decided
    found = amounts.copy()
    for mask, most in cells:
        found[mask] = np.diff(np.minimum(np.cumsum(amounts[mask]), most), prepend=0)
    return found


def most(amounts: NDArray[np.int64], decided: Sequence[Cap], beside: Sequence[Cap]) -> int:
    """Return how much of lines counts at most: what the narrowest cut lets through."""
    return min(through(amounts, decided, out) for out in every_cut(beside))


def through(amounts: NDArray[np.int64], decided: Sequence[Cap], out: Sequence[Cap]) -> int:
    """Return what a cut lets through: some caps beside, and what lines outside them give."""
    return sum(cap for _, cap in out) + int(within_caps(outside(amounts, out), decided).sum())


def _cells(amounts: NDArray[np.int64], decided: Sequence[Cap], beside: Sequence[Cap]) -> list[Cap]:
    """Return the lines under the same two caps, and how much of them counts in a largest flow."""
    one, two = _sides(amounts, decided), _sides(amounts, beside)
    source, sink = len(one) + len(two), len(one) + len(two) + 1
    masks = {(at, to): one[at][0] & two[to][0] for at in range(len(one)) for to in range(len(two))}
    room = np.zeros((sink + 1, sink + 1), dtype=np.int32)
    for at, (_, cap) in enumerate(one):
        room[source, at] = cap
    for to, (_, cap) in enumerate(two):
        room[len(one) + to, sink] = cap
    for (at, to), mask in masks.items():
        room[at, len(one) + to] = max(0, int(amounts[mask].sum()))
    flow = maximum_flow(sparse.csr_array(room), source, sink).flow
    return [(mask, int(flow[at, len(one) + to])) for (at, to), mask in masks.items() if mask.any()]


def _sides(amounts: NDArray[np.int64], caps: Sequence[Cap]) -> list[Cap]:
    """Return caps and, last, the lines under none of them, without a limit."""
    under = np.any([mask for mask, _ in caps], axis=0) if caps else np.zeros(len(amounts), bool)
    return [*caps, (~under, int(np.abs(amounts).sum()))]


def every_cut(beside: Sequence[Each]) -> Iterator[tuple[Each, ...]]:
    """Return every choice of caps beside, the empty one first."""
    return chain.from_iterable(combinations(beside, size) for size in range(len(beside) + 1))


def outside(amounts: NDArray[np.int64], out: Sequence[Cap]) -> NDArray[np.int64]:
    """Return the amounts of lines, 0 for those under one of these caps."""
    under = np.any([mask for mask, _ in out], axis=0) if out else False
    return np.where(under, 0, amounts)


def rooms(amounts: NDArray[np.int64], decided: Sequence[Cap]) -> tuple[int, ...]:
    """Return what is left of each cap by a rule that decides, in steps."""
    return tuple(cap - min(cap, int(amounts[mask].sum())) for mask, cap in decided)
