"""Solving: a plan, the proven bound, and the gap between them.

The bound is that of the relaxed problem (HiGHS, dual simplex), the plan comes from a tabu walk
that starts at its rounding, and an exact search (HiGHS, branch and bound) goes on where the gap
between them is wider than asked. All run on one thread with a seed and limits on steps and
nodes, never on seconds, so the same problem always gives the same plan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from features.errors import InvalidSetting, ZixuanError
from recommender.planning.draft import Matrix
from recommender.planning.exact import Exact
from recommender.planning.model import NOTHING
from recommender.planning.problem import Problem
from recommender.planning.relaxation import Relaxation, Relaxed, proven
from recommender.planning.shortage import least, walked_short
from recommender.planning.terrain import Terrain, spread, walked

#: A column is taken if its value is above this.
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Effort:
    """How long the solver tries; all limits are deterministic.

    Parameters
    ----------
    seed
        Of the solver's own choices; 0 or more.
    gap
        A plan proven to be within this share of the best is good enough, 0 to 1; only a wider
        gap is searched exactly.
    nodes
        The most nodes of one exact search, 1 or more; the gap reached then is what is stated.
    """

    seed: int = 0
    gap: float = 0.028
    nodes: int = 200

    def __post_init__(self) -> None:
        ranges = (
            ("seed", self.seed >= 0, "0 or more", self.seed),
            ("gap", 0 <= self.gap <= 1, "0 to 1", self.gap),
            ("nodes", self.nodes >= 1, "1 or more", self.nodes),
        )
        for name, valid, expected, got in ranges:
            if not valid:
                raise InvalidSetting(name, expected=expected, got=str(got))


@dataclass(frozen=True, slots=True)
class Solution:
    """The columns chosen, and how good they are.

    Parameters
    ----------
    chosen
        Numbers of the problem's options, ascending.
    objective
        Gain of the choice in thousandths of utility, as ``Problem.objective`` gives it;
        what falls short is not in it.
    bound
        No choice that falls short as little as this one gains more.
    shortage_proven
        Whether no choice falls short less, level by level.
    """

    chosen: tuple[int, ...]
    objective: float
    bound: float
    shortage_proven: bool

    @property
    def gap(self) -> float:
        """How far the best choice may still be above this one, as a share of this one's gain."""
        slack = max(0.0, self.bound - self.objective)
        return slack / max(abs(self.objective), 1.0) if slack > NOTHING else 0.0


def solve(
    problem: Problem, effort: Effort | None = None, relaxation: Relaxation | None = None
) -> Solution:
    """Choose the options of a plan.

    ``relaxation`` is that of the problem's :func:`complete` matrix, where there is one already.

    The usual case is tried first: nothing falls short. The relaxation bounds it and a walk from
    its rounding finds a plan; what is not yet close enough is searched exactly. Where something
    must fall short, each level of it is made as small as can be, and held there while the next
    is looked at.
    """
    effort = effort or Effort()
    if not len(problem.places):
        return Solution((), 0.0, 0.0, True)
    usual = complete(problem.matrix)
    relaxation = relaxation or Relaxation(usual)
    found = improved(problem, usual, relaxation, Terrain.of(usual), effort)
    return found or _falling_short(problem, effort)


def complete(matrix: Matrix) -> Matrix:
    """Return a matrix in which nothing may fall short."""
    lacking = matrix.levels.any(axis=0)
    return replace(matrix, column_upper=np.where(lacking, 0.0, matrix.column_upper))


def improved(
    problem: Problem,
    matrix: Matrix,
    relaxation: Relaxation,
    terrain: Terrain,
    effort: Effort,
    start: NDArray[np.bool_] | None = None,
) -> Solution | None:
    """Bound, walk, and refine while the gap is too wide; ``None`` where no plan was found.

    ``start`` is where the walk begins; the rounded relaxation where it is left out.
    """
    relaxed = relaxation.solve()
    if relaxed is None:
        return None
    if start is None:
        start = relaxed.values[: len(problem.places)] > HALF
    here = terrain.passing_on(matrix, relaxed.values)
    kept = walked(here, matrix, relaxed, start=start, seed=effort.seed)
    bound = proven(relaxed.bound)
    if kept is None or _gap(bound, matrix, kept) > effort.gap:
        kept, bound, values = _refined(matrix, relaxed, kept, effort)
        here = terrain.passing_on(matrix, values)
    if kept is None:
        return None
    even = spread(here, matrix, kept, problem.slots)
    return _solution(problem, np.flatnonzero(even), bound, proven=True)


def _gap(bound: float, matrix: Matrix, kept: NDArray[np.bool_]) -> float:
    value = matrix.worth(kept)
    return (bound - value) / max(abs(value), 1.0)


def _refined(
    matrix: Matrix, relaxed: Relaxed, kept: NDArray[np.bool_] | None, effort: Effort
) -> tuple[NDArray[np.bool_] | None, float, NDArray[np.float64]]:
    """Search exactly from a plan, if there is one: only what can still be better is looked at.

    Returns
    -------
    tuple
        The plan, the bound, and a solution that gives from period to period as the plan needs.
    """
    bound = proven(relaxed.bound)
    search = Exact(matrix, seed=effort.seed, nodes=effort.nodes)
    options = int(matrix.whole.sum())
    value = -np.inf
    if kept is not None:
        value = matrix.worth(kept)
        room = bound - value + 1
        settled = np.abs(relaxed.reduced[:options]) > room
        columns = np.flatnonzero(settled)
        search.fix(columns, np.rint(relaxed.values[columns]))
        if not (settled & (np.rint(relaxed.values[:options]) != kept)).any():
            search.start(np.flatnonzero(kept))
    found = search.most_gain(effort.gap)
    if found is None:
        return kept, bound, relaxed.values
    values, highest = found
    bound = min(bound, max(proven(highest), value))
    better = values[:options] > HALF
    if matrix.worth(better) > value:
        return better, bound, values
    return kept, bound, relaxed.values


def _falling_short(problem: Problem, effort: Effort) -> Solution:
    """Plan where something must fall short: by a walk if the least is settled, else exactly."""
    matrix = problem.matrix
    found = least(matrix)
    if found is not None:
        kept = walked_short(matrix, found, effort.seed)
        bound = proven(found.relaxed.bound)
        if kept is not None and _gap(bound, matrix, kept) <= effort.gap:
            return _solution(problem, np.flatnonzero(kept), bound, proven=True)
    return _searched(problem, effort)


def _searched(problem: Problem, effort: Effort) -> Solution:
    """Plan where something must fall short, by exact search alone."""
    search = Exact(problem.matrix, seed=effort.seed, nodes=effort.nodes)
    proven_least = search.least_shortages()
    found = search.most_gain(effort.gap)
    if found is None:
        raise ZixuanError(
            "the planner",
            expected="a plan",
            got="none within the limits of the search",
            remedy="allow more nodes",
        )
    values, bound = found
    chosen = np.flatnonzero(values[: len(problem.places)] > HALF)
    return _solution(problem, chosen, bound, proven=proven_least)


def _solution(
    problem: Problem, columns: NDArray[np.int64], bound: float, *, proven: bool
) -> Solution:
    chosen = tuple(columns.tolist())
    objective = problem.objective(chosen)
    return Solution(chosen, objective, max(bound, objective), proven)
