"""Golden teachers: lists that a person has looked at, and that a new model must keep right.

The file is TOML. A teacher is one of the data set's, or described by a state and a history:

.. code-block:: toml

    k = 10                                  # length of the lists; the default

    [[teachers]]
    teacher_id = "t0000005"
    must_show = ["c0012"]

    [[teachers]]
    name = "a new teacher of Chinese 新任小学语文教师"
    state = { career_stage = "novice", phase = "primary", subjects = ["chinese"] }
    history = ["c0003", "c0007"]            # completed, a month apart, the latest last
    must_show = ["c0031"]
    must_not_show = ["c0044"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.dataset import Dataset
from features.declaration import LIST_SEPARATOR
from features.errors import InvalidSetting, UnknownId, ZixuanError
from features.tables import BY_NAME
from recommender.model import Model
from recommender.ranking import NONE, rank

#: Between the courses of a described history, and since the last of them.
MONTH = pd.Timedelta(days=30)
#: Starts the ids of described teachers; no id of a data set holds it.
_MARK = "\x7fgolden "
_KEYS = ("teacher_id", "name", "state", "history", "must_show", "must_not_show")


@dataclass(frozen=True, slots=True)
class GoldenTeacher:
    """One teacher, and what the list must and must not hold.

    Parameters
    ----------
    teacher_id
        Of the data set; empty for a described teacher.
    name
        Of a described teacher, for messages.
    state
        Column of ``teachers`` -> word, or words joined by ``;``.
    history
        Courses that a described teacher has completed, the latest last.
    must_show, must_not_show
        Courses; at least one in all.
    """

    teacher_id: str = ""
    name: str = ""
    state: Mapping[str, str] = field(default_factory=dict)
    history: tuple[str, ...] = ()
    must_show: tuple[str, ...] = ()
    must_not_show: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Golden:
    """Golden teachers and the length of their lists."""

    teachers: tuple[GoldenTeacher, ...]
    k: int = 10


def read_golden(path: Path) -> Golden:
    """Read a file of golden teachers.

    Raises
    ------
    InvalidSetting
        If it is not what this module's beginning describes.
    """
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise _bad(path.name, "a TOML file in UTF-8", str(error)) from error
    k, rows = told.pop("k", 10), told.pop("teachers", [])
    if type(k) is not int or k < 1:
        raise _bad(f"{path.name}, k", "a whole number of at least 1", repr(k))
    if told or not isinstance(rows, list) or not rows:
        got = ", ".join(told) or "no [[teachers]]"
        raise _bad(path.name, "k and at least one [[teachers]]", got)
    return Golden(tuple(_read(f"{path.name}, teacher {n}", r) for n, r in enumerate(rows, 1)), k)


def broken(model: Model, dataset: Dataset, as_of: pd.Timestamp, golden: Golden) -> list[str]:
    """Return what the golden teachers' lists lack or should not hold; nothing if all is right.

    Lists are made as they are served: of courses that the teacher may take.

    Raises
    ------
    UnknownId, InvalidSetting
        If a teacher, a course, a column or a word is not one of the data set.
    """
    _check(dataset, golden)
    small, ids = _with_described(dataset, as_of, golden)
    rows = np.array([small.teachers.position(each) for each in ids])
    distinct, of_teacher = np.unique(rows, return_inverse=True)
    chunks = rank(model, small, as_of=as_of, k=golden.k, teachers=distinct)
    lists = np.concatenate([chunk.courses for chunk in chunks])[of_teacher]
    found: list[str] = []
    for teacher, courses in zip(golden.teachers, lists, strict=True):
        shown = set(small.courses.outside(courses[courses != NONE]))
        found += _complaints(teacher, shown, golden.k)
    return found


def _complaints(teacher: GoldenTeacher, shown: set[str], k: int) -> Iterator[str]:
    who = teacher.teacher_id or teacher.name
    lacking = [course for course in teacher.must_show if course not in shown]
    unwanted = [course for course in teacher.must_not_show if course in shown]
    if lacking:
        yield f"{who}: {', '.join(lacking)} not in the first {k}"
    if unwanted:
        yield f"{who}: {', '.join(unwanted)} in the first {k}"


def _read(place: str, row: Any) -> GoldenTeacher:
    """Read one teacher's table, or refuse it by its place in the file."""
    if not isinstance(row, dict) or row.keys() - {*_KEYS}:
        got = ", ".join(row.keys() - {*_KEYS}) if isinstance(row, dict) else repr(row)
        raise _bad(place, f"a table of some of {', '.join(_KEYS)}", got)
    described = {"name", "state", "history"} & row.keys()
    if ("teacher_id" in row) == bool(described) or (described and "name" not in row):
        raise _bad(place, "teacher_id, or else name with state and history", ", ".join(row))
    history, must, must_not = (_texts(place, key, row.get(key, [])) for key in _KEYS[3:])
    if not (must or must_not):
        raise _bad(place, "courses in must_show or must_not_show", "none")
    who = {key: _text(place, key, row[key]) for key in ("teacher_id", "name") if key in row}
    return GoldenTeacher(
        teacher_id=who.get("teacher_id", ""),
        name=who.get("name", ""),
        state=_state(place, row.get("state", {})),
        history=history,
        must_show=must,
        must_not_show=must_not,
    )


def _state(place: str, told: Any) -> dict[str, str]:
    if not isinstance(told, dict):
        raise _bad(f"{place}, state", "a table of columns and words", repr(told))
    return {
        name: LIST_SEPARATOR.join(_texts(place, name, words))
        if isinstance(words, list)
        else _text(place, name, words)
        for name, words in told.items()
    }


def _text(place: str, key: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise _bad(f"{place}, {key}", "text in quotes", repr(value))
    return value


def _texts(place: str, key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _bad(f"{place}, {key}", "a list of texts", repr(value))
    return tuple(_text(place, key, each) for each in value)


def _bad(what: str, expected: str, got: str) -> ZixuanError:
    return InvalidSetting(
        f"golden teachers, {what}",
        expected=expected,
        got=got,
        remedy="mend the file; docs/evaluation.md shows one",
    )


def _check(dataset: Dataset, golden: Golden) -> None:
    table = dataset.columns.declared(BY_NAME["teachers"])
    for teacher in golden.teachers:
        who = teacher.teacher_id or teacher.name
        if teacher.teacher_id:
            dataset.teachers.position(teacher.teacher_id)
        courses = (*teacher.history, *teacher.must_show, *teacher.must_not_show)
        unknown = [course for course in courses if course not in dataset.courses]
        if unknown:
            raise UnknownId(
                f"courses of golden teacher {who!r}",
                expected=f"some of {len(dataset.courses)} known courses",
                got=", ".join(unknown),
                remedy="mend the file of golden teachers",
            )
        for name, words in teacher.state.items():
            if name not in table.names or name == "teacher_id":
                raise _bad(who, "columns of the table teachers in state", name)
            codes = table.column(name).codes
            strange = [word for word in words.split(LIST_SEPARATOR) if codes and word not in codes]
            if strange:
                raise _bad(f"{who}, {name}", f"some of {', '.join(codes)}", ", ".join(strange))


def _with_described(
    dataset: Dataset, as_of: pd.Timestamp, golden: Golden
) -> tuple[Dataset, list[str]]:
    """Return a data set of the golden teachers alone, and the id of each in it."""
    real = [each.teacher_id for each in golden.teachers if each.teacher_id]
    small = dataset.of_teachers(dataset.teachers.positions(real))
    ids = [each.teacher_id or f"{_MARK}{n}" for n, each in enumerate(golden.teachers)]
    people = list(zip(ids, golden.teachers, strict=True))
    states = [{"teacher_id": id_, **p.state} for id_, p in people if not p.teacher_id]
    events = [
        {"teacher_id": id_, "course_id": course, "occurred_at": as_of - MONTH * back}
        for id_, person in people
        for back, course in enumerate(reversed(person.history), 1)
    ]
    added = {"teachers": states, "events": events}
    tables = {name: _joined(frame, added.get(name, ())) for name, frame in small.tables.items()}
    return Dataset.of(tables, dataset.columns), ids


def _joined(frame: pd.DataFrame, rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    if not rows:
        return frame
    more = pd.DataFrame(rows).reindex(columns=frame.columns)
    for name, dtype in frame.dtypes.items():
        more[name] = more[name].astype(dtype)
    return pd.concat([frame, more], ignore_index=True)
