"""A teacher's plan as a problem: candidates x terms under a policy, in one labelled matrix."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from features.errors import InvalidSetting
from recommender.planning import constraints
from recommender.planning.constraints import Grid
from recommender.planning.credits import Accounts, CreditSheet
from recommender.planning.draft import Draft, Label, Matrix
from recommender.planning.favours import UTILITY_STEPS, kept_gain, preferred_gain, standing
from recommender.planning.gaps import Gap, draft_gaps
from recommender.planning.horizon import Horizon
from recommender.planning.lines import Batch, Line, worth_of
from recommender.planning.load import LOAD_STEPS, Limits, hours_of, yearly_limits
from recommender.planning.matching import Assumed, Attributes, Career
from recommender.planning.obligations import draft_duties
from recommender.planning.rules import Policy

#: Cost level of pins: after compulsory duties (0), before all other duties.
PINNED = 1


@dataclass(frozen=True, slots=True)
class Option:
    """A course in a term: a concrete offering, or (no ``offering``) one that is expected.

    Parameters
    ----------
    term
        Index into the horizon's terms.
    earned_on
        The day it counts for; it lies in that term.
    cost, funding
        Yuan, and who pays; empty where that is not known.
    """

    term: int
    earned_on: dt.date
    attributes: Attributes
    hours: Decimal | None = None
    credits: Decimal | None = None
    offering: str = ""
    cost: Decimal | None = None
    funding: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A course that may go into the plan, and where.

    Parameters
    ----------
    prerequisites
        Courses to be done in an earlier term, or before today.
    equivalence
        Group of which at most one is taken; empty for none.
    repeatable
        ``never``, ``yearly``, or a number of months.
    """

    course: str
    options: tuple[Option, ...]
    prerequisites: tuple[str, ...] = ()
    equivalence: str = ""
    repeatable: str = "never"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the teacher, or an earlier plan, asks for.

    Parameters
    ----------
    pins
        (course, key of a term or ``None`` for any): to be in the plan.
    bans
        Courses to be kept out.
    keep
        (course, key of its term) of an earlier plan, to be disturbed as little as can be.
    keep_bonus
        Utility of leaving a kept course in its term; half of it for keeping it in another.
    prefer
        (course, key of a term): the term that would suit best, if the course is planned.
    prefer_bonus
        Utility of having a course in a preferred term: more than that of leaving it in another.
    """

    pins: tuple[tuple[str, str | None], ...] = ()
    bans: frozenset[str] = frozenset()
    keep: tuple[tuple[str, str], ...] = ()
    keep_bonus: float = 0.1
    prefer: tuple[tuple[str, str], ...] = ()
    prefer_bonus: float = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """Everything that a plan is made from.

    Parameters
    ----------
    ledger
        The teacher's lines known today.
    utility
        Shape (n_candidates, n_years of the horizon): how good a course is in a policy year.
    done
        Courses done, for prerequisites; candidates are not among them unless repeatable.
    gaps
        Competencies to grow in; what courses on them add comes on top of their utility.
    assumed
        Stages to come that ``career`` takes for granted.
    """

    policy: Policy
    career: Career
    horizon: Horizon
    ledger: tuple[Line, ...]
    candidates: tuple[Candidate, ...]
    utility: NDArray[np.float64]
    done: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)
    wishes: Wishes = field(default_factory=Wishes)
    gaps: tuple[Gap, ...] = ()
    assumed: tuple[Assumed, ...] = ()

    def __post_init__(self) -> None:
        shape = (len(self.candidates), len(self.horizon.years))
        if self.utility.shape != shape or not np.isfinite(self.utility).all():
            raise InvalidSetting(
                "the utilities",
                expected=f"finite numbers of shape {shape} (candidates x years)",
                got=f"shape {self.utility.shape}",
                remedy="score every candidate for every year of the horizon",
            )

    def accounts(self) -> Accounts:
        """Return what the policy asks of the teacher within the horizon."""
        return Accounts.of(self.policy, self.career, self.horizon.cycles, self.horizon.today)


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """The matrix and what its first columns stand for.

    Parameters
    ----------
    places
        (candidate number, option) of column 0, 1, ...
    accounts
        What the policy asks, against which any plan is set.
    before
        The credit sheet of the ledger alone.
    """

    inputs: Inputs
    matrix: Matrix
    places: tuple[tuple[int, Option], ...]
    grid: Grid
    amounts: NDArray[np.int64]
    accounts: Accounts
    before: CreditSheet

    def objective(self, chosen: Sequence[int]) -> float:
        """Return the gain of a choice of columns: utility and kept courses, in thousandths."""
        taken = np.zeros(len(self.places), dtype=bool)
        taken[np.asarray(chosen, dtype=np.int64)] = True
        return self.matrix.worth(taken)

    @property
    def slots(self) -> NDArray[np.int64]:
        """A number for each option, the same for those of a course in the same year."""
        years = self.inputs.horizon.years_by_term[self.grid.term]
        return self.grid.course * len(self.inputs.horizon.years) + years


def build(inputs: Inputs) -> Problem:
    """Write the problem: rules of any plan, then the policy's duties, then wishes.

    Nothing makes it infeasible: a duty or a pin that cannot be met has a column for what is
    missing, and the empty plan is always allowed.
    """
    places = tuple(
        (number, option)
        for number, candidate in enumerate(inputs.candidates)
        for option in candidate.options
    )
    batch = _batch(inputs, places)
    grid = _grid(inputs, places, batch)
    accounts = inputs.accounts()
    before = accounts.sheet(inputs.ledger)
    draft = Draft()
    draft.columns(upper=_allowed(inputs, grid), gain=_gains(inputs, grid), whole=True)
    _draft_courses(draft, grid, inputs)
    _draft_loads(draft, grid, inputs, before, batch)
    draft_duties(draft, inputs.policy, inputs.career, batch, before, first_level=PINNED + 1)
    _draft_pins(draft, grid, inputs)
    draft_gaps(draft, grid, inputs.gaps, UTILITY_STEPS)
    if inputs.limits.budget is not None:
        constraints.budget(draft, _costs(inputs, places), inputs.limits.budget)
    return Problem(inputs, draft.matrix(), places, grid, batch.amounts, accounts, before)


def _batch(inputs: Inputs, places: Sequence[tuple[int, Option]]) -> Batch:
    options = [option for _, option in places]
    attributes = [option.attributes for option in options]
    batch = Batch.of(attributes, [option.earned_on for option in options], [0] * len(options))
    first, alike = np.unique(
        _kinds(inputs, options, batch), return_index=True, return_inverse=True
    )[1:]
    steps = [
        worth_of(inputs.policy, _planned(options[at]), inputs.career).steps for at in first.tolist()
    ]
    return batch.valued(np.array(steps, dtype=np.int64)[alike])


def _planned(option: Option) -> Line:
    """Return the line that an option becomes."""
    return Line(
        "", option.earned_on, option.attributes, option.hours, option.credits, state="planned"
    )


def _kinds(inputs: Inputs, options: Sequence[Option], batch: Batch) -> NDArray[np.int64]:
    """Return a number for each option; those of one number are worth the same.

    Worth comes from the amounts and the conversions: which of them fit the words, which hold on
    the day, and in what state the teacher is then.
    """
    rules = inputs.policy.conversion
    days = {
        day: (inputs.career.on(day), tuple(rule.scope.open_on(day) for rule in rules))
        for day in {option.earned_on for option in options}
    }
    numbers = {circumstance: at for at, circumstance in enumerate(days.values())}
    of_day = {day: numbers[circumstance] for day, circumstance in days.items()}
    kinds = batch.alike([rule.where for rule in rules])
    for column in (
        [of_day[each.earned_on] for each in options],
        _numbered([each.hours for each in options]),
        _numbered([each.credits for each in options]),
    ):
        kinds = kinds * (max(column, default=0) + 1) + np.array(column, dtype=np.int64)
    return kinds


def _numbered(values: Sequence[Hashable]) -> list[int]:
    """Return a number for each value, from 0, the same for equal ones."""
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(value, len(numbers)) for value in values]


def _grid(inputs: Inputs, places: Sequence[tuple[int, Option]], batch: Batch) -> Grid:
    hours = [option.hours for _, option in places]
    # Few distinct amounts, and decimals are slow.
    steps = {each: int(LOAD_STEPS * hours_of(inputs.limits, each)) for each in set(hours)}
    return Grid(
        courses=tuple(candidate.course for candidate in inputs.candidates),
        terms=tuple(term.key for term in inputs.horizon.terms),
        course=np.array([number for number, _ in places], dtype=np.int64),
        term=np.array([option.term for _, option in places], dtype=np.int64),
        load=np.array([steps[each] for each in hours], dtype=np.int64),
        days=batch.days,
    )


def _allowed(inputs: Inputs, grid: Grid) -> NDArray[np.float64]:
    """Return the upper bound of each option: 0 where it is banned or can never be reached."""
    reachable = inputs.done | {
        candidate.course for candidate in inputs.candidates if candidate.options
    }
    open_ = [
        candidate.course not in inputs.wishes.bans and reachable.issuperset(candidate.prerequisites)
        for candidate in inputs.candidates
    ]
    return np.array(open_, dtype=np.float64)[grid.course]


def _gains(inputs: Inputs, grid: Grid) -> NDArray[np.float64]:
    """Return the gain of each option in thousandths: its utility, and what wishes add to it."""
    wishes = inputs.wishes
    years = inputs.horizon.years_by_term[grid.term]
    gains = np.rint(UTILITY_STEPS * inputs.utility[grid.course, years])
    repeatable = [each.repeatable for each in inputs.candidates]
    gains += kept_gain(grid, standing(grid, wishes.keep), repeatable, wishes.keep_bonus)
    return gains + preferred_gain(grid, wishes.prefer, wishes.prefer_bonus)


def _draft_courses(draft: Draft, grid: Grid, inputs: Inputs) -> None:
    candidates = inputs.candidates
    repeatable = [candidate.repeatable for candidate in candidates]
    constraints.once(draft, grid, repeatable)
    numbers = grid.numbers()
    constraints.after(
        draft,
        grid,
        [
            (number, numbers[before])
            for number, candidate in enumerate(candidates)
            for before in candidate.prerequisites
            if before not in inputs.done and before in numbers
        ],
        repeatable,
    )
    groups: dict[str, list[int]] = {}
    for number, candidate in enumerate(candidates):
        if candidate.equivalence:
            groups.setdefault(candidate.equivalence, []).append(number)
    constraints.equivalent(draft, grid, groups, repeatable)


def _draft_loads(
    draft: Draft, grid: Grid, inputs: Inputs, before: CreditSheet, batch: Batch
) -> None:
    """Draft the limit of each year and an even share of it for each of its terms."""
    years = inputs.horizon.years_by_term[grid.term]
    spans = [(year.key, years == number) for number, year in enumerate(inputs.horizon.years)]
    most = yearly_limits(inputs.limits, inputs.horizon, before, batch.amounts, grid.load)
    if inputs.policy.hours_per_year is not None:
        cap = float(inputs.policy.hours_per_year * LOAD_STEPS)
        most = [
            min(each, cap * inputs.horizon.part_left(year))
            for each, year in zip(most, inputs.horizon.years, strict=True)
        ]
    constraints.loads(draft, grid, spans, least=[-np.inf] * len(spans), most=most)
    terms_in_year = np.bincount(inputs.horizon.years_by_term)
    constraints.even(draft, grid, (np.array(most) / terms_in_year)[inputs.horizon.years_by_term])


def _costs(inputs: Inputs, places: Sequence[tuple[int, Option]]) -> NDArray[np.int64]:
    """Return what each option takes from the school's allotment, in fen; shape (n_options,)."""
    paid = inputs.policy.budget_funding
    return np.array(
        [
            int(constraints.FEN * (each.cost or 0)) if each.funding in paid else 0
            for _, each in places
        ],
        dtype=np.int64,
    )


def _draft_pins(draft: Draft, grid: Grid, inputs: Inputs) -> None:
    """Put what is pinned in the plan, unless a rule or a compulsory duty leaves no room."""
    numbers = grid.numbers()
    for course, term in inputs.wishes.pins:
        options = grid.of_course(numbers[course]) if course in numbers else np.zeros(0, np.int64)
        if term is not None:
            options = options[grid.term[options] == inputs.horizon.term_named(term)]
        lacking = draft.shortage(PINNED, 1, 1.0)
        draft.row(
            Label("pin", course, term or ""),
            np.append(options, lacking),
            np.ones(len(options) + 1),
            lower=1,
        )
