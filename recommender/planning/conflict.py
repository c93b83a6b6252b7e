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

from recommender.planning.constraints import FEN, PERCENT
from recommender.planning.draft import Label, Matrix
from recommender.planning.explain import UNITS_ZH, Sentence, said_amount
from recommender.planning.load import LOAD_STEPS
from recommender.planning.model import NOTHING
from recommender.planning.names import PLAIN, Names
from recommender.planning.presence import AWAY_STEPS
from recommender.planning.problem import Problem
from recommender.planning.relaxation import LIMITS, Relaxation, Relaxed
from recommender.planning.rules import Requirement

#: Rows that close days to presence.
CLOSING = ("free", "absence", "presence")
#: What can be told of a conflict; all other rows only say which courses there are.
TOLD = ("minimum", "maximum", "pin", "clash", "share", *CLOSING, *LIMITS)
#: What names more hours in every year, as one way out; a year's own names the year.
EVERY_YEAR = ("load", "", "")


@dataclass(frozen=True, slots=True)
class Relief:
    """One way out of a conflict.

    Parameters
    ----------
    rule, of, period
        The row that gives: ``minimum`` or ``maximum`` of a requirement, ``load`` of a year, or of
        every year where the period is empty, days ``away`` of a year, the ``budget``, a ``pin``,
        the ``share`` of a word, or closed days (``free`` for the school, ``absence`` where too
        many are away, ``presence`` in holidays or term time).
    amount, unit
        How much: no less is enough, whatever the plan.
    enough
        How much was tried and is enough; empty where none was (see
        :mod:`recommender.planning.ways_out`).
    """

    rule: str
    of: str
    period: str
    amount: str
    unit: str
    enough: str = ""


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
    return tuple(each for level, against in found for each in search.of(level, against))


class _Search:
    """The relaxed problem, with a column for more of each limit: hours, money, days."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self.matrix, self._more, self._every = _with_more(problem.matrix)
        self._relaxation = Relaxation(self.matrix, covers=False, perturb=False)
        self._lacking = np.flatnonzero(self.matrix.levels.any(axis=0))
        self._missing = np.zeros(len(self.matrix.gain))
        # A choice that keeps to all that is held so far; unknown before the first solve.
        self._held = np.full(len(self.matrix.gain), np.inf)
        self._upper = self.matrix.column_upper.copy()
        self._rows_of = _rows_of(self.matrix, np.concatenate([self._lacking, self._more]))

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
        return self._priced(relaxed)

    def of(self, level: int, against: NDArray[np.int64]) -> list[Conflict]:
        """Return the conflict of a level, or one for each row that falls short.

        Where several fall short and nothing alone helps them all, each is asked about with the
        others as short as they are.
        """
        short = np.flatnonzero((self.matrix.levels[level] > 0) & (self._missing > 0))
        together = self._conflict(short, against)
        if together.reliefs or len(short) == 1:
            return [together]
        return [
            self._conflict(np.array([column]), self._alone(column)) for column in short.tolist()
        ]

    def _conflict(self, short: NDArray[np.int64], against: NDArray[np.int64]) -> Conflict:
        """Ask each row of a conflict how much it alone would have to give."""
        labels = self.matrix.labels
        self._limit(short, np.zeros(len(short)))
        found = [
            (self._order(column), relief)
            for column, rows in self._rows_of.items()
            if set(rows) & set(against.tolist())
            and (relief := self._relief(column, rows[0])) is not None
        ]
        found += self._every_year(against)
        self._limit(short, self._missing[short])
        return Conflict(
            lacking=tuple(labels[self._rows_of[column][0]] for column in short.tolist()),
            against=tuple(dict.fromkeys(labels[row] for row in against.tolist())),
            reliefs=tuple(relief for _, relief in sorted(found, key=lambda pair: pair[0])),
        )

    def _alone(self, column: int) -> NDArray[np.int64]:
        """Return the rows against one that falls short, and that row."""
        gain = np.zeros(len(self.matrix.gain))
        gain[column] = -1
        self._relaxation.gains(gain)
        relaxed = self._relaxation.solve()
        own = np.array(self._rows_of[column])
        return own if relaxed is None else np.union1d(self._priced(relaxed), own)

    def _priced(self, relaxed: Relaxed) -> NDArray[np.int64]:
        told = np.array([label.rule in TOLD for label in self.matrix.labels])
        return np.flatnonzero(told & (relaxed.prices > NOTHING * max(1.0, relaxed.prices.max())))

    def _every_year(self, against: NDArray[np.int64]) -> list[tuple[int, Relief]]:
        """Ask how much more in every year would do, where the hours of several years matter."""
        labels = self.matrix.labels
        loads = [row for row in against.tolist() if labels[row].rule == "load"]
        if len(loads) < 2:
            return []
        relief = self._relief(self._every, loads[0])
        return [] if relief is None else [(0, replace(relief, period=""))]

    def _relief(self, column: int, row: int) -> Relief | None:
        """Return the least that one row gives, nothing else falling shorter than it must."""
        if self._compulsory(row):
            return None
        one = np.array([column])
        before = self._upper[one]
        self._limit(one, np.array([np.inf]))
        gain = np.zeros(len(self.matrix.gain))
        gain[column] = -1
        self._relaxation.gains(gain)
        relaxed = self._relaxation.solve()
        self._limit(one, before)
        if relaxed is None or relaxed.values[column] <= NOTHING:
            return None
        amount, unit = self._told(row, int(np.ceil(relaxed.values[column] - NOTHING)))
        label = self.matrix.labels[row]
        return Relief(label.rule, label.of, label.period, amount, unit)

    def _limit(self, columns: NDArray[np.int64], upper: NDArray[np.float64]) -> None:
        self._upper[columns] = upper
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
        if label.rule == "share":
            return f"{steps / (PERCENT * LOAD_STEPS):g}", "hour"
        if label.rule == "away":
            return f"{steps / AWAY_STEPS:g}", "day"
        requirement = self._requirement(row)
        if label.rule == "pin" or requirement is None:
            return str(steps), "course"
        measure = self._problem.inputs.policy.measure_of(requirement)
        return measure.text(steps), measure.unit


def _with_more(matrix: Matrix) -> tuple[Matrix, NDArray[np.int64], int]:
    """Append a column for more of it to each limit and each closed span, shut at first.

    Returns
    -------
    tuple
        The matrix, those columns, and one more: as much more in every year.
    """
    rules = np.array([label.rule for label in matrix.labels])
    limits, loads = (
        np.flatnonzero(np.isin(rules, (*LIMITS, *CLOSING, "share"))),
        np.flatnonzero(rules == "load"),
    )
    count, columns = len(limits), len(matrix.gain)
    rows = np.concatenate([limits, loads])
    places = np.concatenate([np.arange(count), np.full(len(loads), count)])
    more = sparse.csr_array(
        (np.full(len(rows), -1.0), (rows, places)), shape=(len(matrix.labels), count + 1)
    )
    none = np.zeros(count + 1)
    wider = replace(
        matrix,
        rows=sparse.hstack([matrix.rows, more], format="csr"),
        column_lower=np.concatenate([matrix.column_lower, none]),
        column_upper=np.concatenate([matrix.column_upper, none]),
        whole=np.concatenate([matrix.whole, none.astype(bool)]),
        gain=np.concatenate([matrix.gain, none]),
        levels=np.hstack([matrix.levels, np.zeros((len(matrix.levels), count + 1))]),
        rough=np.concatenate([matrix.rough, none]),
    )
    return wider, np.arange(columns, columns + count), columns + count


def _rows_of(matrix: Matrix, columns: NDArray[np.int64]) -> dict[int, list[int]]:
    """Return the rows that each of these columns eases: all of them stand for one rule."""
    cells = matrix.rows[:, columns].tocoo()
    found: dict[int, list[int]] = {}
    for column, row in zip(columns[cells.col].tolist(), cells.row.tolist(), strict=True):
        found.setdefault(column, []).append(row)
    return found


#: A bound of a share -> what it becomes when it gives.
_BOUNDS = {"least": ("可低于下限", "smaller"), "most": ("可高于上限", "larger")}
#: Rule -> code and what gives, in both languages.
_OF_DAYS = {
    "away": (
        "more_days_away",
        "{period} 年度至少多安排 {amount}离岗{enough}。",
        "Be away from school for at least {amount} more in {period}{enough}.",
    ),
    "free": (
        "use_kept_days",
        "学校自 {period} 起留空的日子里至少允许 {amount}{enough}。",
        "Allow at least {amount} on the days that the school keeps free from {period}{enough}.",
    ),
    "absence": (
        "more_absences",
        "自 {period} 起离岗人数已满的日子里至少再允许 {amount}{enough}。",
        "Allow at least {amount} from {period}, when as many as may be are away{enough}.",
    ),
    "presence": (
        "other_season",
        "在 {period} 至少接受 {amount}到场{enough}。",
        "Accept being there for at least {amount} in {period}{enough}.",
    ),
}


def relief_sentence(problem: Problem, relief: Relief, names: Names = PLAIN) -> Sentence:
    """Say one way out, in both languages: the least, and what is enough where that is known."""
    unit_zh, unit_en = (
        ("元", "yuan") if relief.rule == "budget" else (UNITS_ZH[relief.unit], f"{relief.unit}s")
    )
    zh = f"{relief.amount} {unit_zh}"
    en = (
        f"{relief.amount} {unit_en}"
        if relief.rule == "budget"
        else said_amount(relief.amount, relief.unit)
    )
    enough_zh, enough_en = _enough(relief, unit_zh, unit_en)
    if relief.rule == "share":
        bound_zh, bound_en = _BOUNDS[relief.period]
        return Sentence(
            "relax_share",
            f"{relief.of} 的课程占比{bound_zh}，至少放宽 {zh}{enough_zh}。",
            f"Let the share of {relief.of} be {bound_en} by at least {en}{enough_en}.",
        )
    if relief.rule in _OF_DAYS:
        code, in_zh, in_en = _OF_DAYS[relief.rule]
        when = relief.period
        return Sentence(
            code,
            in_zh.format(period=when, amount=zh, enough=enough_zh),
            in_en.format(period=when, amount=en, enough=enough_en),
        )
    if relief.rule == "pin":
        of_zh, of_en = names.course(relief.of)
        return Sentence("unpin", f"取消指定{of_zh}。", f"Give up the wish for {of_en}.")
    if relief.rule == "budget":
        return Sentence(
            "more_budget",
            f"培训经费至少增加 {zh}{enough_zh}。",
            f"Raise the budget by at least {en}{enough_en}.",
        )
    if relief.rule == "load":
        when_zh, when_en = (
            (f"{relief.period} 年度", relief.period) if relief.period else ("每年", "every year")
        )
        return Sentence(
            "more_hours",
            f"{when_zh}至少多安排 {zh}{enough_zh}。",
            f"Take on at least {en} more in {when_en}{enough_en}.",
        )
    named = {each.id: each for each in problem.inputs.policy.requirement}[relief.of]
    verb_zh, verb_en = ("降低", "Lower") if relief.rule == "minimum" else ("提高", "Raise")
    return Sentence(
        "relax",
        f"{relief.period}：将下列要求至少{verb_zh} {zh}{enough_zh}。{named.zh}",
        f"{verb_en} this requirement of {relief.period} by at least {en}{enough_en}: {named.en}",
    )


def stuck_sentence(problem: Problem, lacking: Label) -> Sentence:
    """Say of what is lacking that nothing that may give is enough, each alone."""
    known = {each.id: (each.zh, each.en) for each in problem.inputs.policy.requirement}
    zh, en = known.get(lacking.of, (lacking.of, lacking.of))
    return Sentence(
        "stuck",
        f"{lacking.period}：现有课程无法满足，单独放宽任何一项要求或增加学时均不足够。{zh}",
        f"{lacking.period}: the courses on offer cannot meet this, and nothing that may give is "
        f"enough alone. {en}",
    )


def _enough(relief: Relief, unit_zh: str, unit_en: str) -> tuple[str, str]:
    """Say how much is enough, or that whole courses may need more than the least."""
    if not relief.enough:
        return "（按整门课程选修可能还需更多）", " (whole courses may need more)"
    if relief.enough == relief.amount:
        return "（经验算，已足够）", " (tried: that is enough)"
    return (
        f"（经验算，{relief.enough} {unit_zh}足够）",
        f" (tried: {relief.enough} {unit_en} are enough)",
    )
