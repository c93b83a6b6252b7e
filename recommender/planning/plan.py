"""A plan: courses placed in terms, what they are for, and what cannot be met."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import pandas as pd
from pydantic import TypeAdapter, ValidationError

from features.errors import InvalidSetting
from recommender.planning.amounts import decimal_text
from recommender.planning.asked import Asked
from recommender.planning.balances import Balance
from recommender.planning.credits import CreditSheet
from recommender.planning.grown import Grown, grown
from recommender.planning.lines import Line
from recommender.planning.matching import STRICT, Assumed
from recommender.planning.options import Option
from recommender.planning.problem import Inputs, Problem, build
from recommender.planning.solve import Effort, Solution, solve

State = Literal["draft", "submitted", "school_confirmed", "revised"]


@dataclass(frozen=True, slots=True)
class Item:
    """One course of a plan.

    Parameters
    ----------
    year, term
        Keys of the policy year and the term.
    offering
        The concrete offering; empty where a repeat is only expected (预计).
    amount
        What it is worth, written in the plan's unit.
    hours
        The hours it needs; empty where they are not known.
    serves
        Requirements that it counts for, as ``requirement@period``.
    opens
        Courses of the plan of which it is a prerequisite.
    wish
        ``pinned``, ``preferred`` or ``kept`` where the teacher or an earlier plan asked for it,
        else empty.
    rank
        Its place among all candidates by utility in that year, from 1.
    """

    course: str
    year: str
    term: str
    offering: str
    amount: str
    hours: str
    serves: tuple[str, ...]
    opens: tuple[str, ...]
    wish: str
    rank: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """One requirement in one period, amounts written in its unit.

    Parameters
    ----------
    earned, planned, needed, missing
        Recognised, to come by the plan, the minimum, and what is then still missing.
    limit, excess
        The maximum (empty where there is none), and what is above it.
    closed
        The period is over: nothing can be added to it any more.
    """

    requirement: str
    period: str
    zh: str
    en: str
    unit: str
    earned: str
    planned: str
    needed: str
    missing: str
    limit: str
    excess: str
    compulsory: bool
    closed: bool

    @property
    def met(self) -> bool:
        """Whether nothing is missing and nothing too much."""
        return self.missing == "0" and self.excess == "0"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a teacher is advised to do, term by term; frozen and complete in itself.

    Parameters
    ----------
    policy
        Version of the policy (its id and a hash of its content).
    model
        Version of the model that the utilities came from.
    as_of
        Nothing dated at or after it was seen.
    revision
        1 for a first plan, one more for each that replaces it.
    items
        In the order of terms, then of course ids.
    outcomes
        Every requirement and period, met or not.
    unkept
        (course, term or empty) of wishes that could not be kept.
    objective, bound
        Utility of the plan and what no plan that meets as much can exceed, in thousandths, with
        what is gained by keeping and by preferred terms; what is missing is in neither.
    gap
        (bound - objective) / objective.
    shortage_proven
        Whether it is proven that no plan leaves less unmet.
    assumed
        Stages to come that it takes for granted.
    grown
        Competencies that its courses build.
    asked
        What the teacher asked of it; the plan that replaces it is asked the same.
    """

    __pydantic_config__ = STRICT

    teacher_id: str
    policy: str
    model: str
    as_of: dt.datetime
    seed: int
    unit: str
    items: tuple[Item, ...]
    outcomes: tuple[Outcome, ...]
    unkept: tuple[tuple[str, str], ...]
    objective: float
    bound: float
    gap: float
    shortage_proven: bool
    revision: int = 1
    state: State = "draft"
    assumed: tuple[Assumed, ...] = ()
    grown: tuple[Grown, ...] = ()
    asked: Asked = Asked()

    @property
    def unmet(self) -> tuple[Outcome, ...]:
        """The requirements that the plan does not meet, past ones apart."""
        return tuple(each for each in self.outcomes if not each.met and not each.closed)

    @property
    def missed(self) -> tuple[Outcome, ...]:
        """The requirements that were missed in periods already over."""
        return tuple(each for each in self.outcomes if not each.met and each.closed)

    def to_json(self) -> str:
        """Return the plan as JSON; amounts are decimals in text, so nothing is rounded."""
        return _JSON.dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """Return the plan that was written by :meth:`to_json`.

        Raises
        ------
        InvalidSetting
            If the text is no plan; the first fault is named.
        """
        try:
            return _JSON.validate_json(text)
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            raise InvalidSetting(
                f"a stored plan, {'.'.join(map(str, fault['loc'])) or 'its text'}",
                expected=fault["msg"],
                remedy="pass what Plan.to_json wrote",
            ) from error


_JSON = TypeAdapter(Plan)


@dataclass(frozen=True, slots=True)
class Header:
    """What a plan records of its making, beside what the problem says."""

    teacher_id: str
    as_of: pd.Timestamp
    model: str
    revision: int = 1


def make(inputs: Inputs, header: Header, effort: Effort | None = None) -> Plan:
    """Build, solve and write down a plan.

    The outcomes come from the credit sheet of the ledger and the planned courses, not from
    the solver: the code that checks a plan is the code that counts credits.
    """
    effort = effort or Effort()
    problem = build(inputs)
    return written(problem, solve(problem, effort), header, effort)


def written(problem: Problem, solution: Solution, header: Header, effort: Effort) -> Plan:
    """Write down a solution, its outcomes counted by the credit sheet."""
    inputs = problem.inputs
    chosen = [problem.places[column] for column in solution.chosen]
    planned = [planned_line(inputs, number, option) for number, option in chosen]
    sheet = problem.accounts.sheet([*inputs.ledger, *planned])
    return Plan(
        teacher_id=header.teacher_id,
        policy=inputs.policy.version,
        model=header.model,
        as_of=_utc(header.as_of),
        seed=effort.seed,
        unit=inputs.policy.unit,
        items=_items(problem, solution, sheet),
        outcomes=tuple(_outcome(balance) for balance in sheet.balances),
        unkept=_unkept(inputs, chosen),
        objective=solution.objective,
        bound=solution.bound,
        gap=solution.gap,
        shortage_proven=solution.shortage_proven,
        revision=header.revision,
        assumed=inputs.assumed,
        grown=grown(inputs.gaps, [inputs.candidates[number].course for number, _ in chosen]),
        asked=Asked.of(inputs),
    )


def _utc(as_of: pd.Timestamp) -> dt.datetime:
    aware = as_of.tz_localize("UTC") if as_of.tzinfo is None else as_of.tz_convert("UTC")
    return dt.datetime.fromisoformat(aware.as_unit("us").isoformat())


def planned_line(inputs: Inputs, number: int, option: Option) -> Line:
    """Return the ledger line that a planned course is expected to become."""
    course = inputs.candidates[number].course
    return Line(
        line_id=_line_id(inputs, number, option),
        earned_on=option.earned_on,
        attributes=option.attributes,
        hours=option.hours,
        credits=option.credits,
        state="planned",
        course=course,
    )


def _line_id(inputs: Inputs, number: int, option: Option) -> str:
    return f"plan:{inputs.candidates[number].course}:{inputs.horizon.terms[option.term].key}"


def _items(problem: Problem, solution: Solution, sheet: CreditSheet) -> tuple[Item, ...]:
    serves = _serves(sheet)
    chosen = sorted(
        solution.chosen,
        key=lambda column: (
            problem.places[column][1].term,
            problem.inputs.candidates[problem.places[column][0]].course,
        ),
    )
    opens = _opens(problem.inputs, {problem.places[column][0] for column in chosen})
    ranked = zip(chosen, _ranks(problem, chosen), strict=True)
    return tuple(_item(problem, column, rank, serves, opens) for column, rank in ranked)


def _ranks(problem: Problem, columns: Sequence[int]) -> list[int]:
    """Return the place of each column's course among all candidates by utility in its year."""
    inputs = problem.inputs
    years = inputs.horizon.years_by_term[problem.grid.term[columns]]
    above = inputs.utility[:, years] > inputs.utility[problem.grid.course[columns], years]
    ranks: list[int] = (1 + above.sum(axis=0)).tolist()
    return ranks


def _opens(inputs: Inputs, taken: set[int]) -> dict[str, list[str]]:
    """Return, for each prerequisite, the courses of the plan that ask for it."""
    found: dict[str, list[str]] = {}
    for number in taken:
        for before in inputs.candidates[number].prerequisites:
            found.setdefault(before, []).append(inputs.candidates[number].course)
    return found


def _serves(sheet: CreditSheet) -> dict[str, tuple[str, ...]]:
    """Return, for each line, the duties that it counts for."""
    found: dict[str, list[str]] = {}
    for balance in sheet.balances:
        name = f"{balance.duty.requirement.id}@{balance.duty.period.key}"
        for counted in balance.lines:
            if counted.counted > 0 and balance.duty.minimum:
                found.setdefault(counted.line_id, []).append(name)
    return {line: tuple(names) for line, names in found.items()}


def _item(
    problem: Problem,
    column: int,
    rank: int,
    serves: dict[str, tuple[str, ...]],
    opens: dict[str, list[str]],
) -> Item:
    inputs = problem.inputs
    number, option = problem.places[column]
    candidate = inputs.candidates[number]
    year = inputs.horizon.year_of_term[option.term]
    term = inputs.horizon.terms[option.term].key
    return Item(
        course=candidate.course,
        year=inputs.horizon.years[year].key,
        term=term,
        offering=option.offering,
        amount=inputs.policy.measure.text(int(problem.amounts[column])),
        hours="" if option.hours is None else decimal_text(Fraction(option.hours)),
        serves=serves.get(_line_id(inputs, number, option), ()),
        opens=tuple(sorted(opens.get(candidate.course, ()))),
        wish=_wish(inputs, candidate.course, term),
        rank=rank,
    )


def _wish(inputs: Inputs, course: str, term: str) -> str:
    if any(pinned == course and wanted in (None, term) for pinned, wanted in inputs.wishes.pins):
        return "pinned"
    if (course, term) in inputs.wishes.prefer:
        return "preferred"
    return "kept" if (course, term) in inputs.wishes.keep else ""


def _unkept(inputs: Inputs, chosen: Sequence[tuple[int, Option]]) -> tuple[tuple[str, str], ...]:
    placed = {
        (inputs.candidates[number].course, inputs.horizon.terms[option.term].key)
        for number, option in chosen
    }
    courses = {course for course, _ in placed}
    return tuple(
        (course, term or "")
        for course, term in inputs.wishes.pins
        if (course not in courses if term is None else (course, term) not in placed)
    )


def _outcome(balance: Balance) -> Outcome:
    duty = balance.duty
    text = duty.measure.text
    return Outcome(
        requirement=duty.requirement.id,
        period=duty.period.key,
        zh=duty.requirement.zh,
        en=duty.requirement.en,
        unit=duty.measure.unit,
        earned=text(balance.earned),
        planned=text(balance.planned),
        needed=text(balance.needed),
        missing=text(balance.missing),
        limit="" if duty.maximum is None else text(duty.maximum),
        excess=text(balance.excess),
        compulsory=duty.requirement.compulsory,
        closed=duty.closed,
    )
