"""What is asked of the days of a plan, as it is written on the command line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from recommender.planning.school import School

#: Stands between the first and the last of some days.
TO = ".."


@dataclass(frozen=True, slots=True)
class Days:
    """Days from one to another, both included."""

    first: dt.date
    last: dt.date


def read_days(text: str) -> Days:
    """Read ``DAY`` or ``DAY..DAY``.

    >>> read_days("2026-05-01..2026-05-03")
    Days(first=datetime.date(2026, 5, 1), last=datetime.date(2026, 5, 3))
    """
    first, _, last = text.partition(TO)
    try:
        days = Days(dt.date.fromisoformat(first), dt.date.fromisoformat(last or first))
    except ValueError:
        days = Days(dt.date.max, dt.date.min)
    if days.last < days.first or days.last == dt.date.max:
        raise typer.BadParameter(f"expected days such as 2026-05-01..2026-05-03, got {text!r}")
    return days


def school_of(
    absences: int | None,
    contains: Sequence[str] | None,
    keep_free: Sequence[Days] | None,
) -> School:
    """Return what the options say of a school."""
    from recommender.planning.school import School
    from recommender.planning.terms import ONE_DAY

    return School(
        absences_at_once=absences,
        contains=tuple(contains or ()),
        keep_free=tuple((each.first, each.last + ONE_DAY) for each in keep_free or ()),
    )


DaysAway = Annotated[
    float | None,
    typer.Option(
        min=0,
        metavar="DAYS",
        help="The most days away from school in every year.",
        show_default="no limit",
    ),
]
Presence = Annotated[
    str | None,
    typer.Option(
        metavar="any|holidays|term_time",
        help="When training face to face is taken; the policy says which terms are holidays.",
        show_default="any",
    ),
]
Absences = Annotated[
    int | None,
    typer.Option(
        "--absences",
        min=0,
        metavar="N",
        help="The most teachers of the school who may be away on one day.",
        show_default="what the policy says",
    ),
]
Contains = Annotated[
    list[str] | None,
    typer.Option(
        "--contains",
        metavar="OFFERING",
        help="Whole-school study that is in every plan of the school. May be given again.",
    ),
]
KeepFree = Annotated[
    list[Days] | None,
    typer.Option(
        "--keep-free",
        metavar="DAY[..DAY]",
        parser=read_days,
        help="Days on which the school wants its teachers there. May be given again.",
    ),
]
