"""What counts as done, against a slow oracle that reads the rules one event at a time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features import codes
from features.dataset import Dataset
from features.done import done, free_from
from features.moments import local_day
from tests.builders import at, course, teacher, took, world

ZONE = "Asia/Shanghai"


def is_done(dataset: Dataset, as_of: pd.Timestamp) -> bool:
    """Whether the one teacher has done the one course."""
    return bool(done(dataset, as_of).toarray()[0, 0])


@pytest.mark.parametrize("kind", [kind for kind in codes.EVENT_KINDS if kind != "completed"])
def test_what_is_not_completed_is_not_done(kind: str) -> None:
    assert not is_done(world([took("ann", "a", "2025-01-01", kind)]), at("2025-02-01"))


def test_a_completed_course_is_done() -> None:
    assert is_done(world([took("ann", "a", "2025-01-01")]), at("2035-01-01"))


def test_dismissing_a_completed_course_does_not_undo_it() -> None:
    events = [took("ann", "a", "2025-01-01"), took("ann", "a", "2025-01-02", "dismissed")]

    assert is_done(world(events), at("2025-02-01"))


def test_without_kinds_every_event_is_a_completion() -> None:
    row = {"teacher_id": "ann", "course_id": "a", "occurred_at": "2025-01-01"}

    assert is_done(world([row]), at("2025-02-01"))


def test_a_completion_at_the_very_moment_is_not_seen() -> None:
    dataset = world([took("ann", "a", "2025-01-01")])

    assert not is_done(dataset, at("2025-01-01"))
    assert is_done(dataset, at("2025-01-01") + pd.Timedelta(microseconds=1))


def test_a_completion_recorded_late_is_unseen_until_then() -> None:
    dataset = world([took("ann", "a", "2025-01-01", recorded_at="2025-03-01")])

    assert not is_done(dataset, at("2025-03-01"))
    assert is_done(dataset, at("2025-03-02"))


def test_a_yearly_course_is_done_until_the_year_ends_in_the_data_sets_zone() -> None:
    dataset = world([took("ann", "a", "2025-03-01")], courses=[course("a", repeatable="yearly")])
    new_year = pd.Timestamp("2026-01-01", tz=ZONE)

    assert is_done(dataset, new_year - pd.Timedelta(microseconds=1))
    assert not is_done(dataset, new_year)


def test_a_yearly_course_completed_at_new_year_in_shanghai_counts_for_the_new_year() -> None:
    """In UTC it is still the old year."""
    dataset = world(
        [took("ann", "a", "2024-12-31T16:30:00Z")], courses=[course("a", repeatable="yearly")]
    )

    assert is_done(dataset, at("2025-11-01"))


def test_a_course_may_be_repeated_once_its_months_have_passed() -> None:
    dataset = world([took("ann", "a", "2025-01-15")], courses=[course("a", repeatable="6")])

    assert is_done(dataset, at("2025-07-14"))
    assert not is_done(dataset, at("2025-07-15"))


def test_the_zone_in_which_a_moment_is_written_does_not_matter() -> None:
    dataset = world([took("ann", "a", "2025-02-28T01:00Z")], courses=[course("a", repeatable="1")])
    moment = at("2025-03-30T20:00")

    assert is_done(dataset, moment) == is_done(dataset, moment.tz_convert(ZONE))


def test_some_teachers_may_be_asked_for_in_any_order() -> None:
    dataset = world([took("ann", "a", "2025-01-01"), took("eve", "b", "2025-01-01")])

    some = done(dataset, at("2026-01-01"), np.array([1, 0]))

    assert some.toarray().tolist() == [[False, True], [True, False]]


def test_courses_without_events_are_done_by_nobody() -> None:
    dataset = world(teachers=[teacher("ann")], courses=[course("a")])

    assert done(dataset, at("2026-01-01")).toarray().tolist() == [[False]]


def naive(dataset: Dataset, as_of: pd.Timestamp) -> np.ndarray:
    found = np.zeros((len(dataset.teachers), len(dataset.courses)), bool)
    rules = dataset.table("courses").set_index("course_id")["repeatable"]
    local = as_of.tz_convert(ZONE)
    for _, event in dataset.table("events").iterrows():
        known = max(event.occurred_at, event.recorded_at or event.occurred_at)
        if event.kind != "completed" or known >= as_of:
            continue
        rule, when = rules[event.course_id], event.occurred_at.tz_convert(ZONE)
        if rule == "yearly":
            counts = when.year == local.year
        elif rule != "never":
            again = when.tz_localize(None).normalize() + pd.DateOffset(months=int(rule))
            counts = local.date() < again.date()
        else:
            counts = True
        if counts:
            row = dataset.teachers.position(event.teacher_id)
            found[row, dataset.courses.position(event.course_id)] = True
    return found


hours = st.integers(0, 24 * 800).map(lambda n: at("2024-01-01") + pd.Timedelta(hours=n))
events = st.builds(
    lambda who, what, when, kind, late: took(who, what, when, kind, recorded_at=when + late),
    st.sampled_from(["ann", "bob"]),
    st.sampled_from(["never", "yearly", "3", "14"]),
    hours,
    st.sampled_from(["completed", "completed", "viewed", "failed", "withdrawn"]),
    st.sampled_from([pd.Timedelta(0), pd.Timedelta(days=-1), pd.Timedelta(days=40)]),
)


@settings(max_examples=40)
@given(st.lists(events, max_size=8), hours)
def test_done_agrees_with_reading_the_rules_event_by_event(rows, as_of) -> None:
    dataset = world(
        rows,
        teachers=[teacher("ann"), teacher("bob")],
        courses=[course(rule, repeatable=rule) for rule in ("never", "yearly", "3", "14")],
    )

    np.testing.assert_array_equal(done(dataset, as_of).toarray(), naive(dataset, as_of))


@given(hours, st.sampled_from(["never", "yearly", "1", "6"]), st.integers(0, 800))
def test_a_course_is_done_until_the_day_from_which_it_is_free(when, rule, later) -> None:
    dataset = world([took("ann", "a", when)], courses=[course("a", repeatable=rule)])
    day = local_day(when, ZONE) + pd.Timedelta(days=later)
    (free,) = free_from(pd.DatetimeIndex([local_day(when, ZONE)]), rule)

    for moment in (day, day + pd.Timedelta(hours=23)):
        as_of = moment.tz_localize(ZONE)
        assert is_done(dataset, as_of) == (as_of > when and day < free)
