"""Duties: what a policy asks of one teacher, requirement by requirement and period by period."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from recommender.planning.amounts import Measure
from recommender.planning.matching import Career
from recommender.planning.rules import Policy, Requirement
from recommender.planning.terms import Period


@dataclass(frozen=True, slots=True)
class Duty:
    """One requirement in one period, for one teacher.

    Parameters
    ----------
    minimum, maximum
        In steps of ``measure``.
    closed
        Whether the period is over: what is missing in it can no longer be earned.
    """

    requirement: Requirement
    period: Period
    measure: Measure
    minimum: int | None
    maximum: int | None
    closed: bool


def duties(
    policy: Policy, career: Career, cycles: Sequence[Period], today: dt.date
) -> tuple[Duty, ...]:
    """Return every duty of a teacher in these cycles, in the policy's order and then in time.

    Whether a requirement is for the teacher is asked on the day of the period that is closest
    to today: past periods by the state they ended with, coming ones by the state to come.
    """
    teacher = _Teacher.of(policy, career, today)
    return tuple(
        duty
        for requirement in policy.requirement
        for period in _periods(policy, requirement, cycles, teacher.windows)
        if (duty := _duty(policy, requirement, period, teacher)) is not None
    )


@dataclass(frozen=True, slots=True)
class _Teacher:
    """What duties ask of a teacher: the states, the windows, and since when anything is owed."""

    career: Career
    windows: Mapping[str, Period]
    today: dt.date
    arrived: dt.date
    begins: dt.date

    @classmethod
    def of(cls, policy: Policy, career: Career, today: dt.date) -> _Teacher:
        arrived = policy.arrival(career) or dt.date.min
        begins = max(career.employed_on or dt.date.min, arrived)
        return cls(career, policy.windows_of(career), today, arrived, begins)


def _periods(
    policy: Policy,
    requirement: Requirement,
    cycles: Sequence[Period],
    windows: Mapping[str, Period],
) -> list[Period]:
    cut = {"year": policy.cycle.years_of, "term": policy.cycle.terms_of}.get(requirement.per)
    if cut is not None:
        return [period for cycle in cycles for period in cut(cycle)]
    if requirement.per == "cycle":
        return list(cycles)
    window = windows.get(requirement.per)
    touched = window and any(cycle.days_within(window.since, window.until) for cycle in cycles)
    return [window] if window and touched else []


def _duty(
    policy: Policy,
    requirement: Requirement,
    period: Period,
    teacher: _Teacher,
) -> Duty | None:
    scope, today = requirement.scope, teacher.today
    inside = _in_force(policy, requirement, period, today)
    if inside is None:
        return None
    if scope.since or scope.until:
        inside = replace(
            inside,
            since=max(inside.since, scope.since or inside.since),
            until=min(inside.until, scope.until or inside.until),
        )
    state = teacher.career.on(inside.nearest(today))
    if inside.since >= inside.until or not scope.covers(state):
        return None
    share = _owed(policy, requirement, period, teacher)
    if not share:
        return None
    measure = policy.measure_of(requirement)
    if requirement.share is not None:
        whole = next(each for each in policy.requirement if each.id == requirement.of)
        share = requirement.share * _owed(policy, whole, period, teacher)
        requirement = replace(requirement, minimum=whole.minimum)
    return Duty(
        requirement=requirement,
        period=inside,
        measure=measure,
        minimum=_steps(requirement.minimum, share, measure),
        maximum=_steps(requirement.maximum, Fraction(1), measure),
        closed=inside.until <= today,
    )


def _in_force(
    policy: Policy, requirement: Requirement, period: Period, today: dt.date
) -> Period | None:
    """Return the period that a rule asks about, ``None`` if it is not the one in force for it.

    A rule that asks in proportion asks about its own years alone.
    """
    if requirement.pro_rata and (requirement.since or requirement.until):
        years = policy.cycle.years_of(period)
        own = [year for year in years if requirement.in_force_on(year.middle)]
        return replace(period, since=own[0].since, until=own[-1].until) if own else None
    by_part = requirement.per in ("year", "term")
    day = period.middle if by_part else period.nearest(today)
    return period if requirement.in_force_on(day) else None


@lru_cache(maxsize=4096)
def _steps(amount: Decimal | None, share: Fraction, measure: Measure) -> int | None:
    """Return a bound in steps, a part of a step owed in full."""
    return None if amount is None else math.ceil(Fraction(amount) * share / measure.step)


def _owed(policy: Policy, requirement: Requirement, period: Period, teacher: _Teacher) -> Fraction:
    """Return the part of a requirement that is owed in a period, 0 to 1."""
    begins, windows = teacher.begins, teacher.windows
    waiving = [
        *(
            (windows[name].since, windows[name].until)
            for name in requirement.waived_during
            if name in windows
        ),
        *teacher.career.on_leave(requirement.waived_on),
    ]
    if requirement.pro_rata:
        years = policy.cycle.years_of(period)
        owed = [
            year
            for year in years
            if requirement.in_force_on(year.middle) and _mostly_serves(year, begins, waiving)
        ]
        return Fraction(len(owed), len(years))
    if waiving or (teacher.arrived > period.since and requirement.per != "cycle"):
        return Fraction(_mostly_serves(period, begins, waiving))
    return Fraction(period.until > begins)


def _mostly_serves(
    year: Period, begins: dt.date, waiving: Sequence[tuple[dt.date, dt.date]]
) -> bool:
    """Say whether a teacher serves at least half of a year, days in waiving stretches left out."""
    free, day = 0, max(year.since, begins)
    for since, until in sorted(waiving):
        free += max(0, (min(since, year.until) - day).days)
        day = max(day, until)
    free += max(0, (year.until - day).days)
    return 2 * free >= (year.until - year.since).days
