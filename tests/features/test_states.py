"""One state of each teacher is in force at a moment."""

from __future__ import annotations

import pandas as pd

from features.states import states_at
from tests.builders import at, teacher, took, world

GREW = world(
    [took("ann", "a", "2025-01-01")],
    teachers=[
        teacher("ann", "2024-09-01", career_stage="developing"),
        teacher("ann", career_stage="novice"),
        teacher("eve", "2026-01-01", career_stage="backbone"),
    ],
)


def stages(as_of: pd.Timestamp) -> dict[str, str]:
    return states_at(GREW.table("teachers"), "teacher_id", as_of)["career_stage"].to_dict()


def test_a_teacher_whose_states_all_lie_ahead_is_missing() -> None:
    assert "eve" not in stages(at("2025-01-01"))


def test_a_state_that_begins_at_the_very_moment_is_not_seen() -> None:
    assert stages(at("2024-09-01"))["ann"] == "novice"


def test_the_latest_state_that_has_begun_is_in_force() -> None:
    assert stages(at("2024-09-02"))["ann"] == "developing"


def test_an_undated_state_is_older_than_every_dated_one() -> None:
    assert stages(at("1980-01-01")) == {"ann": "novice"}


def test_teachers_come_in_order_of_id() -> None:
    assert list(stages(at("2027-01-01"))) == ["ann", "eve"]
