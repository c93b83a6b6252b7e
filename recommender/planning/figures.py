"""What tells two plans of one teacher apart, in figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from recommender.planning.balances import Balance
from recommender.planning.lines import Line
from recommender.planning.options import Option
from recommender.planning.plan import Item, Plan, planned_line
from recommender.planning.problem import Inputs

FACE_TO_FACE = "face_to_face"
#: Of a year at least this much is left for it to be a plan's first.
MOSTLY = 0.5
#: Where a figure has no value.
NONE = "–"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the main plan and of another.

    Parameters
    ----------
    code
        Stable, for programs: ``first_year_hours``, ``face_to_face``, ``met_by``, ``next_stage``,
        ``suits`` or ``in_common``.
    zh, en
        What is counted.
    main, here
        Its value in either plan, as text.
    """

    code: str
    zh: str
    en: str
    main: str
    here: str


class Figures:
    """Compares plans with the main one, by what it was made from.

    Parameters
    ----------
    main
        The plan that the others are set against.
    next_stage
        Courses for the career stage to come.
    """

    def __init__(self, inputs: Inputs, main: Plan, next_stage: frozenset[str]) -> None:
        self._inputs, self._main, self._next_stage = inputs, main, next_stage
        self._accounts = inputs.accounts()
        self._numbers = {each.course: at for at, each in enumerate(inputs.candidates)}
        self._terms = [term.key for term in inputs.horizon.terms]
        self._years = [year.key for year in inputs.horizon.years]

    def of(self, plan: Plan) -> tuple[Figure, ...]:
        """Return what tells a plan from the main one, in a fixed order."""
        year, early = first_year(self._inputs), self._early()[-1]
        asked = (
            ("first_year_hours", f"{year} 年度学时", f"Hours in {year}", self._first_year),
            ("face_to_face", "面授学时占比", "Hours face to face", self._face_to_face),
            ("met_by", "总量要求完成于", "Total met by", self._met_by),
            (
                "next_stage",
                f"{early} 年度前的下一阶段课程数",
                f"Next stage's courses until {early}",
                self._of_next_stage,
            ),
            ("suits", "适合度", "Suitability", self._suits),
            ("in_common", "与主规划相同的课程", "Courses as in the main plan", self._in_common),
        )
        return tuple(
            Figure(code, zh, en, value(self._main), value(plan))
            for code, zh, en, value in asked
            if self._next_stage or code != "next_stage"
        )

    def keeps_its_word(self, plan: Plan, name: str) -> bool:
        """Say whether a plan is what an alternative of this name says it is, beside the main one.

        Whole courses and duties may leave no room for it.
        """
        main = self._main
        if name == "lighter_first_year":
            return self._light(plan) < self._light(main)
        if name == "more_face_to_face":
            return self._share(plan) > self._share(main)
        if name == "faster_to_next_stage":
            return self._early_of_next_stage(plan) > self._early_of_next_stage(main)
        return self._met_at(plan) < self._met_at(main)

    def _light(self, plan: Plan) -> Decimal:
        return hours_in(self._inputs, plan, first_year(self._inputs))

    def _first_year(self, plan: Plan) -> str:
        return f"{self._light(plan).normalize():f}"

    def _share(self, plan: Plan) -> Decimal:
        """Return the part of the hours that is face to face, 0 to 1; 0 of no hours."""
        here = (each for each in plan.items if self._option(each).attributes.mode == FACE_TO_FACE)
        return _hours(self._inputs, here) / max(Decimal(1), _hours(self._inputs, plan.items))

    def _face_to_face(self, plan: Plan) -> str:
        return f"{100 * self._share(plan):.0f}%" if plan.items else NONE

    def _met_at(self, plan: Plan) -> int:
        """Return the first term with which nothing is missing of the last cycle's total.

        The number of terms where there is none.
        """
        lines = [(self._terms.index(item.term), self._line(item)) for item in plan.items]
        met = (
            at
            for at in range(len(self._terms))
            if not self._missing([line for when, line in lines if when <= at])
        )
        return next(met, len(self._terms))

    def _met_by(self, plan: Plan) -> str:
        return (*self._terms, NONE)[self._met_at(plan)]

    def _missing(self, lines: Sequence[Line]) -> int:
        whole = [
            each
            for each in self._accounts.sheet([*self._inputs.ledger, *lines]).balances
            if each.duty.requirement.per == "cycle"
            and each.duty.requirement.counts == "amount"
            and not each.duty.requirement.where
            and not each.duty.closed
        ]
        largest = max(whole, key=_width, default=None)
        return 0 if largest is None else largest.missing

    def _early_of_next_stage(self, plan: Plan) -> int:
        early = self._early()
        return sum(each.course in self._next_stage and each.year in early for each in plan.items)

    def _of_next_stage(self, plan: Plan) -> str:
        return str(self._early_of_next_stage(plan))

    def _early(self) -> list[str]:
        """Return the years up to the one after the first."""
        return self._years[: self._years.index(first_year(self._inputs)) + 2]

    def _suits(self, plan: Plan) -> str:
        """Return the utility of a plan by what the main plan's courses are worth."""
        own, main = self._utility(plan), self._utility(self._main)
        return f"{100 * own / main:.0f}%" if main > 0 else NONE

    def _utility(self, plan: Plan) -> float:
        utility = self._inputs.utility
        return sum(
            float(utility[self._numbers[item.course], self._years.index(item.year)])
            for item in plan.items
        )

    def _in_common(self, plan: Plan) -> str:
        both = {(each.course, each.year) for each in plan.items} & {
            (each.course, each.year) for each in self._main.items
        }
        return f"{len(both)}/{len(plan.items)}"

    def _option(self, item: Item) -> Option:
        candidate = self._inputs.candidates[self._numbers[item.course]]
        return next(each for each in candidate.options if self._terms[each.term] == item.term)

    def _line(self, item: Item) -> Line:
        return planned_line(self._inputs, self._numbers[item.course], self._option(item))


def _width(balance: Balance) -> tuple[int, dt.date]:
    """Return how much a balance asks; of the same amounts the later counts."""
    return balance.duty.minimum or 0, balance.duty.period.until


def first_year(inputs: Inputs) -> str:
    """Return the key of the first year of which most is left."""
    years = inputs.horizon.years
    return next(year.key for year in years if inputs.horizon.part_left(year) >= MOSTLY)


def hours_in(inputs: Inputs, plan: Plan, year: str) -> Decimal:
    """Return the hours of a plan in a policy year."""
    return _hours(inputs, (item for item in plan.items if item.year == year))


def _hours(inputs: Inputs, items: Iterable[Item]) -> Decimal:
    unknown = inputs.limits.unknown_hours
    return sum((Decimal(each.hours) if each.hours else unknown for each in items), Decimal(0))
