"""Why not everything can be met: what stands against what, and the smallest ways out.

The least that falls short is looked for level by level in the relaxed problem; the rows that
have a price there are those in conflict (the support of its dual). For each of them it is then
asked how much it alone would have to give.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.planning.constraints import FEN
from recommender.planning.draft import Label, Matrix
from recommender.planning.explain import UNITS_ZH, Sentence, said_amount
from recommender.planning.load import LOAD_STEPS
from recommender.planning.model import NOTHING
from recommender.planning.problem import Problem
from recommender.planning.relaxation import LIMITS, Relaxation
from recommender.planning.rules import Requirement

#: What can be told of a conflict; all other rows only say which courses there are.
TOLD = ("minimum", "maximum", "pin", *LIMITS)


@dataclass(frozen=True, slots=True)
class Relief:
    """One way out of a conflict.

    Parameters
    ----------
    rule, of, period
        The row that gives: ``minimum`` or ``maximum`` of a requirement, ``load`` of a year,
        the ``budget``, or a ``pin``.
    amount, unit
        How much: no less is enough, whatever the plan.
    """

    rule: str
    of: str
    period: str
    amount: str
    unit: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rules that cannot all be met, and what each alone would have to give.

    Parameters
    ----------
    lacking
        The rows that fall short in the end, by the policy's order of what may give.
    against
        All rows that stand against each other, ``lacking`` included.
    reliefs
        What may give first comes first, a teacher's own hours and the budget last; compulsory
        duties are never among them.
    """

    lacking: tuple[Label, ...]
    against: tuple[Label, ...]
    reliefs: tuple[Relief, ...]


def conflicts(problem: Problem) -> tuple[Conflict, ...]:
    """Return the conflicts of a problem, those of what gives last first; none if all can be met.

    A conflict that only whole courses bring about, and that the relaxed problem does not see,
    is not among them.
    """
    if not len(problem.places):
        return ()
    search = _Search(problem)
    found = []
    for level in range(len(search.matrix.levels)):
        against = search.narrow(level)
        if len(against):
            found.append((level, against))
    return tuple(search.conflict(level, against) for level, against in found)


class _Search:
    """The relaxed problem, with a column for more hours in each year, and for more money."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self.matrix, self._more = _with_more(problem.matrix)
        self._relaxation = Relaxation(self.matrix, covers=False, perturb=False)
        self._lacking = np.flatnonzero(self.matrix.levels.any(axis=0))
        self._missing = np.zeros(len(self.matrix.gain))
        # A choice that keeps to all that is held so far; unknown before the first solve.
        self._held = np.full(len(self.matrix.gain), np.inf)
        self._row_of = _rows_of(self.matrix, np.concatenate([self._lacking, self._more]))

    def narrow(self, level: int) -> NDArray[np.int64]:
        """Minimise a level and hold it; return the rows in conflict, none where all is met."""
        cost = self.matrix.levels[level]
        columns = np.flatnonzero(cost > 0)
        relaxed = None
        if self._held[columns].sum() > NOTHING:
            self._relaxation.gains(-cost)
            relaxed = self._relaxation.solve()
        if relaxed is not None:
            self._held = relaxed.values
        if relaxed is None or relaxed.values[columns].sum() <= NOTHING:
            self._limit(columns, np.zeros(len(columns)))
            return np.zeros(0, dtype=np.int64)
        self._missing[columns] = np.ceil(relaxed.values[columns] - NOTHING)
        self._limit(columns, self._missing[columns])
        told = np.array([label.rule in TOLD for label in self.matrix.labels])
        return np.flatnonzero(told & (relaxed.prices > NOTHING * relaxed.prices.max()))

    def conflict(self, level: int, against: NDArray[np.int64]) -> Conflict:
        """Ask each row of a conflict how much it alone would have to give."""
        labels = self.matrix.labels
        own = np.flatnonzero(self.matrix.levels[level] > 0)
        self._limit(own, np.zeros(len(own)))
        found = [
            (self._order(column), relief)
            for column, row in self._row_of.items()
            if row in against and (relief := self._relief(column, row, level)) is not None
        ]
        self._limit(own, self._missing[own])
        lacking = [self._row_of[column] for column in own.tolist() if self._missing[column] > 0]
        return Conflict(
            lacking=tuple(labels[row] for row in lacking),
            against=tuple(labels[row] for row in against.tolist()),
            reliefs=tuple(relief for _, relief in sorted(found, key=lambda pair: pair[0])),
        )

    def _relief(self, column: int, row: int, level: int) -> Relief | None:
        """Return the least that one row gives, nothing else falling shorter than it must."""
        if self._compulsory(row):
            return None
        one = np.array([column])
        self._limit(one, np.array([np.inf]))
        gain = np.zeros(len(self.matrix.gain))
        gain[column] = -1
        self._relaxation.gains(gain)
        relaxed = self._relaxation.solve()
        self._limit(one, np.where(self.matrix.levels[level, one] > 0, 0.0, self._missing[one]))
        if relaxed is None or relaxed.values[column] <= NOTHING:
            return None
        amount, unit = self._told(row, int(np.ceil(relaxed.values[column] - NOTHING)))
        label = self.matrix.labels[row]
        return Relief(label.rule, label.of, label.period, amount, unit)

    def _limit(self, columns: NDArray[np.int64], upper: NDArray[np.float64]) -> None:
        self._relaxation.bounds(columns, np.zeros(len(columns)), upper)

    def _order(self, column: int) -> int:
        """Return when a column gives: the last level first, a teacher's hours after all."""
        levels = np.flatnonzero(self.matrix.levels[:, column])
        return -int(levels[0]) if len(levels) else 1

    def _requirement(self, row: int) -> Requirement | None:
        known = {each.id: each for each in self._problem.inputs.policy.requirement}
        return known.get(self.matrix.labels[row].of)

    def _compulsory(self, row: int) -> bool:
        requirement = self._requirement(row)
        return requirement is not None and requirement.compulsory

    def _told(self, row: int, steps: int) -> tuple[str, str]:
        label = self.matrix.labels[row]
        if label.rule == "load":
            return f"{steps / LOAD_STEPS:g}", "hour"
        if label.rule == "budget":
            return f"{steps / FEN:.2f}", "yuan"
        requirement = self._requirement(row)
        if label.rule == "pin" or requirement is None:
            return str(steps), "course"
        measure = self._problem.inputs.policy.measure_of(requirement)
        return measure.text(steps), measure.unit


def _with_more(matrix: Matrix) -> tuple[Matrix, NDArray[np.int64]]:
    """Append a column for more of it to each load and the budget, closed at first."""
    loads = np.array([row for row, label in enumerate(matrix.labels) if label.rule in LIMITS])
    count, columns = len(loads), len(matrix.gain)
    more = sparse.csr_array(
        (np.full(count, -1.0), (loads, np.arange(count))), shape=(len(matrix.labels), count)
    )
    none = np.zeros(count)
    wider = replace(
        matrix,
        rows=sparse.hstack([matrix.rows, more], format="csr"),
        column_lower=np.concatenate([matrix.column_lower, none]),
        column_upper=np.concatenate([matrix.column_upper, none]),
        whole=np.concatenate([matrix.whole, none.astype(bool)]),
        gain=np.concatenate([matrix.gain, none]),
        levels=np.hstack([matrix.levels, np.zeros((len(matrix.levels), count))]),
        rough=np.concatenate([matrix.rough, none]),
    )
    return wider, np.arange(columns, columns + count)


def _rows_of(matrix: Matrix, columns: NDArray[np.int64]) -> dict[int, int]:
    """Return the row that each of these columns eases."""
    cells = matrix.rows[:, columns].tocoo()
    return dict(zip(columns[cells.col].tolist(), cells.row.tolist(), strict=True))


def relief_sentence(problem: Problem, relief: Relief) -> Sentence:
    """Say one way out, in both languages."""
    if relief.rule == "budget":
        return Sentence(
            "more_budget",
            f"培训经费至少增加 {relief.amount} 元。",
            f"Raise the budget by at least {relief.amount} yuan.",
        )
    zh, en = f"{relief.amount} {UNITS_ZH[relief.unit]}", said_amount(relief.amount, relief.unit)
    if relief.rule == "load":
        return Sentence(
            "more_hours",
            f"{relief.period} 年度至少多安排 {zh}。",
            f"Take on at least {en} more in {relief.period}.",
        )
    if relief.rule == "pin":
        return Sentence(
            "unpin", f"取消指定课程 {relief.of}。", f"Give up the wish for {relief.of}."
        )
    named = {each.id: each for each in problem.inputs.policy.requirement}[relief.of]
    verb_zh, verb_en = ("降低", "Lower") if relief.rule == "minimum" else ("提高", "Raise")
    return Sentence(
        "relax",
        f"{relief.period}：将下列要求至少{verb_zh} {zh}。{named.zh}",
        f"{verb_en} this requirement of {relief.period} by at least {en}: {named.en}",
    )
