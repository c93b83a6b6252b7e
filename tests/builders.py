"""Tiny data sets with telling names, built from rows that say only what matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from features.columns import ColumnsFile
from features.dataset import Dataset
from features.declaration import Kind, Table
from features.tables import BY_NAME

Row = Mapping[str, object]


def at(moment: str) -> pd.Timestamp:
    """A moment in UTC: ``at("2025-03-01")``."""
    return pd.Timestamp(moment, tz="UTC")


def took(teacher: str, course: str, occurred_at: object, kind: str = "completed", **more: object):
    """An event's row."""
    row = {"teacher_id": teacher, "course_id": course, "occurred_at": occurred_at, "kind": kind}
    return {**row, **more}


def teacher(teacher_id: str, valid_from: object = None, **state: object) -> Row:
    """A teacher's state; undated unless told."""
    return {"teacher_id": teacher_id, "valid_from": valid_from, **state}


def course(course_id: str, **about: object) -> Row:
    """A course's row."""
    return {"course_id": course_id, **about}


def world(
    events: Iterable[Row] = (),
    *,
    teachers: Iterable[Row] = (),
    courses: Iterable[Row] = (),
    columns: ColumnsFile | None = None,
    **others: Iterable[Row],
) -> Dataset:
    """A data set of these rows; teachers and courses that events name need no row of their own."""
    events, teachers, courses = list(events), list(teachers), list(courses)
    for rows, key in ((teachers, "teacher_id"), (courses, "course_id")):
        told = {row[key] for row in rows}
        rows.extend({key: id_} for id_ in sorted({event[key] for event in events} - told))
    tables = {"teachers": teachers, "courses": courses, "events": events}
    tables |= {name: list(rows) for name, rows in others.items()}
    return Dataset.of({name: _frame(BY_NAME[name], rows) for name, rows in tables.items()}, columns)


def _frame(table: Table, rows: list[Row]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    for column in table.columns:
        if column.name in frame and column.kind is Kind.TIME:
            frame[column.name] = pd.to_datetime(frame[column.name], utc=True, format="ISO8601")
        elif column.name in frame and column.kind is Kind.DATE:
            frame[column.name] = pd.to_datetime(frame[column.name])
        elif column.name not in frame and column.required:
            frame[column.name] = pd.Series(
                [], dtype="datetime64[us, UTC]" if column.kind is Kind.TIME else "str"
            )
    return frame


def parity(number: int) -> str:
    """What a checkerboard's teachers and courses are told apart by."""
    return ("even", "odd")[number % 2]


def checkerboard(n_teachers: int = 24, n_courses: int = 12) -> Dataset:
    """Even teachers took even courses, odd teachers odd ones, each all but one.

    Teachers of one parity teach the same phase; courses of one parity are about the same.
    """
    phase = {"even": "primary", "odd": "junior"}
    theme = {"even": "reading aloud in class", "odd": "laboratory safety"}
    rng = np.random.default_rng(11)
    events = []
    for number in range(n_teachers):
        own = [c for c in range(n_courses) if c % 2 == number % 2]
        left_out = own[(number // 2) % len(own)]
        for place, c in enumerate(rng.permutation([c for c in own if c != left_out])):
            day = at("2025-01-01") + pd.Timedelta(days=int(10 * place + number % 7))
            events.append(took(f"t{number:02d}", f"c{c:02d}", day))
    return world(
        events,
        teachers=[
            teacher(f"t{n:02d}", phase=phase[parity(n)], career_stage="novice")
            for n in range(n_teachers)
        ],
        courses=[
            course(f"c{c:02d}", title_en=f"{theme[parity(c)]} {c}", domain=parity(c))
            for c in range(n_courses)
        ],
    )


def left_out(number: int, n_courses: int = 12) -> str:
    """The one course of a checkerboard teacher's parity that was not taken."""
    own = [c for c in range(n_courses) if c % 2 == number % 2]
    return f"c{own[(number // 2) % len(own)]:02d}"
