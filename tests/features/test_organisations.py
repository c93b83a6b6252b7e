"""The tree of organisations at a moment."""

from __future__ import annotations

import pytest

from features.organisations import lineage, unaccredited
from tests.builders import at, world

TREE = world(
    organisations=[
        {"organisation_id": "city"},
        {"organisation_id": "county", "parent_id": "city"},
        {"organisation_id": "school", "valid_from": "2020-01-01", "parent_id": "county"},
        {"organisation_id": "school", "valid_from": "2025-03-01", "parent_id": "city"},
        {"organisation_id": "old", "accredited_until": "2025-05-31"},
        {"organisation_id": "new", "accredited_from": "2025-06-01"},
    ]
)


@pytest.mark.parametrize(
    ("name", "day", "chain"),
    [
        ("school", "2025-03-01", ["school", "county", "city"]),
        ("school", "2025-03-02", ["school", "city"]),
        ("unheard of", "2025-03-02", ["unheard of"]),
        (None, "2025-03-02", []),
        (float("nan"), "2025-03-02", []),
    ],
)
def test_what_is_above_an_organisation_is_that_of_the_moment(name, day, chain) -> None:
    assert lineage(TREE, name, at(day)) == chain


def test_accreditation_holds_on_its_first_and_last_day_in_the_data_sets_zone() -> None:
    # Midnight in Shanghai is at 16:00 UTC.
    assert unaccredited(TREE, at("2025-05-31T15:59")).tolist() == ["new"]
    assert unaccredited(TREE, at("2025-05-31T16:00")).tolist() == ["old"]
