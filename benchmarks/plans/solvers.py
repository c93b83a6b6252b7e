"""The same problem for CP-SAT and for HiGHS as it comes: what our own search is compared with."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np

from recommender.planning.draft import Matrix
from recommender.planning.model import load
from recommender.planning.problem import Problem
from recommender.planning.solve import complete


@dataclass(frozen=True, slots=True)
class Answer:
    """What a solver came to: gain of its best choice (``nan``: none), its bound, CPU seconds."""

    value: float
    bound: float
    seconds: float

    @property
    def gap(self) -> float:
        """The gap that the solver itself proves, as a share of its value."""
        return (self.bound - self.value) / max(abs(self.value), 1.0)


def highs(problem: Problem, limit: float) -> Answer:
    """Maximise by HiGHS' own branch and bound, within seconds."""
    started = time.process_time()
    model = highspy.Highs()
    for option, value in (("output_flag", False), ("threads", 1), ("time_limit", limit)):
        model.setOptionValue(option, value)
    load(model, complete(problem.matrix), whole=True)
    model.run()
    info = model.getInfo()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    value = info.objective_function_value if found else np.nan
    return Answer(value, info.mip_dual_bound, time.process_time() - started)


def cp_sat(problem: Problem, limit: float, *, tuned: bool) -> Answer:
    """Maximise by CP-SAT on one worker, within seconds; ``tuned`` as measured best by others."""
    from ortools.sat.python import cp_model  # noqa: PLC0415

    started = time.process_time()
    model, columns = _cp_model(cp_model, complete(problem.matrix))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = limit
    if tuned:
        solver.parameters.linearization_level = 2
        solver.parameters.cp_model_presolve = False
        solver.parameters.relative_gap_limit = 0.02
    status = solver.solve(model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    value = solver.objective_value if found else np.nan
    return Answer(value, solver.best_objective_bound, time.process_time() - started)


def _cp_model(cp_model: object, matrix: Matrix) -> tuple[object, list[object]]:
    model = cp_model.CpModel()
    most = np.where(np.isfinite(matrix.column_upper), matrix.column_upper, 10**6).astype(int)
    columns = [
        model.new_int_var(int(low), int(high), "")
        for low, high in zip(matrix.column_lower, most, strict=True)
    ]
    for row in range(len(matrix.labels)):
        if matrix.labels[row].rule == "even":
            continue
        span = slice(*matrix.rows.indptr[row : row + 2])
        cells = zip(matrix.rows.indices[span], matrix.rows.data[span], strict=True)
        terms = [int(value) * columns[column] for column, value in cells]
        low, high = matrix.lower[row], matrix.upper[row]
        if np.isfinite(low):
            model.add(sum(terms) >= int(low))
        if np.isfinite(high):
            model.add(sum(terms) <= int(high))
    gains = np.flatnonzero(matrix.gain)
    model.maximize(sum(int(matrix.gain[at]) * columns[at] for at in gains))
    return model, columns


PEERS: dict[str, Callable[[Problem, float], Answer]] = {
    "HiGHS MIP": highs,
    "CP-SAT": lambda problem, limit: cp_sat(problem, limit, tuned=False),
    "CP-SAT tuned": lambda problem, limit: cp_sat(problem, limit, tuned=True),
}
