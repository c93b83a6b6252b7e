"""When the offerings of a data set need their teachers, and who of a school is away when."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

import numpy as np
import pandas as pd

from features import codes
from features.dataset import Dataset
from features.moments import instant, local_day, microseconds
from features.states import states_at
from recommender.planning.cells import Row, amount, by_id, rows_of, text
from recommender.planning.days import NEEDS, Presence, Stretch
from recommender.planning.terms import ONE_DAY

#: States of an enrolment by which a place is held, or soon will be.
HOLDING = ("school_approved", "authority_approved", "admitted", "attended")


def stages_of(dataset: Dataset, offerings: Iterable[str]) -> dict[str, list[Row]]:
    """Return the stages of these offerings, in order; those without any are left out."""
    table = dataset.table("offering_stages")
    own = table[table["offering_id"].isin(list(offerings))].sort_values(["offering_id", "stage"])
    return {
        name: list(rows) for name, rows in groupby(rows_of(own), lambda row: row["offering_id"])
    }


def stretches(offering: Row, course: Row, stages: Sequence[Row] = ()) -> tuple[Stretch, ...]:
    """Return the days of an offering: those of its stages, else from its first to its last.

    A stage that is face to face needs presence on each of its days. So does an offering without
    stages, unless it states fewer days away than it has working days: then it is not known which
    of its days are meant. Blended training needs presence on some day; other modes on none.
    """
    mode = text(offering["mode"]) or text(course.get("mode"))
    if stages:
        return tuple(
            Stretch(
                since=row["starts_on"].date(),
                until=row["ends_on"].date() + ONE_DAY,
                presence=NEEDS.get(text(row["mode"]) or mode, "none"),
                hours=amount("hours", row),
            )
            for row in stages
        )
    if pd.isna(offering["starts_on"]):
        return ()
    since = offering["starts_on"].date()
    until = since if pd.isna(offering["ends_on"]) else offering["ends_on"].date()
    until += ONE_DAY
    return (Stretch(since, until, _presence(mode, offering, since, until)),)


def _presence(mode: str, offering: Row, since: dt.date, until: dt.date) -> Presence:
    away, working = amount("days_away", offering), int(np.busday_count(since, until))
    needs = NEEDS.get(mode, "none")
    return "some" if needs == "every" and away is not None and away < working else needs


def away_from_school(dataset: Dataset, teacher_id: str, as_of: pd.Timestamp) -> dict[dt.date, int]:
    """Return how many others of a teacher's school are away, on each day that is not over.

    By enrolments that hold a place as known before a moment, whole-school ones apart; days
    without anyone are left out.

    Raises
    ------
    UnknownId
        If there is no such teacher.
    """
    dataset.teachers.position(teacher_id)
    today = local_day(as_of, dataset.columns.zone)
    others = _colleagues(dataset, teacher_id, as_of)
    held = held_places(dataset, as_of, others)
    runs = by_id(dataset, "offerings", held["offering_id"])
    stages = stages_of(dataset, runs)
    courses = by_id(dataset, "courses", {row["course_id"] for row in runs.values()})
    days: set[tuple[str, dt.date]] = set()
    for row in rows_of(held):
        name, offering = row["offering_id"], runs[row["offering_id"]]
        if admission_mode(row, offering) != "whole_school":
            run = stretches(offering, courses[offering["course_id"]], stages.get(name, ()))
            days |= {(row["teacher_id"], day) for day in _days(run) if day >= today.date()}
    return dict(sorted(Counter(day for _, day in days).items()))


def admission_mode(enrolment: Row, offering: Row) -> str:
    """Return how a place came about: as the enrolment says, else the offering."""
    return text(enrolment["admission_mode"]) or text(offering["admission_mode"])


def held_places(dataset: Dataset, as_of: pd.Timestamp, teachers: Iterable[str]) -> pd.DataFrame:
    """Return the enrolments of teachers whose last state before a moment holds a place."""
    table = dataset.table("enrolments")
    own = table[table["teacher_id"].isin(list(teachers))]
    seen = own[microseconds(own["decided_at"]) < instant(as_of)]
    reached = seen["state"].astype(str).map(codes.ENROLMENT_STATES.index)
    last = seen.assign(reached=reached).sort_values(["decided_at", "reached"], kind="stable")
    last = last.drop_duplicates(["teacher_id", "offering_id"], keep="last")
    return last[last["state"].isin(HOLDING)]


def _colleagues(dataset: Dataset, teacher_id: str, as_of: pd.Timestamp) -> list[str]:
    """Return the other teachers whose school, as known before a moment, is the teacher's."""
    table = dataset.table("teachers")
    own = states_at(table[table["teacher_id"] == teacher_id], "teacher_id", as_of)
    school = text(own["organisation_id"].get(teacher_id))
    ever = table.loc[table["organisation_id"] == school, "teacher_id"]
    states = states_at(table[table["teacher_id"].isin(ever)], "teacher_id", as_of)
    there = states.index[states["organisation_id"] == school]
    return [name for name in there if school and name != teacher_id]


def _days(run: Sequence[Stretch]) -> Iterable[dt.date]:
    """Return the days on which presence is certain."""
    return (
        each.since + number * ONE_DAY
        for each in run
        if each.presence == "every"
        for number in range(each.days)
    )
