"""Tabu search over yes-or-no columns, compiled: one flip at a time, prices on broken rows.

The search walks through choices that break rows, at a price for each unit; rows that stay broken
become dearer and rows that are kept cheaper (strategic oscillation, Glover 1989). It starts at
the rounded relaxation with the relaxation's own prices, so most of it is repair.

``land`` is the problem throughout: gains, where each column's effects start, their rows,
coefficients and caps (-1: none), the bounds of rows below and above, the room of caps, and what
a unit of each row gives. A row that gives gain may stay broken: what it lacks is gain forgone, at
a price that never changes. ``state`` holds the activities of rows and how far caps are filled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Land = tuple[Floats, Ints, Ints, Floats, Ints, Floats, Floats, Floats, Floats]
State = tuple[Floats, Floats]
Function = TypeVar("Function", bound=Callable[..., object])

#: A row is kept if it is broken by less than this; all amounts are whole numbers.
EXACT = 1e-6
#: How prices grow and shrink.
DEARER, CHEAPER = 1.7, 0.97


def compiled(function: Function) -> Function:
    """Compile a function when it is first called, and keep the code where a folder allows it."""
    try:
        return cast("Function", njit(cache=True)(function))
    except RuntimeError:
        # No folder can be written to: compiled code lasts as long as the process.
        return cast("Function", njit(function))


@compiled
def broken(activity: float, lower: float, upper: float) -> float:
    """Return by how much an activity lies outside its bounds."""
    if activity < lower:
        return lower - activity
    if activity > upper:
        return activity - upper
    return 0.0


@compiled
def flip_cost(
    land: Land, column: int, sign: float, state: State, prices: Floats, live: Mask
) -> float:
    """Return what a flip adds to the price of broken rows; ``live`` rows are those it may touch."""
    _, starts, rows, coefficients, caps, lower, upper, room, _ = land
    activity, filled = state
    cost = 0.0
    for at in range(starts[column], starts[column + 1]):
        row = rows[at]
        if not live[row]:
            continue
        cap, change = caps[at], sign * coefficients[at]
        if cap >= 0:
            change = min(filled[cap] + change, room[cap]) - min(filled[cap], room[cap])
        here = activity[row]
        after = broken(here + change, lower[row], upper[row])
        cost += prices[row] * (after - broken(here, lower[row], upper[row]))
    return cost


@compiled
def flip(land: Land, column: int, sign: float, state: State) -> None:
    """Change the activities of rows and caps by one flip."""
    _, starts, rows, coefficients, caps, _, _, room, _ = land
    activity, filled = state
    for at in range(starts[column], starts[column + 1]):
        change, cap = sign * coefficients[at], caps[at]
        if cap >= 0:
            before = min(filled[cap], room[cap])
            filled[cap] += change
            change = min(filled[cap], room[cap]) - before
        activity[rows[at]] += change


@compiled
def activities(land: Land, chosen: Mask) -> State:
    """Return the state of a choice."""
    state = (np.zeros(len(land[5])), np.zeros(len(land[7])))
    for column in range(len(chosen)):
        if chosen[column]:
            flip(land, column, 1.0, state)
    return state


@compiled
def reprice(land: Land, state: State, largest: Floats, prices: tuple[Floats, Floats]) -> Mask:
    """Make broken rows dearer and kept ones cheaper; return which rows a flip may touch.

    The last of what is returned says whether every row is kept.
    """
    lower, upper, worth, activity = land[5], land[6], land[8], state[0]
    present, least = prices
    live = np.ones(len(activity) + 1, np.bool_)
    for row in range(len(activity)):
        here = activity[row]
        live[row] = here < lower[row] + largest[row] or here > upper[row] - largest[row]
        if worth[row] > 0:
            continue
        if broken(here, lower[row], upper[row]) > EXACT:
            present[row] *= DEARER
            live[-1] = False
        elif present[row] > least[row]:
            present[row] = max(least[row], present[row] * CHEAPER)
    return live


@compiled
def forgone(land: Land, state: State) -> float:
    """Return the gain that rows do not give because they are not filled."""
    lower, upper, worth, activity = land[5], land[6], land[8], state[0]
    lost = 0.0
    for row in np.flatnonzero(worth):
        lost += worth[row] * broken(activity[row], lower[row], upper[row])
    return lost


@compiled
def best_flip(
    land: Land, chosen: Mask, candidates: Ints, state: State, prices: Floats, live: Mask
) -> int:
    """Return the candidate whose flip is worth most, -1 if there is none."""
    gain = land[0]
    pick, most = -1, -np.inf
    for column in candidates:
        sign = -1.0 if chosen[column] else 1.0
        worth = sign * gain[column] - flip_cost(land, column, sign, state, prices, live)
        if worth > most:
            pick, most = column, worth
    return pick


@compiled
def walk(
    land: Land,
    chosen: Mask,
    free: Ints,
    state: State,
    prices: tuple[Floats, Floats, Floats],
    stop: tuple[int, float, int, int],
) -> tuple[float, Mask]:
    """Walk from a choice; return the best one met that keeps every row, and its gain.

    ``chosen``, ``state`` and the first of ``prices`` are walked on: where they end, a further
    walk can begin.

    Parameters
    ----------
    free
        The columns that may flip.
    prices
        Of a unit of each row: the present one, the least one; last the row's largest part.
    stop
        The most steps, the gain that is enough, how long a flipped column rests (and up to
        twice as long more, at random), and the seed.

    Returns
    -------
    tuple
        Minus infinity and any choice where none was met.
    """
    steps, enough, rest, seed = stop
    rests = np.zeros(len(chosen), np.int64)
    most = 0.0
    for row in np.flatnonzero(land[8]):
        most += land[8][row] * broken(0.0, land[5][row], land[6][row])
    taken = land[0][chosen].sum()
    value = taken + most - forgone(land, state)
    best, kept = -np.inf, chosen.copy()
    draw = seed % 2147483646 + 1
    for step in range(steps):
        live = reprice(land, state, prices[2], prices[:2])
        if live[-1] and value > best:
            best, kept = value, chosen.copy()
            if best >= enough:
                break
        column = best_flip(land, chosen, free[rests[free] <= step], state, prices[0], live)
        if column < 0:
            continue
        sign = -1.0 if chosen[column] else 1.0
        flip(land, column, sign, state)
        chosen[column] = not chosen[column]
        taken += sign * land[0][column]
        value = taken + most - forgone(land, state)
        draw = draw * 48271 % 2147483647
        rests[column] = step + rest + draw % (2 * rest)
    return best, kept


@compiled
def rough(load: float, target: float) -> float:
    """Return what a term has above its even share."""
    return max(0.0, load - target)


@compiled
def keeps(land: Land, column: int, state: State) -> bool:
    """Say whether every row that a column touches is kept."""
    for at in range(land[1][column], land[1][column + 1]):
        row = land[2][at]
        if land[8][row] == 0 and broken(state[0][row], land[5][row], land[6][row]) > EXACT:
            return False
    return True


@compiled
def moved(land: Land, chosen: Mask, state: State, here: Any, there: Any) -> bool:
    """Move from one column to another if that keeps every row; say whether it did."""
    flip(land, here, -1.0, state)
    flip(land, there, 1.0, state)
    if keeps(land, here, state) and keeps(land, there, state):
        chosen[here], chosen[there] = False, True
        return True
    flip(land, there, -1.0, state)
    flip(land, here, 1.0, state)
    return False


@compiled
def spread(
    land: Land, chosen: Mask, slots: Ints, terms: Ints, loads: tuple[Floats, Floats, Floats]
) -> Mask:
    """Move courses within their year, without loss of gain, until no move makes it more even.

    Parameters
    ----------
    slots
        The same number for options of which one may stand in for the other; neighbours.
    terms, loads
        Of each option its term and load; the present load and the even share of each term.
    """
    gain = land[0]
    load, present, target = loads
    state = activities(land, chosen)
    better = True
    while better:
        better = False
        for here in np.flatnonzero(chosen):
            for there in np.flatnonzero(slots == slots[here]):
                if chosen[there] or gain[there] < gain[here] or not chosen[here]:
                    continue
                old, new = terms[here], terms[there]
                before = rough(present[old], target[old]) + rough(present[new], target[new])
                after = rough(present[old] - load[here], target[old])
                after += rough(present[new] + load[there], target[new])
                if after < before - EXACT and moved(land, chosen, state, here, there):
                    present[old] -= load[here]
                    present[new] += load[there]
                    better = True
    return chosen
