"""Teachers as the model sees them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.columns import ColumnsFile
from features.course_encoder import CourseEncoder
from features.dataset import Dataset
from features.past import past_courses, past_training
from features.profiles import ProfileEncoder, Profiles
from tests.builders import at, course, teacher, took, world

NOW = at("2025-06-01")


def profiled(dataset: Dataset, as_of: pd.Timestamp = NOW, teachers=None) -> Profiles:
    catalogue = CourseEncoder.fit(dataset, as_of).transform(dataset, as_of)
    return ProfileEncoder.fit(dataset, as_of).transform(dataset, as_of, catalogue, teachers)


def words(dataset: Dataset, as_of: pd.Timestamp = NOW, row: int = 0) -> set[str]:
    """The names of one teacher's features."""
    profiles = profiled(dataset, as_of)
    return {profiles.names[place] for place in profiles.features[[row]].indices}


ANN = teacher(
    "ann",
    career_stage="novice",
    phase="primary",
    subjects="chinese;history",
    title="third",
    goals="assessment",
    employed_on="2023-09-01",
    organisation_id="school",
)
SCHOOL = {"organisation_id": "school", "locality": "rural", "key_county": True}
STUDIED = world(
    [
        took("ann", "a", "2025-05-20"),
        took("ann", "b", "2025-03-01"),
        took("ann", "c", "2025-05-31", "viewed"),
    ],
    teachers=[ANN],
    courses=[
        course("a", domain="teaching", hours=30),
        course("b", domain="teaching", hours=40),
        course("c", domain="ethics", hours=10),
    ],
    organisations=[SCHOOL],
)


def test_a_profile_names_all_that_is_known_of_a_teacher() -> None:
    assert words(STUDIED) == {
        "career_stage=novice",
        "phase=primary",
        "subjects=chinese",
        "subjects=history",
        "title=third",
        "role=teacher",
        "goals=assessment",
        "locality=rural",
        "key_county=True",
        "tenure=1-3",
        "past_count=2-4",
        "days_since_last=<7",
        "past_hours=teaching:60-120",
    }


def test_features_are_scaled_to_length_1() -> None:
    assert profiled(STUDIED).features.power(2).sum() == pytest.approx(1)


def test_years_of_service_go_on_from_the_state_that_states_them() -> None:
    dataset = world(
        [took("ann", "a", "2025-01-01")],
        teachers=[teacher("ann", "2023-06-01", years_of_service=4)],
    )

    assert "tenure=5-10" in words(dataset)


def test_a_teachers_own_locality_stands_before_the_schools() -> None:
    dataset = world(
        [took("ann", "a", "2025-01-01")],
        teachers=[{**ANN, "locality": "town"}],
        organisations=[SCHOOL],
    )

    assert {"locality=town", "key_county=True"} <= words(dataset)


def test_declared_columns_are_features() -> None:
    features = {"pupils": "number", "club": "list", "job": "category", "note": "text"}
    dataset = world(
        [took(name, "a", "2025-01-01") for name in ("ann", "bob")],
        teachers=[
            teacher("ann", pupils=10.0, club="chess;go", job="head", note="ignored"),
            teacher("bob", pupils=50.0, club="go", job="deputy", note="ignored"),
        ],
        columns=ColumnsFile(features={"teachers": features}),
    )

    assert {"club=chess", "club=go", "job=head", "pupils=<18"} <= words(dataset)
    assert profiled(dataset).segment.tolist() == [1, 0]


def test_a_declared_number_that_nobody_has_marks_nothing() -> None:
    dataset = world(
        [took("ann", "a", "2025-01-01")],
        teachers=[teacher("ann")],
        columns=ColumnsFile(features={"teachers": {"pupils": "number"}}),
    )

    assert not any(name.startswith("pupils") for name in profiled(dataset).names)


def test_phase_and_stage_make_the_segment_and_an_unseen_one_has_no_number() -> None:
    dataset = world(
        [took(name, "a", "2025-01-01") for name in ("ann", "bob")],
        teachers=[
            teacher("ann", phase="primary", career_stage="novice"),
            teacher("bob", phase="junior", career_stage="novice"),
            teacher("bob", "2025-07-01", phase="senior"),
        ],
    )
    encoder = ProfileEncoder.fit(dataset, NOW)
    later = at("2025-08-01")
    catalogue = CourseEncoder.fit(dataset, NOW).transform(dataset, later)

    assert encoder.segments == ("junior|novice", "primary|novice")
    assert encoder.transform(dataset, later, catalogue).segment.tolist() == [1, -1]


def test_a_teacher_of_whom_nothing_is_known_has_an_empty_profile() -> None:
    dataset = world(
        [took("ann", "a", "2025-01-01")], teachers=[teacher("ann"), teacher("zoe", "2026-01-01")]
    )

    zoe = profiled(dataset, teachers=np.array([1]))

    assert zoe.histories.lasting.nnz == 0
    assert {zoe.names[place] for place in zoe.features.indices} <= {"past_count=<1"}


def test_switching_personalisation_off_empties_the_profile_from_then_on() -> None:
    dataset = world(
        [took("ann", "a", "2025-01-01")],
        teachers=[
            teacher("ann", phase="primary"),
            teacher("ann", "2025-05-01", phase="primary", personalisation=False),
        ],
    )

    before, after = profiled(dataset, at("2025-05-01")), profiled(dataset, at("2025-05-02"))

    assert before.features.nnz
    assert before.segment.tolist() == [0]
    assert after.features.nnz == 0
    assert [history.nnz for history in after.histories.matrices] == [0] * 6
    assert after.segment.tolist() == [-1]


def test_a_later_state_that_says_nothing_of_personalisation_does_not_undo_an_opt_out() -> None:
    dataset = world(
        [took("ann", "a", "2025-01-01")],
        teachers=[
            teacher("ann", phase="primary", personalisation=False),
            teacher("ann", "2025-05-01", phase="primary", career_stage="backbone"),
        ],
    )

    assert profiled(dataset, at("2025-06-01")).features.nnz == 0


def test_teachers_may_be_asked_for_in_any_order_and_twice() -> None:
    dataset = world(
        [took(name, "a", "2025-01-01") for name in ("ann", "bob", "eve")],
        teachers=[teacher("ann", phase="primary"), teacher("bob", phase="junior")],
    )
    asked = np.array([1, 0, 1])

    some, every = profiled(dataset, teachers=asked), profiled(dataset)

    np.testing.assert_array_equal(some.features.toarray(), every.features.toarray()[asked])
    assert some.segment.tolist() == every.segment[asked].tolist()


def test_a_profile_encoder_read_back_encodes_the_same() -> None:
    encoder = ProfileEncoder.fit(STUDIED, NOW)
    again = ProfileEncoder.from_fitted(encoder.to_fitted())

    assert again.to_fitted() == encoder.to_fitted()
    assert (again.features(STUDIED, NOW) != encoder.features(STUDIED, NOW)).nnz == 0


def test_past_training_counts_courses_days_and_hours() -> None:
    past = past_training(STUDIED, NOW)

    assert past["past_count"]["ann"] == "2-4"
    assert past["days_since_last"]["ann"] == "<7"
    assert past["past_hours"]["ann"] == "teaching:60-120"


def test_a_course_that_a_teacher_was_assigned_to_does_not_speak_for_taste() -> None:
    dataset = world(
        [
            took("ann", "own", "2025-01-01"),
            took("ann", "ordered", "2025-01-02", offering_id="run"),
        ],
        offerings=[{"offering_id": "run", "course_id": "ordered", "admission_mode": "assigned"}],
    )

    assert past_courses(dataset, 0, at("2025-06-01")) == {"own": True}
