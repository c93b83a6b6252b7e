"""Days of an offering: on which of them a teacher must be there, and where its hours fall."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from recommender.planning.terms import Period

#: From a day to the first day after.
Span = tuple[dt.date, dt.date]
#: On every day, on some day of which it is not known which, or on none.
Presence = Literal["every", "some", "none"]
#: Of a mode without anything further known; every other one needs no presence.
NEEDS: dict[str, Presence] = {"face_to_face": "every", "blended": "some"}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days [since, until) of an offering: one of its stages, or all of it.

    Parameters
    ----------
    presence
        On which of the days the teacher is away from school to be there.
    hours
        The hours it takes; ``None`` where that is not known.
    """

    since: dt.date
    until: dt.date
    presence: Presence = "none"
    hours: Decimal | None = None

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.since).days

    def surely_on(self, spans: Sequence[Span]) -> list[int]:
        """Return the numbers of the spans that presence surely falls in.

        Where only some day needs it, that is sure if all days lie in the spans; they do not
        overlap.
        """
        met = [(number, overlap(self, span)) for number, span in enumerate(spans)]
        inside = [number for number, days in met if days]
        certain = self.presence == "every" or (
            self.presence == "some" and sum(days for _, days in met) == self.days
        )
        return inside if certain else []


def overlap(stretch: Stretch, span: Span) -> int:
    """Return how many days of a stretch lie in a span."""
    return max(0, (min(stretch.until, span[1]) - max(stretch.since, span[0])).days)


def joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return the same days as spans that neither overlap nor touch, in order.

    >>> day = [dt.date(2026, 5, n) for n in range(1, 9)]
    >>> [until.day for _, until in joined([(day[3], day[5]), (day[0], day[2]), (day[1], day[2])])]
    [3, 6]
    """
    found: list[Span] = []
    for since, until in sorted(spans):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(until, found[-1][1]))
        elif since < until:
            found.append((since, until))
    return tuple(found)


def spread(
    whole: int, stretches: Sequence[Stretch], terms: Sequence[Period], own: int
) -> dict[int, int]:
    """Divide a whole amount over the terms that stretches lie in, by their hours and days.

    Stretches weigh as many as their hours, where all state them, else as many as their days;
    within one every day weighs the same. What lies before the first term goes to it, after the
    last to the last. The parts are whole and add up: each sum up to a term is rounded down.

    Parameters
    ----------
    terms
        In order, without gaps.
    own
        The term that takes everything where there are no stretches.

    Returns
    -------
    dict
        Number of a term -> its part; terms without a part are left out.
    """
    if not stretches:
        return {own: whole}
    by_hours = all(each.hours is not None for each in stretches)
    weights = [Fraction(0)] * len(terms)
    for each in stretches:
        weight = Fraction(each.hours or 0) if by_hours else Fraction(each.days)
        for number, term in enumerate(terms):
            since = term.since if number else dt.date.min
            until = term.until if number < len(terms) - 1 else dt.date.max
            weights[number] += weight * Fraction(overlap(each, (since, until)), each.days)
    total = sum(weights)
    if not total:
        return {own: whole}
    parts, upto, before = {}, Fraction(0), 0
    for number, weight in enumerate(weights):
        upto += weight
        now = int(whole * upto / total)
        if now > before:
            parts[number] = now - before
        before = now
    return parts
