"""How much a teacher takes on in a year."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from features.errors import InvalidSetting
from recommender.planning.credits import CreditSheet
from recommender.planning.horizon import Horizon

#: Loads are in hundredths of an hour, for a table's amounts have two decimals.
LOAD_STEPS = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a teacher takes on.

    Parameters
    ----------
    hours_per_year
        The most hours in a policy year. ``None``: what the duties ask of that year and half
        as much again, between ``least_hours`` and ``most_hours``.
    unknown_hours
        What a course without hours is taken to need.
    least_hours, most_hours
        Bounds of what is set where the teacher states nothing, for a whole year; in a year
        under way, the part of it that is left. Duties that need more are named as unmet.
    hours_in_year
        (key of a policy year, the most hours in it): stated for that year alone, before
        ``hours_per_year``.
    budget
        Yuan that are left of the school's allotment for this plan; ``None``: no limit.
    """

    hours_per_year: Decimal | None = None
    unknown_hours: Decimal = Decimal(10)
    least_hours: Decimal = Decimal(40)
    most_hours: Decimal = Decimal(240)
    budget: Decimal | None = None
    hours_in_year: tuple[tuple[str, Decimal], ...] = ()

    def __post_init__(self) -> None:
        if self.budget is not None and self.budget < 0:
            raise InvalidSetting("budget", expected="0 or more yuan", got=str(self.budget))
        if self.hours_per_year is not None and self.hours_per_year < 0:
            raise InvalidSetting(
                "hours_per_year", expected="0 or more hours", got=str(self.hours_per_year)
            )
        for year, hours in self.hours_in_year:
            if hours < 0:
                raise InvalidSetting(
                    f"hours_in_year, {year}", expected="0 or more hours", got=str(hours)
                )


#: What is asked, and half as much again: the room for a teacher's own choice.
ROOM = 1.5


def hours_of(limits: Limits, hours: Decimal | None) -> Decimal:
    """Return the load of a course in hours; credits never stand in for hours."""
    return limits.unknown_hours if hours is None else hours


def yearly_limits(
    limits: Limits,
    horizon: Horizon,
    before: CreditSheet,
    amounts: NDArray[np.int64],
    load: NDArray[np.int64],
) -> list[float]:
    """Return the most load in each year of the horizon, in the unit of ``load``.

    Parameters
    ----------
    amounts, load
        For each option, what it is worth in the policy's steps and its load; their ratio turns
        what is asked into load.
    """
    usual = _usual_limits(limits, horizon, before, amounts, load)
    stated = {year: float(hours * LOAD_STEPS) for year, hours in limits.hours_in_year}
    return [stated.get(year.key, most) for year, most in zip(horizon.years, usual, strict=True)]


def _usual_limits(
    limits: Limits,
    horizon: Horizon,
    before: CreditSheet,
    amounts: NDArray[np.int64],
    load: NDArray[np.int64],
) -> list[float]:
    """Return the limit of each year of which nothing is stated apart."""
    if limits.hours_per_year is not None:
        return [float(limits.hours_per_year * LOAD_STEPS)] * len(horizon.years)
    valued = amounts > 0
    per_step = load[valued].sum() / amounts[valued].sum() if valued.any() else 0.0
    asked = np.ceil(ROOM * per_step * _asked(horizon, before))
    left = np.array([horizon.part_left(year) for year in horizon.years])
    least, most = (
        np.ceil(float(bound * LOAD_STEPS) * left)
        for bound in (limits.least_hours, limits.most_hours)
    )
    return [float(hours) for hours in np.clip(asked, least, most)]


def _asked(horizon: Horizon, before: CreditSheet) -> NDArray[np.float64]:
    """Spread what is missing over the years left for it, in steps; shape (n_years,).

    The largest demand of a year is what it asks: others are parts of it.
    """
    asked = np.zeros(len(horizon.years))
    for balance in before.balances:
        requirement = balance.duty.requirement
        if requirement.counts == "course" or requirement.where:
            continue
        open_terms = [
            number
            for number, last in enumerate(horizon.last_days)
            if balance.duty.period.holds(last)
        ]
        demand = np.zeros(len(horizon.years))
        for term in open_terms:
            demand[horizon.year_of_term[term]] += balance.missing / len(open_terms)
        asked = np.maximum(asked, demand)
    return asked
