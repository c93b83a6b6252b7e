"""Data that is odd but sound gives sane lists or one line that says why not; never a warning."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

Rows = list[dict[str, object]]
FEATURES = """
[tables.teachers.features]
age = "number"
job = "category"

[tables.courses.features]
size = "number"
theme = "list"
about = "text"
"""


def _day(number: int) -> str:
    return (pd.Timestamp("2024-01-01") + pd.Timedelta(days=number)).strftime("%Y-%m-%d")


def _took(pairs: Iterable[tuple[int, int]], **more: object) -> Rows:
    """One choice a day of (teacher, course) pairs."""
    return [
        {"teacher_id": f"t{who}", "course_id": f"c{what}", "occurred_at": _day(day), **more}
        for day, (who, what) in enumerate(pairs)
    ]


#: Twenty-four teachers chose among nine courses.
SOME = [(number % 24, (number * number + number // 24) % 9) for number in range(120)]


def one_teacher() -> Rows:
    return _took((0, course) for course in range(12))


def one_course() -> Rows:
    return _took((number, 0) for number in range(30))


def no_course_taken_twice() -> Rows:
    return _took((number % 20, number) for number in range(60))


def two_events() -> Rows:
    return _took([(0, 0), (1, 1)])


def a_teacher_with_5000_events() -> Rows:
    heavy = [
        {
            "teacher_id": "heavy",
            "course_id": f"c{number % 9}",
            "occurred_at": (pd.Timestamp("2024-01-01") + pd.Timedelta(hours=number)).isoformat(),
        }
        for number in range(5_000)
    ]
    return _took(SOME) + heavy


def all_at_one_instant() -> Rows:
    return [row | {"occurred_at": _day(0)} for row in _took(SOME)]


def each_event_twice() -> Rows:
    return _took(SOME) + _took(SOME)


def everyone_did_everything() -> Rows:
    return _took((number % 24, number // 24) for number in range(24 * 5))


def some_choices() -> Rows:
    return _took(SOME)


def _write(
    folder: Path,
    events: Rows,
    teachers: Mapping[str, object] | None = None,
    courses: Mapping[str, object] | None = None,
    unheard_of: int = 0,
) -> None:
    """Write a folder; ``unheard_of`` teachers and courses have no event."""
    folder.mkdir()
    for name, more in (("teacher", teachers), ("course", courses)):
        ids = dict.fromkeys(str(row[f"{name}_id"]) for row in events)
        ids |= dict.fromkeys(f"new-{number}" for number in range(unheard_of))
        rows = [{f"{name}_id": id_, **(more or {})} for id_ in ids]
        _table(folder / f"{name}s.csv", rows, [f"{name}_id"])
    _table(folder / "events.csv", events, ["teacher_id", "course_id", "occurred_at"])


def _table(path: Path, rows: Rows, header: list[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys() if rows else header)
        writer.writeheader()
        writer.writerows(rows)


def _assert_quiet(outcome) -> None:
    assert outcome.code == 0, outcome.err
    said = [line for line in outcome.error_lines if not line.startswith("notice")]
    assert said == []
    assert "nan" not in outcome.out.lower()


def _assert_sane(zixuan, folder: Path, teacher: str) -> pd.DataFrame:
    """Train, and return lists that hold no course twice, none done, and finite scores."""
    _assert_quiet(zixuan("train", folder, "--out", "model", "--no-record", "--quiet"))
    _assert_quiet(zixuan("batch", folder, "--model", "model", "--out", "lists.parquet", "--quiet"))
    _assert_quiet(zixuan("recommend", folder, "--model", "model", "--teacher", teacher))
    lists = pd.read_parquet("lists.parquet")
    assert np.isfinite(lists["score"]).all()
    assert not lists.duplicated(["teacher_id", "course_id"]).any()
    done = pd.read_csv(folder / "events.csv")[["teacher_id", "course_id"]]
    assert lists.merge(done, on=["teacher_id", "course_id"]).empty
    return lists


@pytest.mark.parametrize(
    "choices",
    [
        one_teacher,
        one_course,
        no_course_taken_twice,
        two_events,
        a_teacher_with_5000_events,
        all_at_one_instant,
        each_event_twice,
    ],
    ids=lambda make: make.__name__,
)
def test_odd_choices_give_everyone_a_sane_list(zixuan, tmp_path: Path, choices: Callable[[], Rows]):
    _write(tmp_path / "data", choices(), unheard_of=3)

    lists = _assert_sane(zixuan, tmp_path / "data", "new-0")

    # Three courses nobody took are left for everyone.
    taken = len({row["teacher_id"] for row in choices()}) + 3
    assert lists["teacher_id"].nunique() == taken
    assert (lists.groupby("teacher_id").size() >= 3).all()


@pytest.mark.parametrize("told", ["same", ""], ids=["constant", "empty"])
def test_features_that_tell_nothing_do_no_harm(zixuan, tmp_path: Path, told: str):
    number = 40 if told else ""
    _write(
        tmp_path / "data",
        some_choices(),
        {"age": number, "job": told},
        {"size": number, "theme": told, "about": told},
        unheard_of=2,
    )
    (tmp_path / "data" / "columns.toml").write_text(FEATURES, "utf-8")

    assert not _assert_sane(zixuan, tmp_path / "data", "new-0").empty


def test_who_has_done_everything_is_shown_nothing(zixuan, tmp_path: Path):
    _write(tmp_path / "data", everyone_did_everything())

    assert _assert_sane(zixuan, tmp_path / "data", "t0").empty


@pytest.mark.parametrize("kind", ["viewed", "dismissed"])
def test_events_without_any_choice_are_not_learned_from(zixuan, tmp_path: Path, kind: str):
    _write(tmp_path / "data", _took(SOME, kind=kind))

    outcome = zixuan("train", "data", "--out", "model", "--no-record", "--quiet")

    (error,) = outcome.error_lines
    assert outcome.code == 1
    assert "selected, started or completed" in error
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_no_events_at_all_are_refused(zixuan, tmp_path: Path, command: str):
    _write(tmp_path / "data", [], unheard_of=3)
    options = ("--out", "model", "--no-record") if command == "train" else ()

    outcome = zixuan(command, "data", *options, "--quiet")

    (error,) = outcome.error_lines
    assert outcome.code == 1
    assert "expected" in error
    assert "1970" not in error


@pytest.mark.parametrize("table", ["teachers", "courses", "events"])
@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_an_empty_file_is_refused(zixuan, tmp_path: Path, table: str, command: str):
    _write(tmp_path / "data", some_choices())
    (tmp_path / "data" / f"{table}.csv").write_text("")
    options = ("--out", "model") if command == "train" else ()

    outcome = zixuan(command, "data", *options)

    assert outcome.code == 1
    assert outcome.error_lines[0].startswith(f"{table}.csv: expected a header row")
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("choices", [one_teacher, all_at_one_instant, two_events])
def test_what_is_too_little_to_judge_by_is_told_or_judged(zixuan, tmp_path: Path, choices):
    _write(tmp_path / "data", choices(), unheard_of=3)

    outcome = zixuan("evaluate", "data", "--split", "time:0.7", "--quiet")

    if outcome.code == 0:
        _assert_quiet(outcome)
    else:
        said = [line for line in outcome.error_lines if not line.startswith("notice")]
        assert outcome.code == 1
        assert len(said) == 1
        assert "expected at least one event" in said[0]
