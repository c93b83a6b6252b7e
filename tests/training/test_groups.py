"""Groups of teachers: the place of the school, the moment, and what is unknown."""

import numpy as np

from tests.builders import at, teacher, took, world
from training.groups import groups


def county(**more):
    return world(
        [took("a", "x", at("2025-01-01"))],
        teachers=[
            teacher("a", at("2024-01-01"), career_stage="novice", organisation_id="s1"),
            teacher("a", at("2026-01-01"), career_stage="lead", organisation_id="s2"),
            teacher("b", locality="urban", organisation_id="s1"),
            teacher("c", at("2027-01-01"), career_stage="lead"),
        ],
        organisations=[
            {"organisation_id": "s1", "kind": "school", "locality": "rural", "key_county": True},
            {"organisation_id": "s2", "kind": "school", "locality": "town"},
        ],
        **more,
    )


def test_a_grouping_of_which_nothing_is_known_is_left_out():
    assert groups(world([took("a", "x", at("2025-01-01"))]), at("2026-01-01"), np.array([0])) == {}
    assert "phase" not in groups(county(), at("2025-06-01"), np.arange(3))


def test_the_place_is_the_schools_unless_the_teacher_states_one():
    found = groups(county(), at("2025-06-01"), np.array([1, 0, 2]))
    assert found["locality"].tolist() == ["urban", "rural", ""]
    assert found["key_county"].tolist() == ["True", "True", ""]


def test_a_state_dated_at_or_after_the_moment_is_not_seen():
    everyone = np.arange(3)
    assert groups(county(), at("2026-01-01"), everyone)["career_stage"].tolist() == [
        "novice",
        "",
        "",
    ]
    later = groups(county(), at("2026-01-02"), everyone)
    assert later["career_stage"].tolist() == ["lead", "", ""]
    assert later["locality"].tolist() == ["town", "urban", ""]
