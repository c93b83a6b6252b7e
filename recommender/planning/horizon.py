"""How far a plan looks: the cycles it answers for and the terms in which courses can go."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.planning.rules import Policy
from recommender.planning.terms import ONE_DAY, Period

#: Where less than this is left of a cycle, the next one is planned as well.
LEAST_YEARS = 2


@dataclass(frozen=True, slots=True)
class Horizon:
    """The time of one plan.

    Parameters
    ----------
    today
        The day of ``as_of`` in the policy's zone.
    cycles
        The cycle of today and, where that one is nearly over, the next: whole, so that every
        requirement is asked in full.
    terms
        The terms that are not over, the first one perhaps under way.
    years
        The policy years of those terms; a utility array has one column for each.
    year_of_term
        Index into ``years`` for each term.
    """

    today: dt.date
    cycles: tuple[Period, ...]
    terms: tuple[Period, ...]
    years: tuple[Period, ...]
    year_of_term: tuple[int, ...]

    @classmethod
    def of(cls, policy: Policy, as_of: pd.Timestamp, least_years: int = LEAST_YEARS) -> Horizon:
        """Return the horizon of a plan made at a moment."""
        today = policy.cycle.today(as_of)
        cycles = [policy.cycle.cycle_at(today)]
        while (cycles[-1].until - today).days < 365 * least_years:
            cycles.append(policy.cycle.cycle_at(cycles[-1].until))
        open_years = [
            year for cycle in cycles for year in policy.cycle.years_of(cycle) if year.until > today
        ]
        placed = [
            (number, term)
            for number, year in enumerate(open_years)
            for term in policy.cycle.terms_of(year)
            if term.until > today
        ]
        return cls(
            today=today,
            cycles=tuple(cycles),
            terms=tuple(term for _, term in placed),
            years=tuple(open_years),
            year_of_term=tuple(number for number, _ in placed),
        )

    def part_left(self, year: Period) -> float:
        """Return the share of a policy year that is still to come, 0 to 1."""
        return (year.until - max(year.since, self.today)).days / (year.until - year.since).days

    def term_of(self, day: dt.date) -> int:
        """Return the index of the term that a day is in, -1 if it lies outside."""
        for number, term in enumerate(self.terms):
            if term.holds(day):
                return number
        return -1

    def term_named(self, key: str) -> int:
        """Return the index of the term of this key, -1 if there is none."""
        keys = [term.key for term in self.terms]
        return keys.index(key) if key in keys else -1

    @property
    def terms_by_year(self) -> list[tuple[str, NDArray[np.bool_]]]:
        """The key of each policy year and which terms lie in it, shape (n_terms,)."""
        return [(year.key, self.years_by_term == number) for number, year in enumerate(self.years)]

    @property
    def last_days(self) -> tuple[dt.date, ...]:
        """The last day of each term: when a course without dates is taken to be earned."""
        return tuple(term.until - ONE_DAY for term in self.terms)

    @property
    def years_by_term(self) -> NDArray[np.int64]:
        """``year_of_term`` as an array, shape (n_terms,)."""
        return np.array(self.year_of_term, dtype=np.int64)
