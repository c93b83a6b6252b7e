"""What a teacher asks of a plan, as it is written on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from recommender.planning.asked import Asked

#: Stands between a course or an amount and the term or year that it is asked for.
AT = "@"


@dataclass(frozen=True, slots=True)
class Place:
    """A course, and the key of a term, or of the year it is kept out of; empty for any."""

    course: str
    term: str


@dataclass(frozen=True, slots=True)
class Stated:
    """The most hours, of a policy year or, where it is empty, of every year."""

    hours: Decimal
    year: str


def read_place(text: str) -> Place:
    """Read ``COURSE`` or ``COURSE@TERM``; an id that holds an @ is written with one after it.

    >>> read_place("c1@2027-spring"), read_place("a@b@")
    (Place(course='c1', term='2027-spring'), Place(course='a@b', term=''))
    """
    course, _, term = text.rpartition(AT) if AT in text else (text, "", "")
    if not course:
        raise typer.BadParameter(f"expected a course such as c1 or c1@2027-spring, got {text!r}")
    return Place(course, term)


def read_preferred(text: str) -> Place:
    """Read ``COURSE@TERM``; the term must be there."""
    place = read_place(text)
    if not place.term:
        raise typer.BadParameter(f"expected a course and a term as c1@2027-spring, got {text!r}")
    return place


def read_hours(text: str) -> Stated:
    """Read ``HOURS`` or ``HOURS@YEAR``.

    >>> read_hours("30.5@2027")
    Stated(hours=Decimal('30.5'), year='2027')
    """
    amount, _, year = text.partition(AT)
    try:
        hours = Decimal(amount)
    except InvalidOperation:
        hours = Decimal("NaN")
    if not hours.is_finite() or hours < 0:
        raise typer.BadParameter(f"expected hours such as 60 or 30@2027, got {text!r}")
    return Stated(hours, year)


def asked_of(
    pins: list[Place] | None,
    bans: list[Place] | None,
    prefer: list[Place] | None,
    hours: list[Stated] | None,
) -> Asked:
    """Return what the options ask; of hours stated twice for a year, the last hold."""
    from recommender.planning.asked import Asked

    stated = {each.year: each.hours for each in hours or ()}
    for_all = stated.pop("", None)
    return Asked(
        pins=tuple((each.course, each.term) for each in pins or ()),
        bans=tuple(sorted({each.course for each in bans or () if not each.term})),
        bans_in_year=tuple(sorted({(each.course, each.term) for each in bans or () if each.term})),
        prefer=tuple((each.course, each.term) for each in prefer or ()),
        hours_per_year=for_all,
        hours_in_year=tuple(sorted(stated.items())),
    )


Pins = Annotated[
    list[Place] | None,
    typer.Option(
        "--pin",
        metavar="COURSE[@TERM]",
        parser=read_place,
        help="Put a course into the plan, in a term or in any. May be given again.",
    ),
]
Bans = Annotated[
    list[Place] | None,
    typer.Option(
        "--ban",
        metavar="COURSE[@YEAR]",
        parser=read_place,
        help="Keep a course out of the plan, or of one year of it. May be given again.",
    ),
]
Preferred = Annotated[
    list[Place] | None,
    typer.Option(
        "--prefer",
        metavar="COURSE@TERM",
        parser=read_preferred,
        help="The term that suits best for a course, if it is planned. May be given again.",
    ),
]
Hours = Annotated[
    list[Stated] | None,
    typer.Option(
        "--hours-per-year",
        metavar="HOURS[@YEAR]",
        parser=read_hours,
        help="The most hours in every year, or in one year. May be given again.",
        show_default="what the rules ask of a year, and half as much again",
    ),
]
