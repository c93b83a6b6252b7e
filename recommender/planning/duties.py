"""Duties: what a policy asks of one teacher, requirement by requirement and period by period."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

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
    windows = policy.windows_of(career)
    return tuple(
        duty
        for requirement in policy.requirement
        for period in _periods(policy, requirement, cycles, windows)
        if (duty := _duty(policy, requirement, period, (career, windows, today))) is not None
    )


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
    teacher: tuple[Career, Mapping[str, Period], dt.date],
) -> Duty | None:
    career, windows, today = teacher
    scope = requirement.scope
    inside = replace(
        period,
        since=max(period.since, scope.since or period.since),
        until=min(period.until, scope.until or period.until),
    )
    if inside.since >= inside.until or not scope.covers(career.on(inside.nearest(today))):
        return None
    share = _owed(policy, requirement, period, career, windows)
    if not share:
        return None
    measure = policy.measure_of(requirement)
    return Duty(
        requirement=requirement,
        period=inside,
        measure=measure,
        minimum=_steps(requirement.minimum, share, measure),
        maximum=_steps(requirement.maximum, Fraction(1), measure),
        closed=inside.until <= today,
    )


def _steps(amount: Decimal | None, share: Fraction, measure: Measure) -> int | None:
    """Return a bound in steps, a part of a step owed in full."""
    return None if amount is None else math.ceil(Fraction(amount) * share / measure.step)


def _owed(
    policy: Policy,
    requirement: Requirement,
    period: Period,
    career: Career,
    windows: Mapping[str, Period],
) -> Fraction:
    """Return the part of a requirement that is owed in a period, 0 to 1."""
    employed = career.employed_on or dt.date.min
    waiving = [windows[name] for name in requirement.waived_during if name in windows]
    if requirement.pro_rata:
        years = policy.cycle.years_of(period)
        return Fraction(sum(_mostly_serves(year, employed, waiving) for year in years), len(years))
    if waiving:
        return Fraction(_mostly_serves(period, employed, waiving))
    return Fraction(period.until > employed)


def _mostly_serves(year: Period, employed: dt.date, waiving: Sequence[Period]) -> bool:
    """Say whether a teacher serves at least half of a year, days in waiving windows left out."""
    since = max(year.since, employed)
    free = max(0, (year.until - since).days)
    if any(window.days_within(since, year.until) for window in waiving):
        days = map(dt.date.fromordinal, range(since.toordinal(), year.until.toordinal()))
        free = sum(not any(window.holds(day) for window in waiving) for day in days)
    return 2 * free >= (year.until - year.since).days
