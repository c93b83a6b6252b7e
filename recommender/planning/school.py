"""What a teacher's school sets for the plans of all of its teachers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from features.errors import InvalidSetting
from recommender.planning.days import Span, joined
from recommender.planning.terms import ONE_DAY


@dataclass(frozen=True, slots=True)
class School:
    """A school's own limits and shared slots.

    Parameters
    ----------
    absences_at_once
        The most teachers who may be away on one day, 0 or more; ``None``: what the policy says,
        which may be nothing.
    away
        How many others are away on a day, by enrolments and other plans; 0 on other days.
    contains
        Offerings that are in every plan of the school, as whole-school study.
    keep_free
        Days that every plan of the school keeps free of presence elsewhere.

    Raises
    ------
    InvalidSetting
        If the number is negative or a span of days ends before it begins.
    """

    absences_at_once: int | None = None
    away: Mapping[dt.date, int] = field(default_factory=dict)
    contains: tuple[str, ...] = ()
    keep_free: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        if self.absences_at_once is not None and self.absences_at_once < 0:
            raise InvalidSetting(
                "absences_at_once", expected="0 or more teachers", got=str(self.absences_at_once)
            )
        for since, until in self.keep_free:
            if until <= since:
                raise InvalidSetting(
                    "keep_free",
                    expected="days, each span from its first to the first day after it",
                    got=f"{since} to {until}",
                )

    def limits_absences(self, most: int | None) -> bool:
        """Say whether there is a limit: its own, or else this one of the policy."""
        return self.absences_at_once is not None or most is not None

    def also_away(self, away: Mapping[dt.date, int]) -> School:
        """Return the same school with more who are away."""
        days = {*self.away, *away}
        both = {day: self.away.get(day, 0) + away.get(day, 0) for day in days}
        return replace(self, away=dict(sorted(both.items())))

    def full(self, most: int | None) -> tuple[Span, ...]:
        """Return the days on which as many as may be away are away already, in order.

        ``most`` is used where the school says nothing of its own.
        """
        allowed = most if self.absences_at_once is None else self.absences_at_once
        if allowed is None:
            return ()
        if allowed == 0:
            return ((dt.date.min, dt.date.max),)
        return days_as_spans(day for day, away in self.away.items() if away >= allowed)


def days_as_spans(days: Iterable[dt.date]) -> tuple[Span, ...]:
    """Return days as spans that do not touch, in order."""
    return joined([(day, day + ONE_DAY) for day in days])
