"""The calendar of a simulated province: rounds of courses, and the days inside them.

As in Zhejiang, courses are published twice a year: in April for the autumn half-year, in
October for the spring.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

#: Hours by which local time is ahead of UTC.
ZONE_HOURS = 8
_DAYS_LEFT_OPEN = 14


@dataclass(frozen=True, slots=True)
class Round:
    """One half-year of courses: when it is published, applied for, and taught."""

    year: int
    spring: bool
    published: date
    apply_from: date
    apply_until: date
    starts: date
    ends: date

    @property
    def school_year(self) -> int:
        """The calendar year in which the school year of the publication began."""
        return self.year - 1


def _spring(year: int) -> Round:
    before = year - 1
    return Round(
        year,
        spring=True,
        published=date(before, 10, 10),
        apply_from=date(before, 10, 15),
        apply_until=date(before, 12, 15),
        starts=date(year, 1, 8),
        ends=date(year, 6, 25),
    )


def _autumn(year: int) -> Round:
    return Round(
        year,
        spring=False,
        published=date(year, 4, 10),
        apply_from=date(year, 4, 15),
        apply_until=date(year, 6, 15),
        starts=date(year, 7, 5),
        ends=date(year, 12, 25),
    )


def first_day(ends_on: date, years: int) -> date:
    """Return the first day of the simulated period."""
    return (np.datetime64(ends_on, "M") - 12 * years + 1).astype(date)


def rounds(ends_on: date, years: int) -> list[Round]:
    """Return the rounds taught in the period and the one to apply for after it, in order.

    Where the last published round closes within two weeks of ``ends_on``, the next one is
    published early, so that there is always something to choose.
    """
    start = first_day(ends_on, years)
    every = [
        made(year) for year in range(start.year, ends_on.year + 3) for made in (_spring, _autumn)
    ]
    taught = [one for one in every if one.starts >= start and one.published < ends_on]
    if not taught or taught[-1].apply_until < ends_on + timedelta(days=_DAYS_LEFT_OPEN):
        coming = next(one for one in every if one.published >= ends_on)
        early = ends_on - timedelta(days=10)
        taught.append(
            Round(
                coming.year,
                coming.spring,
                early,
                early + timedelta(days=3),
                coming.apply_until,
                coming.starts,
                coming.ends,
            )
        )
    return taught


def day(moment: date) -> int:
    """Return a day as days since 1970."""
    return int(np.datetime64(moment, "D").astype(np.int64))


def at(days: NDArray[np.integer], rng: np.random.Generator) -> NDArray[np.int64]:
    """Give days since 1970 a time of the local day; UTC microseconds, shape (n,).

    Teachers study from eight in the morning to half past ten at night, most after school.
    """
    hour = np.minimum(8 + 14.5 * rng.beta(2.4, 1.6, size=len(days)), 22.5) - ZONE_HOURS
    seconds = days.astype(np.int64) * 86_400 + (hour * 3_600).astype(np.int64)
    return seconds * 1_000_000
