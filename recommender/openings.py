"""The offerings in which a course can be taken now or in the next round."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from features.dataset import Dataset
from features.moments import NEVER, instant, microseconds


@dataclass(frozen=True, slots=True)
class Opening:
    """An offering that is open for application, or announced and about to open.

    Dates and numbers are ``None`` where the offering does not state them; ``mode``, ``tier``
    and ``hours`` fall back to the course's.
    """

    offering_id: str
    admission_mode: str
    mode: str | None
    tier: str | None
    hours: float | None
    days_away: float | None
    capacity: int | None
    apply_from: dt.date | None
    apply_until: dt.date | None
    starts_on: dt.date | None
    ends_on: dt.date | None
    is_open: bool
    url: str | None


def openings(dataset: Dataset, course_id: str, as_of: pd.Timestamp) -> tuple[Opening, ...]:
    """Return a course's offerings that were announced and can still be applied for.

    Sorted by the first day; empty where none is. The days are those of the data set's zone.
    """
    table = dataset.table("offerings")
    own = table[table["course_id"] == course_id]
    announced = microseconds(own["published_at"])
    own = own[(announced == NEVER) | (announced < instant(as_of))]
    day = as_of.tz_convert(dataset.columns.zone).tz_localize(None).normalize()
    last_chance = own["apply_until"].fillna(own["starts_on"])
    own = own[last_chance.isna() | (last_chance >= day)].sort_values(["starts_on", "offering_id"])
    courses = dataset.table("courses")
    course = courses[courses["course_id"] == course_id].iloc[0]
    return tuple(_opening(row, course, day) for _, row in own.iterrows())


def _opening(row: pd.Series, course: pd.Series, day: pd.Timestamp) -> Opening:
    def stated(name: str) -> object:
        value = row[name]
        if pd.isna(value) and name in course.index:
            value = course[name]
        return None if pd.isna(value) else value

    def date(name: str) -> dt.date | None:
        return None if pd.isna(row[name]) else row[name].date()

    capacity = row["capacity"]
    return Opening(
        offering_id=row["offering_id"],
        admission_mode=row["admission_mode"],
        mode=_text(stated("mode")),
        tier=_text(stated("tier")),
        hours=_number(stated("hours")),
        days_away=_number(stated("days_away")),
        capacity=None if pd.isna(capacity) else int(capacity),
        apply_from=date("apply_from"),
        apply_until=date("apply_until"),
        starts_on=date("starts_on"),
        ends_on=date("ends_on"),
        is_open=bool(pd.isna(row["apply_from"]) or row["apply_from"] <= day),
        url=_text(stated("url")),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))
