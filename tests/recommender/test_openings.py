"""In which offerings a course can be taken now, or in the next round."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.dataset import Dataset
from recommender.openings import OpenCourses, Opening, openings
from tests.builders import at, course, teacher, world

PLACES = [
    {"organisation_id": "county"},
    {"organisation_id": "school", "parent_id": "county"},
    {"organisation_id": "elsewhere", "parent_id": "county"},
    {"organisation_id": "lapsed", "kind": "provider", "accredited_until": "2025-05-31"},
]
NOW = pd.Timestamp("2025-06-01T12:00", tz="Asia/Shanghai")


def of_a(dataset: Dataset, as_of: pd.Timestamp) -> tuple[Opening, ...]:
    return openings(dataset, "ann", ["a"], as_of)["a"]


def offered(*rows: dict, **about: object) -> tuple[Opening, ...]:
    dataset = world(
        teachers=[teacher("ann", organisation_id="school")],
        courses=[course("a", **about), course("b")],
        organisations=PLACES,
        offerings=[{"offering_id": f"o{n}", "course_id": "a", **row} for n, row in enumerate(rows)],
    )
    return of_a(dataset, NOW)


@pytest.mark.parametrize(
    "row",
    [
        {"apply_until": "2025-05-31"},
        {"starts_on": "2025-05-31"},
        {"apply_until": "2025-05-31", "starts_on": "2025-07-01"},
        {"published_at": "2025-06-01T04:00Z"},
        {"course_id": "b"},
        {"organisation_id": "elsewhere"},
        {"provider_id": "lapsed"},
    ],
    ids=[
        "window over",
        "begun",
        "window over, yet to begin",
        "not announced",
        "another course",
        "held for another school",
        "provider not accredited",
    ],
)
def test_an_offering_that_cannot_be_applied_for_is_left_out(row: dict) -> None:
    assert offered(row) == ()


def test_a_course_without_offerings_has_no_opening() -> None:
    dataset = world(teachers=[teacher("ann")], courses=[course("a")])

    assert of_a(dataset, NOW) == ()


@pytest.mark.parametrize(
    ("row", "is_open"),
    [
        ({}, True),
        ({"apply_from": "2025-06-01", "apply_until": "2025-06-01"}, True),
        ({"apply_from": "2025-06-02"}, False),
        ({"published_at": "2025-06-01T03:59Z"}, True),
        ({"starts_on": "2025-06-01"}, True),
        ({"organisation_id": "school"}, True),
        ({"organisation_id": "county"}, True),
    ],
)
def test_an_offering_is_open_in_its_window_or_about_to_be(row: dict, is_open: bool) -> None:
    (found,) = offered(row)

    assert found.is_open is is_open


def test_a_day_ends_at_midnight_in_the_data_sets_zone() -> None:
    """In UTC the last day of the window goes on."""
    dataset = world(
        teachers=[teacher("ann")],
        courses=[course("a")],
        offerings=[{"offering_id": "o", "course_id": "a", "apply_until": "2025-06-01"}],
    )

    assert of_a(dataset, at("2025-06-01T15:59"))
    assert not of_a(dataset, at("2025-06-01T16:00"))


def test_what_an_offering_does_not_state_is_the_courses() -> None:
    (found,) = offered({"mode": "online"}, mode="blended", tier="county", hours=24)

    assert (found.mode, found.tier, found.hours) == ("online", "county", 24.0)


def test_what_neither_states_is_none() -> None:
    (found,) = offered({})

    assert found == Opening(
        offering_id="o0",
        admission_mode="open",
        mode=None,
        tier=None,
        hours=None,
        days_away=None,
        capacity=None,
        apply_from=None,
        apply_until=None,
        starts_on=None,
        ends_on=None,
        is_open=True,
        url=None,
    )


def test_all_that_an_offering_states_is_told() -> None:
    row = {
        "apply_from": "2025-05-01",
        "apply_until": "2025-06-20",
        "starts_on": "2025-07-01",
        "ends_on": "2025-07-05",
        "capacity": 40,
        "days_away": 5,
        "admission_mode": "application",
        "url": "https://example.org/o",
    }

    (found,) = offered(row)

    assert found.apply_until == dt.date(2025, 6, 20)
    assert (found.starts_on, found.ends_on) == (dt.date(2025, 7, 1), dt.date(2025, 7, 5))
    assert (found.capacity, found.days_away) == (40, 5.0)
    assert (found.admission_mode, found.url) == ("application", "https://example.org/o")


def test_the_soonest_comes_first_and_the_undated_last() -> None:
    found = offered({}, {"starts_on": "2025-09-01"}, {"starts_on": "2025-07-01"})

    assert [each.offering_id for each in found] == ["o2", "o1", "o0"]


OFFERING = st.fixed_dictionaries(
    {
        "course_id": st.sampled_from("ab"),
        "organisation_id": st.sampled_from([None, "county", "school", "elsewhere"]),
        "apply_until": st.sampled_from([None, "2025-05-31", "2025-06-01"]),
        "starts_on": st.sampled_from([None, "2025-05-31", "2025-07-01"]),
        "published_at": st.sampled_from([None, "2025-05-01T04:00Z", "2025-06-01T04:00Z"]),
        "provider_id": st.sampled_from([None, "lapsed", "county"]),
    }
)


@settings(max_examples=40)
@given(st.lists(OFFERING, min_size=1, max_size=4))
def test_many_teachers_at_a_time_are_told_what_each_is_told(rows: list[dict]) -> None:
    dataset = world(
        teachers=[
            teacher("ann", organisation_id="school"),
            teacher("bob", organisation_id="county"),
            teacher("eve"),
            teacher("joe", "2026-01-01", organisation_id="elsewhere"),
        ],
        courses=[course("a"), course("b")],
        organisations=PLACES,
        offerings=[{"offering_id": f"o{n}", **row} for n, row in enumerate(rows)],
    )
    together = OpenCourses.of(dataset, NOW).to(np.arange(4))
    alone = [
        [bool(found[course_id]) for course_id in "ab"]
        for found in (openings(dataset, name, "ab", NOW) for name in dataset.teachers.ids)
    ]
    assert together.tolist() == alone
