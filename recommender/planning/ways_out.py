"""Ways out of a conflict, tried: each is carried out, and it is looked whether it is enough.

A conflict names the least that each of its rules would have to give. Whole courses may need more:
then a larger amount is tried, and both are told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.planning.amounts import Measure
from recommender.planning.conflict import CLOSING, EVERY_YEAR, Conflict, Relief, conflicts
from recommender.planning.constraints import FEN, PERCENT
from recommender.planning.draft import Label, Matrix
from recommender.planning.load import LOAD_STEPS
from recommender.planning.plan import Header, Plan, written
from recommender.planning.presence import AWAY_STEPS
from recommender.planning.problem import Problem
from recommender.planning.relaxation import Relaxation
from recommender.planning.solve import HALF, Effort, Solution, complete
from recommender.planning.terrain import Terrain, walked

#: How often the way between too little and enough is halved.
HALVINGS = 2

_Row = tuple[str, str, str]
#: Steps of an hour, of a yuan and of a day in the rows that limit them.
_UNITS = {
    "load": LOAD_STEPS,
    "budget": FEN,
    "away": AWAY_STEPS,
    "share": PERCENT * LOAD_STEPS,
}
#: What gives by courses.
_BY_COURSE = ("pin", *CLOSING)


def ways_out(problem: Problem, plan: Plan) -> tuple[Conflict, ...]:
    """Return the conflicts of a plan's problem, each way out with an amount that is enough.

    Where no amount that was tried leads to a plan, ``enough`` stays empty.

    Parameters
    ----------
    plan
        Made from this problem; nothing else may fall shorter than in it.
    """
    trial = _Trial(problem, plan)
    return tuple(
        replace(each, reliefs=tuple(trial.tried(each, way) for way in each.reliefs))
        for each in conflicts(problem)
    )


class _Trial:
    """A problem that may fall as short as its plan does, row by row."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self._problem, self._plan = problem, plan
        self._short = dict(_short(problem, plan))
        self._usual = complete(problem.matrix)
        # What the ledger alone has too much of is in no row.
        self._above = {
            ("maximum", each.duty.requirement.id, each.duty.period.key): each.excess
            for each in problem.before.balances
        }
        self._at: dict[_Row, list[int]] = {}
        for at, label in enumerate(self._usual.labels):
            self._at.setdefault(_row(label), []).append(at)

    def tried(self, conflict: Conflict, way: Relief) -> Relief:
        """Return a way out with what is enough; one year's hours only where no others matter."""
        every_year = any(_told(each) == EVERY_YEAR for each in conflict.reliefs)
        if way.rule == "load" and way.period and every_year:
            return way
        return replace(way, enough=self._enough(conflict, way))

    def _enough(self, conflict: Conflict, way: Relief) -> str:
        """Return the smallest amount that was tried and ends the conflict; empty if none does."""
        row, unit = _told(way), _UNITS.get(way.rule, 1)
        own = {_row(label) for label in conflict.lacking}
        short = {each: amount for each, amount in self._short.items() if each not in own}
        least = self._steps(way)
        if self._ends(short, row, least):
            return way.amount
        low, high = least, self._surely(own, row, least, short)
        if not high:
            return ""
        for _ in range(HALVINGS):
            middle = _whole((low + high) // 2, unit)
            if not low < middle < high:
                break
            low, high = (low, middle) if self._ends(short, row, middle) else (middle, high)
        return self._text(way, high)

    def _surely(self, own: set[_Row], row: _Row, least: int, short: Mapping[_Row, int]) -> int:
        """Return an amount that is enough, 0 if none is found.

        The plan itself shows that what it misses is, where it misses nothing else; for a limit,
        room for one, two and four more of the largest courses is tried.
        """
        if own == {row}:
            return self._short.get(row, 0)
        if row[0] not in _UNITS:
            return 0
        parts = [
            self._usual.rows.data[slice(*self._usual.rows.indptr[at : at + 2])].max(initial=0)
            for at in self._rows(row)
        ]
        for courses in (1, 2, 4):
            high = _whole(least + courses * int(max(parts)), _UNITS[row[0]])
            if self._ends(short, row, high):
                return high
        return 0

    def _rows(self, row: _Row) -> list[int]:
        """Return the rows that give: those of every year where no year is named."""
        if row == EVERY_YEAR:
            return [at for each, rows in self._at.items() if each[0] == "load" for at in rows]
        return self._at[row]

    def _ends(self, short: Mapping[_Row, int], row: _Row, amount: int) -> bool:
        """Say whether there is a plan that meets all but this, with one row giving so much.

        The plan is counted anew by the credit sheet, which knows nothing of rows.
        """
        allowed = {**short, row: amount + short.get(row, 0)}
        problem = replace(self._problem, matrix=self._eased(allowed))
        relaxed = Relaxation(problem.matrix).solve()
        if relaxed is None:
            return False
        here = Terrain.of(problem.matrix).passing_on(problem.matrix, relaxed.values)
        start = relaxed.values[: len(problem.places)] > HALF
        kept = walked(here, problem.matrix, relaxed, start=start, seed=self._plan.seed)
        return kept is not None and self._holds(np.flatnonzero(kept), allowed)

    def _holds(self, chosen: NDArray[np.int64], allowed: Mapping[_Row, int]) -> bool:
        header = Header(self._plan.teacher_id, pd.Timestamp(self._plan.as_of), self._plan.model)
        solution = Solution(tuple(chosen.tolist()), 0.0, 0.0, False)
        found = _short(self._problem, written(self._problem, solution, header, Effort()))
        return all(missing <= allowed.get(each, 0) for each, missing in found)

    def _eased(self, allowed: Mapping[_Row, int]) -> Matrix:
        lower, upper = self._usual.lower.copy(), self._usual.upper.copy()
        for row, amount in allowed.items():
            at = self._rows(row)
            if row[0] in ("minimum", "pin"):
                lower[at] -= amount
            else:
                upper[at] += amount - self._above.get(row, 0)
        return replace(self._usual, lower=lower, upper=upper)

    def _steps(self, way: Relief) -> int:
        if way.rule in _UNITS:
            return int(Decimal(way.amount) * _UNITS[way.rule])
        if way.rule in _BY_COURSE:
            return int(way.amount)
        return _measure(self._problem, way.of).steps(Decimal(way.amount))

    def _text(self, way: Relief, steps: int) -> str:
        if way.rule in _UNITS:
            return f"{steps // _UNITS[way.rule]}"
        by_course = way.rule in _BY_COURSE
        return str(steps) if by_course else _measure(self._problem, way.of).text(steps)


def _told(way: Relief) -> _Row:
    return way.rule, way.of, way.period


def _row(label: Label) -> _Row:
    return label.rule, label.of, label.period


def _whole(steps: int, unit: int) -> int:
    """Round up to whole hours or yuan: nobody plans in parts of them."""
    return -(-steps // unit) * unit


def _measure(problem: Problem, requirement: str) -> Measure:
    policy = problem.inputs.policy
    return policy.measure_of(next(each for each in policy.requirement if each.id == requirement))


def _short(problem: Problem, plan: Plan) -> Iterator[tuple[_Row, int]]:
    """Yield what a plan misses or has too much of, in the steps of its row."""
    for outcome in plan.unmet:
        measure = _measure(problem, outcome.requirement)
        for rule, amount in (("minimum", outcome.missing), ("maximum", outcome.excess)):
            if amount != "0":
                row = rule, outcome.requirement, outcome.period
                yield row, measure.steps(Decimal(amount))
    for course, term in plan.unkept:
        yield ("pin", course, term), 1
