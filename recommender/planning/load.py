"""How much a teacher takes on in a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from features.errors import InvalidSetting
from recommender.planning.credits import CreditSheet
from recommender.planning.days import Stretch, spread
from recommender.planning.horizon import Horizon
from recommender.planning.shares import Share

#: Loads are in hundredths of an hour, for a table's amounts have two decimals.
LOAD_STEPS = 100
#: When presence is asked.
Season = Literal["any", "holidays", "term_time"]


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
    days_away_per_year
        The most days away from school in a policy year; ``None``: no limit.
    presence
        Whether presence is asked in holidays only (``holidays``), in term time only
        (``term_time``), or whenever it comes (``any``).
    shares
        Parts of the plan's hours that some courses must or may take; held before all duties.

    Raises
    ------
    InvalidSetting
        If a limit is below 0.
    """

    hours_per_year: Decimal | None = None
    unknown_hours: Decimal = Decimal(10)
    least_hours: Decimal = Decimal(40)
    most_hours: Decimal = Decimal(240)
    budget: Decimal | None = None
    hours_in_year: tuple[tuple[str, Decimal], ...] = ()
    days_away_per_year: Decimal | None = None
    presence: Season = "any"
    shares: tuple[Share, ...] = ()

    def __post_init__(self) -> None:
        limits = (
            ("budget", self.budget, "yuan"),
            ("hours_per_year", self.hours_per_year, "hours"),
            *((f"hours_in_year, {year}", hours, "hours") for year, hours in self.hours_in_year),
            ("days_away_per_year", self.days_away_per_year, "days"),
        )
        for name, limit, unit in limits:
            if limit is not None and limit < 0:
                raise InvalidSetting(name, expected=f"0 or more {unit}", got=str(limit))


#: What is asked, and half as much again: the room for a teacher's own choice.
ROOM = 1.5


def hours_of(limits: Limits, hours: Decimal | None) -> Decimal:
    """Return the load of a course in hours; credits never stand in for hours."""
    return limits.unknown_hours if hours is None else hours


def over_terms(
    whole: NDArray[np.int64],
    stretches: Sequence[tuple[Stretch, ...]],
    horizon: Horizon,
    own: NDArray[np.int64],
) -> NDArray[np.int64] | None:
    """Divide what options take over the terms that they lie in.

    Parameters
    ----------
    whole, stretches, own
        Of each option what it takes, its days, and the term in which it ends.

    Returns
    -------
    array or None
        Shape (n_options, n_terms); ``None`` where each takes all in its own term.
    """
    terms = horizon.terms
    long = [
        option
        for option, days in enumerate(stretches)
        if days and any(each.since < terms[own[option]].since for each in days)
    ]
    if not long:
        return None
    found = np.zeros((len(own), len(terms)), dtype=np.int64)
    found[np.arange(len(own)), own] = whole
    for option in long:
        found[option] = 0
        parts = spread(int(whole[option]), stretches[option], terms, int(own[option]))
        found[option, list(parts)] = list(parts.values())
    return found


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
