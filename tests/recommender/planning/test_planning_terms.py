"""Cycles, policy years and terms."""

import datetime as dt

import pandas as pd
import pytest

from recommender.planning import policy
from recommender.planning.horizon import Horizon
from recommender.planning.terms import Cycle, TermRule

SCHOOL_YEAR = Cycle(
    years=5,
    starts=dt.date(2021, 9, 1),
    term=(
        TermRule("autumn", "秋", "autumn", "09-01"),
        TermRule("winter", "寒假", "winter holiday", "01-20"),
        TermRule("spring", "春", "spring", "02-20"),
    ),
)


def test_terms_follow_one_another_through_the_turn_of_the_year() -> None:
    terms = SCHOOL_YEAR.terms_of(SCHOOL_YEAR.cycle_at(dt.date(2024, 2, 29)))
    assert len(terms) == 15
    assert [(term.key, term.since, term.until) for term in terms[:3]] == [
        ("2021-22-autumn", dt.date(2021, 9, 1), dt.date(2022, 1, 20)),
        ("2021-22-winter", dt.date(2022, 1, 20), dt.date(2022, 2, 20)),
        ("2021-22-spring", dt.date(2022, 2, 20), dt.date(2022, 9, 1)),
    ]
    assert all(before.until == after.since for before, after in zip(terms, terms[1:], strict=False))


def test_a_day_before_the_first_cycle_is_in_the_one_before_it() -> None:
    assert SCHOOL_YEAR.cycle_at(dt.date(2021, 8, 31)).key == "2016-2021"


def test_the_season_of_a_leap_day_is_that_of_its_term() -> None:
    assert SCHOOL_YEAR.season(dt.date(2024, 2, 29)) == "spring"


@pytest.mark.parametrize(
    ("as_of", "cycles", "first", "n_terms"),
    [
        ("2026-01-01T00:00+08:00", ["2026-2030"], "2026-spring", 10),
        ("2025-12-31T15:59Z", ["2021-2025", "2026-2030"], "2025-autumn", 11),
        ("2025-12-31T16:00Z", ["2026-2030"], "2026-spring", 10),
        ("2024-09-01", ["2021-2025", "2026-2030"], "2024-autumn", 13),
    ],
)
def test_a_plan_looks_to_the_end_of_a_cycle_that_is_not_nearly_over(
    as_of: str, cycles: list[str], first: str, n_terms: int
) -> None:
    horizon = Horizon.of(policy.load("national-2011"), pd.Timestamp(as_of))
    assert [cycle.key for cycle in horizon.cycles] == cycles
    assert horizon.terms[0].key == first
    assert len(horizon.terms) == n_terms
