"""A teacher's plan as a problem: candidates x terms under a policy, in one labelled matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from features.errors import InvalidSetting
from recommender.planning import constraints
from recommender.planning.closed_days import closed_days
from recommender.planning.constraints import Grid
from recommender.planning.credits import Accounts, CreditSheet
from recommender.planning.daily import Dates, draft_days
from recommender.planning.draft import Draft, Label, Matrix
from recommender.planning.favours import UTILITY_STEPS, kept_gain, preferred_gain
from recommender.planning.gaps import Gap, draft_gaps
from recommender.planning.horizon import Horizon
from recommender.planning.lines import Batch, Line
from recommender.planning.load import LOAD_STEPS, Limits, hours_of, over_terms, yearly_limits
from recommender.planning.matching import Assumed, Career
from recommender.planning.obligations import draft_duties
from recommender.planning.options import Candidate, Option, valued
from recommender.planning.rules import Policy
from recommender.planning.school import School

#: Cost level of pins: after compulsory duties (0), before all other duties.
PINNED = 1


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the teacher, or an earlier plan, asks for.

    Parameters
    ----------
    pins
        (course, key of a term or ``None`` for any): to be in the plan.
    bans
        Courses to be kept out.
    bans_in_year
        (course, key of a policy year): to be kept out of that year alone.
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
    bans_in_year: frozenset[tuple[str, str]] = frozenset()
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
    school: School = field(default_factory=School)

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
    batch = valued(inputs.policy, inputs.career, [option for _, option in places])
    grid = _grid(inputs, places, batch)
    accounts = inputs.accounts()
    before = accounts.sheet(inputs.ledger)
    draft = Draft()
    draft.columns(
        lower=0.0 if grid.fixed is None else grid.fixed,
        upper=_allowed(inputs, grid),
        gain=_gains(inputs, grid),
        whole=True,
    )
    _draft_courses(draft, grid, inputs)
    _draft_loads(draft, grid, inputs, before, batch)
    draft_days(
        draft,
        grid,
        _dates([option for _, option in places]),
        inputs.horizon,
        closed=closed_days(inputs.policy, inputs.horizon, inputs.limits, inputs.school),
        days_away=inputs.limits.days_away_per_year,
    )
    draft_duties(draft, inputs.policy, inputs.career, batch, before, first_level=PINNED + 1)
    _draft_pins(draft, grid, inputs)
    constraints.shares(draft, grid, inputs.limits.shares, [each.attributes for _, each in places])
    draft_gaps(draft, grid, inputs.gaps, UTILITY_STEPS)
    if inputs.limits.budget is not None:
        constraints.budget(draft, _costs(inputs, places), inputs.limits.budget)
    return Problem(inputs, draft.matrix(), places, grid, batch.amounts, accounts, before)


def _dates(options: Sequence[Option]) -> Dates:
    return Dates(
        stretches=[option.stretches for option in options],
        modes=[option.attributes.mode for option in options],
        away=[option.days_away for option in options],
    )


def _grid(inputs: Inputs, places: Sequence[tuple[int, Option]], batch: Batch) -> Grid:
    options = [option for _, option in places]
    # Few distinct amounts, and decimals are slow.
    distinct = {option.hours for option in options}
    steps = {each: int(LOAD_STEPS * hours_of(inputs.limits, each)) for each in distinct}
    load = np.array([steps[option.hours] for option in options], dtype=np.int64)
    term = np.array([option.term for option in options], dtype=np.int64)
    fixed = np.array([option.fixed for option in options], dtype=bool)
    return Grid(
        courses=tuple(candidate.course for candidate in inputs.candidates),
        terms=tuple(term.key for term in inputs.horizon.terms),
        course=np.array([number for number, _ in places], dtype=np.int64),
        term=term,
        load=load,
        days=batch.days,
        spread=over_terms(load, [option.stretches for option in options], inputs.horizon, term),
        fixed=fixed if fixed.any() else None,
    )


def _allowed(inputs: Inputs, grid: Grid) -> NDArray[np.float64]:
    """Return the upper bound of each option: 0 where it is kept out or can never be reached."""
    reachable = inputs.done | {
        candidate.course for candidate in inputs.candidates if candidate.options
    }
    open_ = [reachable.issuperset(candidate.prerequisites) for candidate in inputs.candidates]
    banned = kept_out(inputs.wishes, grid, inputs.horizon)
    return (np.array(open_, dtype=bool)[grid.course] & ~banned | grid.held).astype(np.float64)


def kept_out(wishes: Wishes, grid: Grid, horizon: Horizon) -> NDArray[np.bool_]:
    """Return which options the teacher has ruled out, shape (n_options,)."""
    numbers, years = grid.numbers(), {year.key: each for each, year in enumerate(horizon.years)}
    out = np.isin(grid.course, [numbers[each] for each in wishes.bans if each in numbers])
    for course, year in wishes.bans_in_year:
        if course in numbers and year in years:
            in_year = horizon.years_by_term[grid.term] == years[year]
            out |= (grid.course == numbers[course]) & in_year
    return out


def _gains(inputs: Inputs, grid: Grid) -> NDArray[np.float64]:
    """Return the gain of each option in thousandths: its utility, and what wishes add to it."""
    wishes = inputs.wishes
    utility = inputs.utility[grid.course, inputs.horizon.years_by_term[grid.term]]
    gains = np.rint(UTILITY_STEPS * utility)
    repeatable = [each.repeatable for each in inputs.candidates]
    gains += kept_gain(grid, wishes.keep, repeatable, wishes.keep_bonus)
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
    spans = inputs.horizon.terms_by_year
    most = yearly_limits(inputs.limits, inputs.horizon, before, batch.amounts, grid.load)
    if inputs.policy.hours_per_year is not None:
        cap = float(inputs.policy.hours_per_year * LOAD_STEPS)
        most = [
            min(each, cap * inputs.horizon.part_left(year))
            for each, year in zip(most, inputs.horizon.years, strict=True)
        ]
    if grid.fixed is not None:
        # What the whole school does is done whatever the hours of a year.
        done = [int(grid.load_in(terms)[grid.fixed].sum()) for _, terms in spans]
        most = [max(each, float(least)) for each, least in zip(most, done, strict=True)]
    constraints.loads(draft, grid, spans, least=[-np.inf] * len(spans), most=most)
    terms_in_year = np.bincount(inputs.horizon.years_by_term)
    constraints.even(draft, grid, (np.array(most) / terms_in_year)[inputs.horizon.years_by_term])


def _costs(inputs: Inputs, places: Sequence[tuple[int, Option]]) -> NDArray[np.int64]:
    """Return what each option takes from the school's allotment, in fen; shape (n_options,)."""
    paid = inputs.policy.budget_funding
    return np.array(
        [
            int(constraints.FEN * (each.cost or 0))
            if each.funding in paid and not each.fixed
            else 0
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
