"""The offerings in which a course can be taken now or in the next round."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from features.dataset import Dataset
from features.moments import NEVER, instant, local_day, microseconds
from features.organisations import lineage, unaccredited
from features.states import states_at


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


def announced(dataset: Dataset, teacher_id: str, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the offerings that a teacher could have heard of, past ones too, by first day.

    Those announced before the moment, held for everyone or for the teacher's school or what is
    above it, by a provider who is accredited or of whom nothing is known.
    """
    table = dataset.table("offerings")
    published = microseconds(table["published_at"])
    told = (published == NEVER) | (published < instant(as_of))
    states = dataset.table("teachers")
    state = states_at(states[states["teacher_id"] == teacher_id], "teacher_id", as_of)
    school = state["organisation_id"].get(teacher_id)
    held_for = table["organisation_id"]
    here = held_for.isna() | held_for.isin(lineage(dataset, school, as_of))
    trusted = ~table["provider_id"].isin(unaccredited(dataset, as_of))
    return table[told & here & trusted].sort_values(["starts_on", "offering_id"])


def openings(
    dataset: Dataset, teacher_id: str, course_ids: Iterable[str], as_of: pd.Timestamp
) -> dict[str, tuple[Opening, ...]]:
    """Return the offerings of each course that a teacher can still apply for.

    Sorted by the first day; empty where none is. The days are those of the data set's zone.
    """
    day = local_day(as_of, dataset.columns.zone)
    table = announced(dataset, teacher_id, as_of)
    last_chance = table["apply_until"].fillna(table["starts_on"])
    table = table[last_chance.isna() | (last_chance >= day)]
    courses = dataset.table("courses").set_index("course_id")
    found: dict[str, tuple[Opening, ...]] = {}
    for course_id in course_ids:
        own = table[table["course_id"] == course_id]
        course = courses.loc[course_id]
        found[course_id] = tuple(_opening(row, course, day) for _, row in own.iterrows())
    return found


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
