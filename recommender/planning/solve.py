"""Solving: a plan, the proven bound, and the gap between them.

Falling short is decided first, level by level (compulsory duties, pins, other duties in the
policy's order), then the gain is maximised, last the load is spread over the terms. HiGHS runs
on one thread with a seed and limits on nodes, never on seconds, so the same problem always
gives the same plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from features.errors import InvalidSetting, ZixuanError
from recommender.planning.draft import Matrix
from recommender.planning.problem import Problem

#: Below this a shortage is rounding of the solver: real ones are whole steps.
NOTHING = 1e-6
#: An even load is pleasant, not owed: within a tenth of the best is good enough.
ROUGH_GAP = 0.1


@dataclass(frozen=True, slots=True)
class Effort:
    """How long the solver tries; all limits are deterministic.

    Parameters
    ----------
    seed
        Of the solver's own choices; 0 or more.
    gap
        It stops as soon as the plan is proven to be within this share of the best, 0 to 1.
    nodes
        The most nodes of one search, 1 or more; the gap reached then is what is stated.
    """

    seed: int = 0
    gap: float = 0.01
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


def solve(problem: Problem, effort: Effort | None = None) -> Solution:
    """Choose the options of a plan.

    The usual case is tried first: nothing falls short. Where that cannot be, each level of
    falling short is made as small as can be, and held there while the next is looked at.
    """
    effort = effort or Effort()
    matrix = problem.matrix
    if not len(problem.places):
        return Solution((), 0.0, 0.0, True)
    search = _Search(matrix, effort)
    lacking = np.flatnonzero(matrix.levels.any(axis=0))
    search.limit(lacking, np.zeros(len(lacking)))
    found = search.most_gain()
    proven = True
    if found is None:
        search.limit(lacking, matrix.column_upper[lacking])
        proven = search.least_shortages()
        found = search.most_gain()
    if found is None:
        raise ZixuanError(
            "the planner",
            expected="a plan",
            got="none within the limits of the search",
            remedy="allow more nodes",
        )
    values, bound = found
    values = search.smooth(values, problem.same_year(_chosen(problem, values)))
    chosen = tuple(int(column) for column in _chosen(problem, values))
    objective = problem.objective(chosen)
    return Solution(chosen, objective, max(bound, objective), proven)


def _chosen(problem: Problem, values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.flatnonzero(values[: len(problem.places)] > 0.5)


class _Search:
    """One HiGHS model, narrowed step by step."""

    def __init__(self, matrix: Matrix, effort: Effort) -> None:
        self._matrix = matrix
        self._effort = effort
        self._columns = np.arange(len(matrix.gain), dtype=np.int32)
        self._last: NDArray[np.float64] | None = None
        self._highs = highspy.Highs()
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", effort.seed),
            ("mip_max_nodes", effort.nodes),
        ):
            self._highs.setOptionValue(option, value)
        self._highs.passModel(_model(matrix))

    def limit(self, columns: NDArray[np.int64], upper: NDArray[np.float64]) -> None:
        """Set the upper bounds of columns."""
        lower = self._matrix.column_lower[columns]
        self._highs.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)

    def most_gain(self) -> tuple[NDArray[np.float64], float] | None:
        """Maximise the gain; return the values and the bound, or ``None`` if there are none."""
        return self._run(self._matrix.gain, self._effort.gap)

    def smooth(
        self, values: NDArray[np.float64], allowed: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """Spread the load over the terms of each year, without loss of gain.

        ``allowed`` says which options may still be chosen: moving a course within its year
        changes no utility, so little is left to search.
        """
        out = np.flatnonzero(~allowed)
        self.limit(out, np.zeros(len(out)))
        gain = self._matrix.gain
        self._hold(-gain, -float(gain @ values))
        found = self._run(-self._matrix.rough, ROUGH_GAP)
        return values if found is None else found[0]

    def least_shortages(self) -> bool:
        """Minimise what falls short level by level; say whether each minimum is proven."""
        proven = True
        for cost in self._matrix.levels:
            found = self._run(-cost, 0.0)
            if found is None:
                return False
            values, bound = found
            least = float(cost @ values)
            proven &= -bound >= least - NOTHING
            self._hold(cost, least)
        return proven

    def _hold(self, cost: NDArray[np.float64], most: float) -> None:
        """Keep a cost at or below what has been reached."""
        columns = np.flatnonzero(cost)
        self._highs.addRow(
            -highspy.kHighsInf,
            most + NOTHING,
            len(columns),
            columns.astype(np.int32),
            cost[columns],
        )

    def _run(
        self, gain: NDArray[np.float64], gap: float
    ) -> tuple[NDArray[np.float64], float] | None:
        highs = self._highs
        highs.setOptionValue("mip_rel_gap", gap)
        highs.changeColsCost(len(gain), self._columns, gain)
        if self._last is not None:
            highs.setSolution(_solution(self._last))
        highs.run()
        info = highs.getInfo()
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        self._last = np.array(highs.getSolution().col_value)
        return self._last, float(info.mip_dual_bound)


def _solution(values: NDArray[np.float64]) -> highspy.HighsSolution:
    start = highspy.HighsSolution()
    start.col_value = list(values)
    return start


def _model(matrix: Matrix) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = matrix.rows.shape
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = matrix.gain
    model.col_lower_, model.col_upper_ = matrix.column_lower, matrix.column_upper
    model.row_lower_, model.row_upper_ = matrix.lower, matrix.upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = matrix.rows.indptr
    model.a_matrix_.index_ = matrix.rows.indices
    model.a_matrix_.value_ = matrix.rows.data
    model.integrality_ = _kinds(matrix.whole)
    return model


def _kinds(whole: NDArray[np.bool_]) -> Sequence[highspy.HighsVarType]:
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    return [kinds[int(each)] for each in whole]
