"""The offerings in which a course can be taken now or in the next round."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from features.dataset import Dataset
from features.moments import NEVER, instant, local_day, microseconds
from features.organisations import lineage, lineages, unaccredited
from features.states import states_at, teachers_at

Row = Mapping[str, Any]
#: What an offering that does not state it takes from its course.
STATED = ("mode", "tier", "hours", "days_away", "url")


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
    states = dataset.table("teachers")
    state = states_at(states[states["teacher_id"] == teacher_id], "teacher_id", as_of)
    school = state["organisation_id"].get(teacher_id)
    board = Board.of(dataset, as_of)
    places = frozenset(lineage(dataset, school, as_of))
    return {course_id: board.of_course(course_id, places) for course_id in course_ids}


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """All openings at a moment, whoever asks.

    Parameters
    ----------
    rows
        Course -> its open offerings, sorted by the first day: the place that each is held for
        (None: for everyone) and its row.
    courses
        Course -> what its offerings fall back to.
    day
        Today.
    """

    rows: Mapping[str, list[tuple[str | None, Row]]]
    courses: Mapping[str, Row]
    day: pd.Timestamp
    _told: dict[str, Opening] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, dataset: Dataset, as_of: pd.Timestamp) -> Board:
        """See all offerings at a moment."""
        day = local_day(as_of, dataset.columns.zone)
        table = _announced(dataset, as_of)
        table = table[_still_open(table, day)].sort_values(["starts_on", "offering_id"])
        held_for = (
            table["organisation_id"].astype(object).where(table["organisation_id"].notna(), None)
        )
        rows: dict[str, list[tuple[str | None, Row]]] = {}
        for place, row in zip(held_for, table.to_dict("records"), strict=True):
            rows.setdefault(row["course_id"], []).append((place, row))
        names = [name for name in STATED if name in dataset.table("courses")]
        courses = dataset.table("courses").set_index("course_id")[names].to_dict("index")
        return cls(rows, courses, day)

    def of_course(self, course_id: str, places: Collection[str]) -> tuple[Opening, ...]:
        """Return the openings of a course for someone of a school and what is above it."""
        return tuple(
            self._opening(row)
            for held_for, row in self.rows.get(course_id, ())
            if held_for is None or held_for in places
        )

    def _opening(self, row: Row) -> Opening:
        offering = row["offering_id"]
        if offering not in self._told:
            self._told[offering] = _opening(row, self.courses[row["course_id"]], self.day)
        return self._told[offering]


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


def _opening(row: Row, course: Row, day: pd.Timestamp) -> Opening:
    def stated(name: str) -> object:
        value = row[name]
        if pd.isna(value):
            value = course.get(name)
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
