"""The credit sheet: what counts, for which requirement, and why; of a ledger or of a plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from recommender.planning.amounts import Measure
from recommender.planning.balances import Balance, CapUse, Counted, Cut
from recommender.planning.caps import Cap, every_cut, most, outside, rooms, through, within_caps
from recommender.planning.carrying import chained, passes_on
from recommender.planning.duties import Duty, duties
from recommender.planning.lines import Batch, Line, Worth, worth_of
from recommender.planning.matching import EVERYONE, Career, fits_any
from recommender.planning.rules import Counting, Policy, Requirement
from recommender.planning.terms import Period

#: Rule number of a line that counts in full.
IN_FULL = -1
COUNTED_STATES = ("recognised", "planned")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a line counts for nothing.

    ``reason`` is ``claimed``, ``verified``, ``expired``, ``no_amount``, ``no_conversion``,
    ``other_policy``, ``inexact``, ``no_requirement`` (none asks for such a line on that day), or
    the id of the counting rule or condition that leaves it out.
    """

    line_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class CreditSheet:
    """Balances in the policy's order and then in time, and the lines that count for nothing."""

    policy: str
    measure: Measure
    balances: tuple[Balance, ...]
    not_counted: tuple[Verdict, ...]

    @property
    def unmet(self) -> tuple[Balance, ...]:
        """The duties that are missed, those of closed periods too."""
        return tuple(balance for balance in self.balances if balance.missing or balance.excess)


def sheet(
    lines: Sequence[Line],
    policy: Policy,
    career: Career,
    *,
    cycles: Sequence[Period],
    today: dt.date,
) -> CreditSheet:
    """Set a teacher's lines against a policy.

    Parameters
    ----------
    lines
        Ledger entries known by ``today``, and planned courses; in any order.
    cycles
        The cycles to account for.

    Returns
    -------
    CreditSheet
        The same for the same lines, whatever their order.
    """
    return Accounts.of(policy, career, cycles, today).sheet(lines)


@dataclass(frozen=True, slots=True, eq=False)
class Accounts:
    """What a policy asks of one teacher, found once: any lines can be set against it."""

    policy: Policy
    career: Career
    due: tuple[Duty, ...]

    @classmethod
    def of(
        cls, policy: Policy, career: Career, cycles: Sequence[Period], today: dt.date
    ) -> Accounts:
        """Find the duties of a teacher in these cycles."""
        return cls(policy, career, duties(policy, career, cycles, today))

    def sheet(self, lines: Sequence[Line]) -> CreditSheet:
        """Set lines against the duties, as :func:`sheet` does."""
        policy, career = self.policy, self.career
        ordered = sorted(lines, key=lambda line: (line.planned, line.earned_on, line.line_id))
        values = [
            _held_back(policy, line, career) or worth_of(policy, line, career) for line in ordered
        ]
        entries = _Entries.of(ordered, values)
        given = contributions(
            policy, (duty.requirement for duty in self.due), entries.batch, career
        )
        balances = _settled(
            policy,
            [_balance(policy, duty, given[duty.requirement.id], entries) for duty in self.due],
        )
        return CreditSheet(
            policy=policy.version,
            measure=policy.measure,
            balances=balances,
            not_counted=_verdicts(ordered, values, balances),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Entries:
    """The lines that can count: their ids, what they are, and from which on they are planned."""

    ids: list[str]
    batch: Batch
    first_planned: int

    @classmethod
    def of(cls, lines: Sequence[Line], values: Sequence[Worth]) -> _Entries:
        """Keep the sound ones of lines in order, planned ones last."""
        sound = [
            (line, value)
            for line, value in zip(lines, values, strict=True)
            if line.state in COUNTED_STATES and not value.fault
        ]
        batch = Batch.of(
            [line.attributes for line, _ in sound],
            [line.earned_on for line, _ in sound],
            [value.steps for _, value in sound],
        )
        known = sum(not line.planned for line, _ in sound)
        return cls([line.line_id for line, _ in sound], batch, known)


def _settled(policy: Policy, balances: Sequence[Balance]) -> tuple[Balance, ...]:
    """Let the periods of a requirement give to each other where it says so."""
    found: list[Balance] = []
    for _, group in groupby(balances, key=lambda each: each.duty.requirement.id):
        own = tuple(group)
        found += chained(policy, own) if passes_on(own[0].duty.requirement) else own
    return tuple(found)


def _held_back(policy: Policy, line: Line, career: Career) -> Worth | None:
    """Return the condition that a line fails, as its fault; ``None`` if it fails none."""
    if line.evaluated is not False:
        return None
    for rule in policy.condition:
        here = rule.scope.open_on(line.earned_on) and rule.scope.covers(career.on(line.earned_on))
        if here and fits_any(rule.where, line.attributes):
            return Worth(0, rule.id)
    return None


@dataclass(frozen=True, slots=True, eq=False)
class Contribution:
    """What each line of a batch would give to a requirement, before caps; arrays of shape (n,).

    Parameters
    ----------
    fits
        Whether the requirement asks for such a line.
    amount, counted
        Steps before and after the counting rule's weight; 0 where it does not fit.
    rule
        Index of the policy's counting rule that decides, ``IN_FULL`` for none.
    beside
        Index of the rule whose cap holds beside it, ``IN_FULL`` for none.
    """

    fits: NDArray[np.bool_]
    amount: NDArray[np.int64]
    counted: NDArray[np.int64]
    rule: NDArray[np.int64]
    beside: NDArray[np.int64]


def _contribution(
    policy: Policy,
    requirement: Requirement,
    batch: Batch,
    teacher: tuple[Career, Mapping[str, Period]],
) -> Contribution:
    """Apply a requirement's clauses and the policy's counting rules to a batch of lines."""
    fits = batch.fitting(requirement.where, policy.measure)
    amount = np.where(fits, batch.courses if requirement.counts == "course" else batch.amounts, 0)
    counted, decided = amount.copy(), np.full(len(batch), IN_FULL, dtype=np.int64)
    beside = decided.copy()
    for number, rule in enumerate(policy.counting):
        if requirement.id not in rule.requirements:
            continue
        first = beside if rule.beside else decided
        here = fits & (first == IN_FULL) & _under(policy, rule, batch, teacher)
        counted[here] = counted[here] * rule.weight.numerator // rule.weight.denominator
        first[here] = number
    return Contribution(fits, amount, counted, decided, beside)


def contributions(
    policy: Policy, requirements: Iterable[Requirement], batch: Batch, career: Career
) -> dict[str, Contribution]:
    """Return what lines give to each requirement, by its id: the same in all of its periods."""
    distinct = {each.id: each for each in requirements}
    teacher = (career, policy.windows_of(career))
    return {name: _contribution(policy, each, batch, teacher) for name, each in distinct.items()}


def _under(
    policy: Policy,
    rule: Counting,
    batch: Batch,
    teacher: tuple[Career, Mapping[str, Period]],
) -> NDArray[np.bool_]:
    """Say which lines a counting rule is about."""
    career, windows = teacher
    here = batch.fitting(rule.where, policy.measure)
    if rule.within:
        window = windows.get(rule.within)
        here &= within(batch.days, window) if window else False
    if rule.scope != EVERYONE:
        days = [dt.date.fromordinal(int(day)) for day in batch.days]
        here &= np.array(
            [rule.scope.open_on(day) and rule.scope.covers(career.on(day)) for day in days], bool
        )
    return here


def within(days: NDArray[np.int64], period: Period) -> NDArray[np.bool_]:
    """Say which days (ordinals) lie in a period."""
    return (days >= period.since.toordinal()) & (days < period.until.toordinal())


def cap_groups(
    policy: Policy, duty: Duty, given: Contribution, days: NDArray[np.int64]
) -> dict[tuple[int, int], NDArray[np.bool_]]:
    """Group the lines that share a cap within a duty, by the rules that decide.

    Returns
    -------
    dict
        (number of the counting rule, policy year or 0) -> which lines, shape (n,).
    """
    groups: dict[tuple[int, int], NDArray[np.bool_]] = {}
    for number, rule in enumerate(policy.counting):
        if rule.cap is None or rule.beside or duty.requirement.id not in rule.requirements:
            continue
        under = given.fits & (given.rule == number) & within(days, duty.period)
        if rule.per == "period":
            groups[number, 0] = under
            continue
        for year in policy.cycle.years_of(duty.period):
            in_year = under & within(days, year)
            groups[number, year.since.year] = in_year
    return groups


def _balance(policy: Policy, duty: Duty, given: Contribution, entries: _Entries) -> Balance:
    inside = np.flatnonzero(given.fits & within(entries.batch.days, duty.period))
    decided, beside = _caps(policy, duty, given, entries.batch.days)
    caps = list(decided.values()), list(beside.values())
    before, rules = given.counted, given.rule
    if beside:
        before = np.zeros_like(given.counted)
        before[inside] = given.counted[inside]
    after = within_caps(before, *caps)
    # A period holds few lines: these are sums of plain lists.
    counted = after[inside].tolist()
    known = int(inside.searchsorted(entries.first_planned))
    taken = sum(given.counted[inside].tolist())
    earned, total, cuts = sum(counted[:known]), sum(counted), tuple[Cut, ...]()
    if beside:
        # Where two caps meet, what is planned may push aside what is recognised: not its sum.
        recognised = before.copy()
        recognised[inside[known:]] = 0
        earned, total = most(recognised, *caps), most(before, *caps)
        rules = np.where(after < within_caps(before, caps[0]), given.beside, given.rule)
        cuts = _cuts(recognised, caps[0], beside)
    return Balance(
        duty=duty,
        earned=earned,
        planned=total - earned,
        taken=taken,
        missing=max(0, (duty.minimum or 0) - total),
        excess=0 if duty.maximum is None else max(0, taken - duty.maximum),
        caps=tuple(
            CapUse(policy.counting[number].id, year, int(after[group].sum()), cap)
            for (number, year), (group, cap) in (decided | beside).items()
        ),
        lines=_counted(policy, entries.ids, inside, (given.amount, after, rules)),
        cuts=cuts,
    )


def _counted(
    policy: Policy,
    ids: Sequence[str],
    inside: NDArray[np.int64],
    each: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
) -> tuple[Counted, ...]:
    """Write down what each line inside a period gives, those worth nothing left out.

    ``each`` is amount, what counts, and the number of the rule that decided.
    """
    columns = (inside, *(values[inside] for values in each))
    return tuple(
        Counted(ids[at], amount, counted, _rule_id(policy, rule))
        for at, amount, counted, rule in zip(*(each.tolist() for each in columns), strict=True)
        if amount
    )


def _caps(
    policy: Policy, duty: Duty, given: Contribution, days: NDArray[np.int64]
) -> tuple[dict[tuple[int, int], Cap], dict[tuple[int, int], Cap]]:
    """Return the caps of a duty by rule and year (0: its period): those that decide, and beside."""
    groups = cap_groups(policy, duty, given, days)
    decided = {key: (group, _cap(policy, key[0])) for key, group in groups.items()}
    beside = {
        (number, 0): (
            given.fits & within(days, duty.period) & (given.beside == number),
            _cap(policy, number),
        )
        for number, rule in enumerate(policy.counting)
        if rule.beside and duty.requirement.id in rule.requirements
    }
    return decided, beside


def _cuts(
    recognised: NDArray[np.int64],
    decided: Sequence[Cap],
    beside: Mapping[tuple[int, int], Cap],
) -> tuple[Cut, ...]:
    found = []
    for keys in every_cut(list(beside)):
        caps = [beside[key] for key in keys]
        given = through(recognised, decided, caps)
        left = rooms(outside(recognised, caps), decided)
        found.append(Cut(tuple(number for number, _ in keys), given, left))
    return tuple(found)


def _cap(policy: Policy, number: int) -> int:
    cap = policy.counting[number].cap
    return 0 if cap is None else policy.measure.steps(cap)


def _rule_id(policy: Policy, number: int) -> str:
    return "" if number == IN_FULL else policy.counting[number].id


def _verdicts(
    lines: Sequence[Line], values: Sequence[Worth], balances: Sequence[Balance]
) -> tuple[Verdict, ...]:
    """Name, for every line that counts nowhere, the reason."""
    rules: dict[str, str] = {}
    counting = set()
    for balance in balances:
        for counted in balance.lines:
            rules.setdefault(counted.line_id, counted.rule)
            if counted.counted:
                counting.add(counted.line_id)
    found = []
    for line, value in zip(lines, values, strict=True):
        if line.line_id in counting:
            continue
        state = "" if line.state in COUNTED_STATES else line.state
        rule = rules.get(line.line_id, "")
        found.append(Verdict(line.line_id, state or value.fault or rule or "no_requirement"))
    return tuple(found)
