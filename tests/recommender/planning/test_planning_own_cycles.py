"""Cycles that begin on a teacher's own day: by registration or accreditation."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.planning import intake, policy
from recommender.planning.horizon import Horizon
from recommender.planning.lines import Line
from recommender.planning.matching import Career, Standing
from tests.builders import at, teacher, world
from tests.recommender.planning.ledgers import earned, missing

NEW_YORK = policy.load("new-york-ctle-2016")
NATION = policy.load("national-2011")


def registered(on: str | None, region: str = "US-NY") -> Career:
    """Return a teacher of long standing, registered on a day."""
    state = Standing(dt.date(2005, 9, 1), region=region, subjects=("maths",))
    return Career((state,), dt.date(2005, 9, 1), None if on is None else dt.date.fromisoformat(on))


def of_language(amount: str, on: str) -> Line:
    return earned(amount, on, theme="language_acquisition")


# Registered on 15 October 2022: the five years end on 14 October 2027.
@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([of_language("15", "2022-10-15"), earned("85", "2027-10-14")], {}),
        ([of_language("15", "2022-10-15"), earned("84.5", "2027-10-14")], {"total": "0.5"}),
        (
            [of_language("14.5", "2022-10-15"), earned("85.5", "2027-10-14")],
            {"language-acquisition": "0.5"},
        ),
        (
            [of_language("15", "2022-10-14"), earned("100", "2022-10-15")],
            {"language-acquisition": "15"},
        ),
        ([of_language("15", "2022-10-15"), earned("85", "2027-10-15")], {"total": "85"}),
    ],
)
def test_new_york_asks_for_hours_from_the_day_of_registration(
    lines: list[Line], found: dict[str, str]
) -> None:
    career = registered("2022-10-15")
    assert missing(NEW_YORK.own(career), career, lines, "2026-06-01") == found


# Accredited on 3 February 2020: the second period runs from 3 February 2025 to 2 February 2030.
@pytest.mark.parametrize(
    ("rules", "today", "lines", "found"),
    [
        ("nsw-2018", "2024-08-15", [("100", "2020-02-03", "accredited")], {}),
        (
            "nsw-2018",
            "2024-08-15",
            [("49.5", "2020-02-03", "accredited"), ("50.5", "2024-08-01", "")],
            {"accredited": "0.5"},
        ),
        ("nsw-2024", "2025-02-02", [("100", "2025-02-02", "")], {}),
        ("nsw-2024", "2025-02-03", [("100", "2025-02-02", "")], {"total": "100"}),
        ("nsw-2024", "2026-06-01", [("99.5", "2025-02-03", "")], {"total": "0.5"}),
    ],
)
def test_new_south_wales_asks_for_hours_from_the_day_of_accreditation(
    rules: str, today: str, lines: list[tuple[str, str, str]], found: dict[str, str]
) -> None:
    career = registered("2020-02-03", "AU-NSW")
    given_lines = [earned(amount, on, line=line) for amount, on, line in lines]
    assert missing(policy.load(rules).own(career), career, given_lines, today) == found


def test_a_day_that_is_not_known_or_not_asked_for_leaves_the_calendar() -> None:
    assert NEW_YORK.own(registered(None)) is NEW_YORK
    assert NATION.own(registered("2022-10-15")) is NATION


def test_the_policy_in_force_has_the_teacher_s_own_cycles() -> None:
    career = registered("2022-10-15")
    for name in (None, "new-york-ctle-2016"):
        found = policy.in_force(career, at("2026-06-01"), name)
        assert found.cycle.cycle_at(dt.date(2026, 6, 1)).since == dt.date(2022, 10, 15)


def test_the_term_under_way_on_the_own_day_is_cut_in_two() -> None:
    rules = NEW_YORK.own(registered("2022-10-15"))
    horizon = Horizon.of(rules, at("2025-11-01"), least_years=1)
    assert [(term.key, str(term.since)) for term in horizon.terms[:4]] == [
        ("2025-26-fall-rest", "2025-10-15"),
        ("2025-26-spring", "2026-01-01"),
        ("2025-26-fall", "2026-07-01"),
        ("2026-27-fall-rest", "2026-10-15"),
    ]
    assert (horizon.terms[0].zh, horizon.terms[0].en) == (
        "2025-26 秋季学期（后段）",
        "fall 2025-26 (rest)",
    )
    assert horizon.cycles[0].until == dt.date(2027, 10, 15)


@given(
    st.dates(dt.date(1990, 1, 1), dt.date(2030, 12, 31)),
    st.dates(dt.date(2000, 1, 1), dt.date(2040, 1, 1)),
)
def test_own_years_are_cut_without_gap_and_keep_the_calendar_s_seasons(
    own: dt.date, on: dt.date
) -> None:
    cycle = NEW_YORK.cycle.own(own)
    span = cycle.cycle_at(on)
    terms = cycle.terms_of(span)
    assert (terms[0].since, terms[-1].until) == (span.since, span.until)
    assert all(one.until == two.since for one, two in itertools.pairwise(terms))
    assert len({term.key for term in terms}) == len(terms)
    assert span.holds(on)
    assert cycle.season(on) == ("spring" if on.month < 7 else "fall")
    first = dt.date(own.year, 3, 1) if (own.month, own.day) == (2, 29) else own
    assert (span.since.month, span.since.day) == (first.month, first.day)
    assert (span.since.year - first.year) % 5 == 0


def test_the_last_day_of_registration_known_before_the_moment_is_read() -> None:
    data = world(
        teachers=[
            teacher("t", "2017-10-15", registered_on="2017-10-15"),
            teacher("t", "2022-10-15", registered_on="2022-10-20"),
            teacher("t", "2026-10-15", registered_on="2026-10-20"),
        ]
    )
    assert intake.career(data, "t", at("2026-01-01")).registered_on == dt.date(2022, 10, 20)
