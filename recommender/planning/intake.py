"""From a data set to what a policy is set against: a teacher's career and ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from features.dataset import Dataset
from features.done import NEVER_AGAIN, free_from
from features.moments import NEVER, instant, local_days, microseconds
from features.organisations import lineage
from features.states import states_at
from features.tenure import DAYS_PER_YEAR
from recommender.planning.amounts import exact
from recommender.planning.attendance import stages_of
from recommender.planning.cells import (
    Row,
    amount,
    attributes,
    by_id,
    day,
    in_blocks,
    rows_of,
    text,
    words,
)
from recommender.planning.lines import Line
from recommender.planning.matching import Attributes, Career, Standing

#: The place of a teacher of whom no region is known: the nation.
NATION = "CN"


def career(dataset: Dataset, teacher_id: str, as_of: pd.Timestamp) -> Career:
    """Return a teacher's dated states known before a moment, oldest first.

    Raises
    ------
    UnknownId
        If there is no such teacher.
    """
    dataset.teachers.position(teacher_id)
    table = dataset.table("teachers")
    own = table[table["teacher_id"] == teacher_id]
    since = microseconds(own["valid_from"])
    seen = own[(since < instant(as_of)) | (since == NEVER)].sort_values(
        "valid_from", na_position="first", kind="stable"
    )
    standings = tuple(_standing(dataset, row, as_of) for row in rows_of(seen))
    unknown = Standing(dt.date.min, region=NATION)
    registered = seen["registered_on"].dropna()
    return Career(
        standings or (unknown,),
        _employed_on(seen, dataset.columns.zone),
        registered.iloc[-1].date() if len(registered) else None,
    )


def _standing(dataset: Dataset, row: Row, as_of: pd.Timestamp) -> Standing:
    return Standing(
        since=day(row["valid_from"], dataset.columns.zone) or dt.date.min,
        role=text(row["role"]),
        stage=text(row["career_stage"]),
        phase=text(row["phase"]),
        subjects=words(row["subjects"]),
        region=region(dataset, text(row["organisation_id"]), as_of),
        leave=text(row["leave_code"]),
    )


def region(dataset: Dataset, organisation_id: str, as_of: pd.Timestamp) -> str:
    """Return the region of an organisation or of the nearest one above it; the nation if none."""
    states = states_at(dataset.table("organisations"), "organisation_id", as_of)
    chain = lineage(dataset, organisation_id, as_of)
    regions = (text(states["region"].get(name)) for name in chain)
    return next(filter(None, regions), NATION)


def _employed_on(seen: pd.DataFrame, zone: str) -> dt.date | None:
    """Return the first day as a teacher: as stated, or from years of service at a dated state."""
    stated = seen["employed_on"].dropna()
    if len(stated):
        return stated.iloc[-1].date()
    counted = seen.dropna(subset=["years_of_service", "valid_from"])
    if not len(counted):
        return None
    last = counted.iloc[-1]
    served = dt.timedelta(days=round(float(last["years_of_service"]) * DAYS_PER_YEAR))
    return last["valid_from"].tz_convert(zone).date() - served


def ledger(dataset: Dataset, teacher_id: str, as_of: pd.Timestamp) -> tuple[Line, ...]:
    """Return a teacher's ledger lines known before a moment.

    In a data set without any ledger, each completed course stands for the entry that it would
    have become; one completed again before it may be repeated gives no other.

    Raises
    ------
    UnknownId
        If there is no such teacher.
    """
    dataset.teachers.position(teacher_id)
    # The table may be there without a row of these teachers: a ledger is kept all the same.
    if "credits" in dataset.tables:
        return _entries(dataset, teacher_id, as_of)
    return _completed(dataset, teacher_id, as_of)


def _entries(dataset: Dataset, teacher_id: str, as_of: pd.Timestamp) -> tuple[Line, ...]:
    table = dataset.table("credits")
    own = table[table["teacher_id"] == teacher_id]
    recorded = microseconds(own["recorded_at"])
    earned = microseconds(own["earned_on"].dt.tz_localize(dataset.columns.zone))
    known = own[(recorded < instant(as_of)) & (earned < instant(as_of))]
    courses = by_id(dataset, "courses", known["course_id"].dropna())
    offerings = by_id(dataset, "offerings", known["offering_id"].dropna())
    answers, results = _evaluated(dataset, teacher_id, as_of), _results(dataset, teacher_id, as_of)
    lines = (
        _entry(row, offerings.get(row["offering_id"], {}), courses.get(row["course_id"], {}))
        for row in rows_of(known)
    )
    stages = stages_of(dataset, known["offering_id"].dropna())
    return tuple(
        replace(
            line,
            attributes=_passed(
                in_blocks(line.attributes, len(stages.get(offering, ()))), line.course, results
            ),
            evaluated=answers.get(offering),
        )
        for line, offering in zip(lines, known["offering_id"], strict=True)
    )


def _passed(attributes: Attributes, course: str, results: Mapping[str, str]) -> Attributes:
    """Return the attributes with the result of the course, unless the line states its own."""
    return replace(attributes, result=attributes.result or results.get(course, ""))


def _results(dataset: Dataset, teacher_id: str, as_of: pd.Timestamp) -> dict[str, str]:
    """Return the result of each course that was graded, the last one known before a moment."""
    table = dataset.table("events")
    known = microseconds(table["occurred_at"]) < instant(as_of)
    own = table[known & (table["teacher_id"] == teacher_id)].dropna(subset=["result"])
    last = own.sort_values("occurred_at", kind="stable").drop_duplicates("course_id", keep="last")
    return dict(zip(last["course_id"].astype(str), last["result"].astype(str), strict=True))


def _evaluated(dataset: Dataset, teacher_id: str, as_of: pd.Timestamp) -> dict[str, bool]:
    """Return, for each offering of which it is known, whether an evaluation was handed in."""
    table = dataset.table("enrolments")
    decided = microseconds(table["decided_at"])
    own = table[(table["teacher_id"] == teacher_id) & (decided < instant(as_of))]
    said = own.dropna(subset=["evaluated"])
    return {str(key): bool(each.any()) for key, each in said.groupby("offering_id")["evaluated"]}


def _entry(row: Row, offering: Row, course: Row) -> Line:
    """Return one entry as a line; what it leaves open, its offering and then its course say."""
    amounts = {row["unit"]: exact(row["amount"])}
    # The catalogue states a recognised course in both units: nothing needs converting then.
    catalogue = (offering, course) if row["kind"] == "offering" else ()
    return Line(
        line_id=row["entry_id"],
        earned_on=row["earned_on"].date(),
        attributes=attributes(row["kind"], row, offering, course),
        hours=amounts.get("hour", amount("hours", *catalogue)),
        credits=amounts.get("credit", amount("credits", *catalogue)),
        state=text(row["state"]),
        course=text(row["course_id"]),
        under=text(row["policy_version"]).partition("@")[0],
    )


def _completed(dataset: Dataset, teacher_id: str, as_of: pd.Timestamp) -> tuple[Line, ...]:
    here = np.array([dataset.teachers.position(teacher_id)])
    log = dataset.log.before(as_of).of_kinds("completed").of_teachers(here)
    names = dataset.courses.outside(log.course)
    courses = by_id(dataset, "courses", names)
    results = _results(dataset, teacher_id, as_of)
    lines: list[Line] = []
    lifted: dict[str, pd.Timestamp] = {}
    for name, on in zip(names, local_days(log.occurred_at, dataset.columns.zone), strict=True):
        if on >= lifted.get(name, on):
            line = _completion(len(lines), courses[name], on.date())
            lines.append(replace(line, attributes=_passed(line.attributes, name, results)))
            repeatable = text(courses[name]["repeatable"]) or NEVER_AGAIN
            lifted[name] = free_from(pd.DatetimeIndex([on]), repeatable)[0]
    return tuple(lines)


def _completion(number: int, course: Row, on: dt.date) -> Line:
    return Line(
        line_id=f"event:{course['course_id']}:{on}:{number}",
        earned_on=on,
        attributes=attributes("offering", course),
        hours=amount("hours", course),
        credits=amount("credits", course),
        course=course["course_id"],
    )
