"""Where something must fall short: the least of it, level by level, and a plan that keeps to it.

The relaxation says how little can be missing in each level; what is missing is whole steps, so
each least amount is rounded up. A walk then looks for a plan that misses no more. Where it finds
one, nothing further needs to be searched: the least amounts are proven.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recommender.planning.draft import Matrix
from recommender.planning.model import NOTHING
from recommender.planning.relaxation import Relaxation, Relaxed
from recommender.planning.terrain import Terrain, walked

#: Slack of a level that is held: the solver's rounding, far below a step.
SLACK = 1e-7
#: What that slack can make of a step that is not missing.
STEP_NOISE = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Least:
    """The least that can fall short.

    Parameters
    ----------
    levels
        Cost of each level; none can be less while those before it are as small.
    missing
        How much each column of falling short may take, shape (n_columns,), whole steps.
    relaxed
        The most gain with these levels held.
    """

    levels: NDArray[np.float64]
    missing: NDArray[np.float64]
    relaxed: Relaxed


def least(matrix: Matrix) -> Least | None:
    """Minimise what falls short, level by level; ``None`` where rounding does not settle it."""
    relaxation = Relaxation(matrix)
    levels = []
    relaxed: Relaxed | None = None
    for cost in matrix.levels:
        # What the last solve does not miss, nothing better misses.
        if relaxed is None or cost @ relaxed.values > NOTHING:
            relaxation.gains(-cost)
            relaxed = relaxation.solve()
        if relaxed is None:
            return None
        amount = _whole(cost, float(cost @ relaxed.values))
        levels.append(amount)
        relaxation.hold(cost, amount + SLACK)
    relaxation.gains(matrix.gain)
    relaxed = relaxation.solve()
    if relaxed is None:
        return None
    lacking = matrix.levels.any(axis=0)
    missing = np.where(lacking, np.ceil(relaxed.values - STEP_NOISE), 0.0)
    settled = np.array(levels) + NOTHING >= matrix.levels @ missing
    return Least(np.array(levels), missing, relaxed) if settled.all() else None


def _whole(cost: NDArray[np.float64], amount: float) -> float:
    """Round a least cost up to whole steps, where all steps of its level cost the same."""
    unit = cost[cost > 0]
    if len(unit) and np.ptp(unit) <= NOTHING * unit[0]:
        return float(np.ceil(amount / unit[0] - NOTHING) * unit[0])
    return max(0.0, amount)


def walked_short(matrix: Matrix, found: Least, seed: int) -> NDArray[np.bool_] | None:
    """Walk towards the best plan that misses no more than the least."""
    options = int(matrix.whole.sum())
    terrain = Terrain.of(matrix).passing_on(matrix, found.relaxed.values)
    terrain = _lowered(terrain, matrix, found.missing)
    start = found.relaxed.values[:options] > 0.5
    return walked(terrain, matrix, found.relaxed, start=start, seed=seed)


def _lowered(terrain: Terrain, matrix: Matrix, missing: NDArray[np.float64]) -> Terrain:
    """Let each row be broken by what may be missing in it."""
    options = int(matrix.whole.sum())
    allowance = matrix.rows[:, options:] @ (missing * matrix.levels.any(axis=0))[options:]
    return replace(
        terrain,
        lower=terrain.lower - np.maximum(allowance, 0),
        upper=terrain.upper + np.maximum(-allowance, 0),
    )
