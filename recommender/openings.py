"""The offerings in which a course can be taken now or in the next round."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from features.dataset import Dataset
from features.moments import NEVER, instant, local_day, microseconds
from features.organisations import lineage, lineages, unaccredited
from features.states import states_at, teachers_at


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
    table = _announced(dataset, as_of)
    states = dataset.table("teachers")
    state = states_at(states[states["teacher_id"] == teacher_id], "teacher_id", as_of)
    school = state["organisation_id"].get(teacher_id)
    held_for = table["organisation_id"]
    here = held_for.isna() | held_for.isin(lineage(dataset, school, as_of))
    return table[here].sort_values(["starts_on", "offering_id"])


def openings(
    dataset: Dataset, teacher_id: str, course_ids: Iterable[str], as_of: pd.Timestamp
) -> dict[str, tuple[Opening, ...]]:
    """Return the offerings of each course that a teacher can still apply for.

    Sorted by the first day; empty where none is. The days are those of the data set's zone.
    """
    day = local_day(as_of, dataset.columns.zone)
    table = announced(dataset, teacher_id, as_of)
    table = table[_still_open(table, day)]
    courses = dataset.table("courses").set_index("course_id")
    found: dict[str, tuple[Opening, ...]] = {}
    for course_id in course_ids:
        own = table[table["course_id"] == course_id]
        course = courses.loc[course_id]
        found[course_id] = tuple(_opening(row, course, day) for _, row in own.iterrows())
    return found


@dataclass(frozen=True, slots=True, eq=False)
class OpenCourses:
    """The courses with an opening for each teacher, for many teachers at a time.

    Parameters
    ----------
    for_all
        The courses with an offering that is held for everyone, shape (n_courses,).
    for_schools
        The courses with an offering that is held for a school or what is above it, bool, shape
        (n_schools, n_courses).
    school
        The row of each teacher's school in it, shape (n_teachers,).
    """

    for_all: NDArray[np.bool_]
    for_schools: sparse.csr_array
    school: NDArray[np.intp]

    @classmethod
    def of(cls, dataset: Dataset, as_of: pd.Timestamp) -> OpenCourses:
        """See all offerings at a moment, by the rules of :func:`openings`."""
        table = _announced(dataset, as_of)
        table = table[_still_open(table, local_day(as_of, dataset.columns.zone))]
        course = pd.Series(dataset.courses.positions(table["course_id"]), index=table.index)
        held_for = table["organisation_id"]
        for_all = np.zeros(len(dataset.courses), bool)
        for_all[course[held_for.isna()]] = True
        of_place = {name: set(own) for name, own in course.groupby(held_for)}
        school, schools = pd.factorize(teachers_at(dataset, as_of)["organisation_id"])
        rows = [
            set().union(*(of_place.get(place, ()) for place in chain))
            for chain in lineages(dataset, schools, as_of)
        ]
        rows.append(set())  # of the teachers without a school, whom factorize numbers -1
        return cls(for_all, _marked(rows, len(for_all)), school % len(rows))

    def to(self, teachers: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Return which courses have an opening for these teachers, shape (n, n_courses)."""
        return self.for_all | self.for_schools[self.school[teachers]].toarray()


def _marked(rows: Sequence[set[int]], n_columns: int) -> sparse.csr_array:
    ends = np.cumsum([0, *(len(row) for row in rows)])
    columns = np.array([column for row in rows for column in sorted(row)], np.int64)
    return sparse.csr_array(
        (np.ones(len(columns), bool), columns, ends), shape=(len(rows), n_columns)
    )


def _announced(dataset: Dataset, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the offerings announced before a moment by providers not known as unaccredited."""
    table = dataset.table("offerings")
    published = microseconds(table["published_at"])
    told = (published == NEVER) | (published < instant(as_of))
    return table[told & ~table["provider_id"].isin(unaccredited(dataset, as_of))]


def _still_open(table: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Say which offerings can still be applied for on a day."""
    last_chance = table["apply_until"].fillna(table["starts_on"])
    return last_chance.isna() | (last_chance >= day)


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
