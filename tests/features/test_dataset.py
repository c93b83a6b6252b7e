"""A data set is its rows, whatever their order; its log is its events as arrays."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.dataset import Dataset
from features.errors import UnknownId
from features.ids import IdMap
from features.moments import NEVER, instant, microseconds
from tests.builders import at, teacher, took, world

ROWS = [
    took("ann", "a", "2025-01-01", event_id="e1"),
    took("bob", "b", "2025-01-02", "viewed"),
    took("bob", "a", "2025-01-02", value=4.0),
    took("eve", "b", "2024-12-31", recorded_at="2025-02-01"),
]


def chosen(dataset: Dataset) -> list[bool]:
    return dataset.log.self_selected.tolist()


def test_an_unknown_id_is_named_with_what_to_do() -> None:
    with pytest.raises(UnknownId, match="teacher 'zoe': expected one of 2 known teachers"):
        IdMap.of("teacher", ["ann", "bob"]).position("zoe")


@settings(max_examples=20)
@given(st.permutations(ROWS))
def test_the_order_of_rows_does_not_matter(rows: list[dict]) -> None:
    one, other = world(ROWS), world(rows)

    assert one.content_hash == other.content_hash
    for name in one.tables:
        pd.testing.assert_frame_equal(one.table(name), other.table(name))


def test_one_changed_cell_changes_the_hash() -> None:
    changed = [*ROWS[:-1], {**ROWS[-1], "kind": "failed"}]

    assert world(changed).content_hash != world(ROWS).content_hash


def test_minus_zero_is_zero() -> None:
    hashes = {world([{**ROWS[0], "value": value}]).content_hash for value in (0.0, -0.0)}

    assert len(hashes) == 1


def test_a_table_that_is_not_there_is_an_empty_one() -> None:
    assert world(ROWS).table("diagnoses").empty


def test_what_a_frame_lacks_is_filled_with_its_default() -> None:
    table = world(ROWS).table("teachers")

    assert table["role"].tolist() == ["teacher"] * 3


def test_events_come_in_order_of_time() -> None:
    log = world(ROWS).log

    assert (np.diff(log.occurred_at) >= 0).all()
    assert len(log) == 4


def test_an_event_is_known_from_the_later_of_happening_and_recording() -> None:
    rows = [took("ann", "a", "2025-01-02", recorded_at="2025-01-01"), ROWS[-1]]

    known = world(rows).log.known_at.tolist()

    assert known == [instant(at("2025-02-01")), instant(at("2025-01-02"))]


def test_the_same_event_id_counts_once_as_it_first_became_known() -> None:
    """What is told again later, even of an earlier time, changes nothing."""
    late = took("ann", "b", "2024-01-01", event_id="e1", recorded_at="2025-09-01")

    log = world([ROWS[0], late]).log

    assert log.known_at.tolist() == [instant(at("2025-01-01"))]


def test_events_without_an_id_all_count() -> None:
    assert len(world([ROWS[1], ROWS[1]]).log) == 2


@pytest.mark.parametrize(
    ("mode", "own"),
    [
        ("open", True),
        ("application", True),
        ("assigned", False),
        ("nominated", False),
        ("whole_school", False),
    ],
)
def test_only_a_self_selected_offering_is_a_choice(mode: str, own: bool) -> None:
    dataset = world(
        [took("ann", "a", "2025-01-01", offering_id="o")],
        offerings=[{"offering_id": "o", "course_id": "a", "admission_mode": mode}],
    )

    assert chosen(dataset) == [own]


def test_an_event_without_an_offering_is_a_choice() -> None:
    assert chosen(world(ROWS)) == [True] * 4


def enrolled(mode: str | None, decided_at: str, state: str = "admitted") -> dict:
    return {
        "teacher_id": "ann",
        "offering_id": "o",
        "state": state,
        "decided_at": decided_at,
        "admission_mode": mode,
    }


@pytest.mark.parametrize(
    ("enrolments", "own"),
    [
        ([enrolled("assigned", "2025-01-01")], False),
        ([enrolled(None, "2025-01-01")], True),
        ([enrolled("assigned", "2025-01-01"), enrolled("open", "2025-01-02", "attended")], True),
        ([enrolled("assigned", "2025-03-01")], True),
    ],
    ids=["assigned", "mode not stated", "the latest counts", "decided later"],
)
def test_the_enrolment_as_it_stood_then_decides(enrolments: list[dict], own: bool) -> None:
    dataset = world(
        [took("ann", "a", "2025-02-01", offering_id="o")],
        offerings=[{"offering_id": "o", "course_id": "a"}],
        enrolments=enrolments,
    )

    assert chosen(dataset) == [own]


def test_a_log_is_whole_just_after_its_last_event_became_known() -> None:
    log = world(ROWS).log

    assert len(log.before(log.end)) == len(log)
    assert len(log.before(log.end - pd.Timedelta(microseconds=1))) == len(log) - 1


def test_a_log_without_events_ends_in_1970() -> None:
    assert world(teachers=[teacher("ann")]).log.end == at("1970-01-01")


def test_a_data_set_of_some_teachers_holds_only_theirs() -> None:
    dataset = world(ROWS)

    some = dataset.of_teachers(np.array([2, 0]))

    assert some.teachers.ids.tolist() == ["ann", "eve"]
    assert some.courses is dataset.courses
    assert some.log.teacher.tolist() == [1, 0]
    assert set(some.table("events")["teacher_id"]) == {"ann", "eve"}


def test_an_undated_row_sorts_before_every_dated_one() -> None:
    times = pd.Series(pd.to_datetime([None, "1900-01-01"], utc=True))

    assert microseconds(times)[0] == NEVER < microseconds(times)[1]


def test_a_naive_moment_is_taken_to_be_utc() -> None:
    assert instant(pd.Timestamp("2025-01-01")) == instant(at("2025-01-01"))
