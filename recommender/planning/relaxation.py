"""The relaxed problem: a linear programme that bounds every plan, to be asked again."""

from __future__ import annotations

from dataclasses import dataclass, replace

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.planning.draft import Draft, Label, Matrix
from recommender.planning.model import NOTHING, load

#: Of a limit's large parts at most this many fit at once: a row for each number up to it.
COVERS = 5
#: Rows whose parts are all taken from a limit.
LIMITS = ("load", "budget", "away")


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """An optimum of the relaxed problem.

    Parameters
    ----------
    bound
        No whole choice gains more.
    values
        Of the columns, shape (n_columns,).
    reduced
        What one more of a column would gain at these prices, shape (n_columns,).
    prices
        What one unit of each row is worth, 0 or more, shape (n_rows,).
    """

    bound: float
    values: NDArray[np.float64]
    reduced: NDArray[np.float64]
    prices: NDArray[np.float64]


class Relaxation:
    """One HiGHS model of a matrix: narrowed by bounds and gains, solved again from where it was.

    Rows are tightened first, without losing a whole choice: a part larger than what is needed
    is cut down to it, and of parts larger than a k-th of a limit fewer than k may be taken
    (``covers``: not where a limit itself may grow). ``perturb``: costs a little, against stalls;
    not where few columns cost anything, and it takes longer to undo than it saves.
    """

    def __init__(self, matrix: Matrix, *, covers: bool = True, perturb: bool = True) -> None:
        self._rows = len(matrix.labels)
        self._columns = np.arange(len(matrix.gain), dtype=np.int32)
        self._highs = highspy.Highs()
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("presolve", "off"),
            ("solver", "simplex"),
            ("simplex_strategy", 1),
            ("dual_simplex_cost_perturbation_multiplier", float(perturb)),
        ):
            self._highs.setOptionValue(option, value)
        rows = tightened(matrix)
        load(self._highs, covered(rows) if covers else rows, whole=False)

    def bounds(
        self,
        columns: NDArray[np.int64],
        lower: NDArray[np.float64],
        upper: NDArray[np.float64],
    ) -> None:
        """Set the bounds of columns."""
        self._highs.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)

    def at_least(self, row: int, lower: float, upper: float) -> None:
        """Set the bounds of one row."""
        self._highs.changeRowBounds(row, lower, upper)

    def gains(self, gain: NDArray[np.float64]) -> None:
        """Set what is maximised."""
        self._highs.changeColsCost(len(gain), self._columns, gain)

    def hold(self, cost: NDArray[np.float64], most: float) -> None:
        """Keep a cost at or below what has been reached."""
        columns = np.flatnonzero(cost)
        self._highs.addRow(
            -highspy.kHighsInf, most, len(columns), columns.astype(np.int32), cost[columns]
        )

    def solve(self) -> Relaxed | None:
        """Return an optimum, or ``None`` where not even a relaxed choice is allowed."""
        highs = self._highs
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = highs.getSolution()
        return Relaxed(
            bound=float(highs.getInfo().objective_function_value),
            values=np.array(solution.col_value),
            reduced=np.array(solution.col_dual),
            prices=np.abs(np.array(solution.row_dual)[: self._rows]),
        )


def tightened(matrix: Matrix) -> Matrix:
    """Cut parts down to what is needed of them: the same whole choices, fewer relaxed ones.

    In a minimum, a course that gives more than is asked, and than can be given to other
    periods on top, gives that much; in a cap, no course fills more than the room that is left.
    Rows that only say how even a plan is hold nothing: they are left open.
    """
    rows = matrix.rows
    kinds = np.array([label.rule for label in matrix.labels])
    row = np.repeat(np.arange(len(kinds)), np.diff(rows.indptr))
    column, data = rows.indices, rows.data
    whole = matrix.whole[column]
    minimum, cap = (kinds == "minimum")[row], (kinds == "cap")[row]
    most = matrix.lower.copy()
    given = minimum & (data < 0)
    np.add.at(most, row[given], -data[given] * matrix.column_upper[column[given]])
    most = np.maximum(most, 0)
    asked = np.full(len(matrix.gain), np.inf)
    shared = minimum & ~whole
    asked[column[shared]] = most[row[shared]]
    filled = cap & ~whole
    room = np.full(len(kinds), np.inf)
    room[row[filled]] = np.minimum(matrix.column_upper, asked)[column[filled]]
    data = np.where(minimum & whole, np.minimum(data, most[row]), data)
    data = np.where(cap & whole, np.maximum(data, -room[row]), data)
    cut = sparse.csr_array((data, column, rows.indptr), shape=rows.shape)
    return replace(matrix, rows=cut, upper=np.where(kinds == "even", np.inf, matrix.upper))


def covered(matrix: Matrix) -> Matrix:
    """Append what whole numbers of courses make of loads and minima.

    For each load, and the budget, how many of its large parts fit at once. For each minimum of
    which nothing may be missing, how many parts of up to a k-th of it are needed (a rounding of
    the row by Chvatal and Gomory), and that one course is needed beside the small ones that do
    not suffice.
    """
    draft, courses = Draft(), _courses(matrix)
    for row in [row for row, label in enumerate(matrix.labels) if label.rule in _COVERED]:
        label = matrix.labels[row]
        span = slice(*matrix.rows.indptr[row : row + 2])
        columns = matrix.rows.indices[span].astype(np.int64)
        parts = matrix.rows.data[span]
        open_ = matrix.column_upper[columns] > 0
        columns, parts = columns[open_], parts[open_]
        if label.rule in LIMITS:
            _fit(draft, columns, parts, matrix.upper[row])
        elif matrix.lower[row] > 1 and len(columns) and matrix.whole[columns].all():
            _needed(draft, columns, parts, matrix.lower[row])
            _beside(draft, columns, parts, matrix.lower[row], courses[columns])
    return draft.added_to(matrix)


_COVER = Label("cover", "")
_COVERED = (*LIMITS, "minimum")
_Columns = NDArray[np.int64]
_Parts = NDArray[np.float64]


def _courses(matrix: Matrix) -> NDArray[np.int64]:
    """Return a number for each column, the same where at most one of them is taken."""
    numbers = -1 - np.arange(len(matrix.gain), dtype=np.int64)
    once = np.array([label.rule == "once" for label in matrix.labels])
    row = np.repeat(np.arange(len(once)), np.diff(matrix.rows.indptr))
    numbers[matrix.rows.indices[once[row]]] = row[once[row]]
    return numbers


def _fit(draft: Draft, columns: _Columns, parts: _Parts, limit: float) -> None:
    for most in range(COVERS + 1):
        large = columns[parts > limit / (most + 1)]
        if len(large) > most:
            draft.row(_COVER, large, np.ones(len(large)), upper=most)


def _needed(draft: Draft, columns: _Columns, parts: _Parts, asked: float) -> None:
    for least in range(2, COVERS):
        part = (asked - 1) / (least - 1)
        needed = np.minimum(np.ceil(parts / part - NOTHING), least)
        draft.row(_COVER, columns, needed, lower=least)


def _beside(
    draft: Draft, columns: _Columns, parts: _Parts, asked: float, courses: NDArray[np.int64]
) -> None:
    _, course = np.unique(courses, return_inverse=True)
    most = np.zeros(course.max() + 1)
    np.maximum.at(most, course, parts)
    order = np.argsort(most, kind="stable")
    small = np.zeros(len(most), dtype=bool)
    small[order] = np.cumsum(most[order]) < asked
    others = columns[~small[course]]
    if small.any() and len(others):
        draft.row(_COVER, others, np.ones(len(others)), lower=1)


def proven(bound: float) -> float:
    """Return what a bound says of gains that are whole numbers."""
    return float(np.floor(bound + NOTHING))
