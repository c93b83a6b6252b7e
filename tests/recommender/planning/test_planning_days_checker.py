"""The days of a plan against plain loops over days: no matrix, every choice tried."""

import datetime as dt
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.planning.days import Presence, Stretch, joined, spread
from recommender.planning.horizon import Horizon
from recommender.planning.load import Limits
from recommender.planning.options import Candidate, Option
from recommender.planning.plan import make
from recommender.planning.problem import Inputs
from recommender.planning.school import School
from recommender.planning.terms import Period
from tests.recommender.planning.dated import (
    AS_OF,
    EXACT,
    HEADER,
    TEACHER,
    TODAY,
    day,
    expected,
    offered,
    rules,
    stretch,
)


@dataclass(frozen=True)
class Case:
    """Random offerings and limits."""

    candidates: tuple[Candidate, ...]
    utility: np.ndarray
    limits: Limits
    school: School
    least: int
    absences: int | None

    def inputs(self) -> Inputs:
        return Inputs(
            policy=rules(self.least, self.absences),
            career=TEACHER,
            horizon=Horizon.of(rules(), AS_OF),
            ledger=(),
            candidates=self.candidates,
            utility=self.utility,
            limits=self.limits,
            school=self.school,
        )


#: Around the holidays and the turn of the year, where terms and years meet.
DAYS = st.one_of(
    st.integers(185, 200), st.integers(240, 250), st.integers(355, 375), st.integers(0, 700)
).map(lambda number: TODAY + dt.timedelta(days=number))
LENGTHS = st.one_of(st.integers(1, 6), st.integers(1, 250))


@st.composite
def stretches(draw: st.DrawFn) -> tuple[Stretch, ...]:
    found = []
    for _ in range(draw(st.integers(1, 2))):
        since = draw(DAYS)
        until = min(since + dt.timedelta(days=draw(LENGTHS)), day("2028-01-01"))
        presence: Presence = draw(st.sampled_from(("every", "every", "some", "none")))
        hours = draw(st.none() | st.integers(0, 9).map(Decimal))
        found.append(Stretch(since, until, presence, hours))
    return tuple(found)


@st.composite
def offerings(draw: st.DrawFn, number: int) -> Candidate:
    found: dict[int, Option] = {}
    for _ in range(draw(st.integers(1, 2))):
        mode = draw(st.sampled_from(("face_to_face", "blended", "online")))
        hours = Decimal(draw(st.integers(1, 9)))
        if draw(st.booleans()):
            days = draw(stretches())
            away = draw(st.none() | st.integers(0, 8).map(Decimal))
            candidate = offered(f"k{number}", *days, hours=int(hours), days_away=away)
            option = candidate.options[0]
        else:
            option = expected(f"k{number}", draw(st.integers(0, 5)), mode=mode).options[0]
        found[option.term] = option
    return Candidate(f"k{number}", tuple(found[term] for term in sorted(found)))


SPANS = st.lists(
    st.tuples(DAYS, st.integers(1, 40)).map(
        lambda pair: (pair[0], pair[0] + dt.timedelta(days=pair[1]))
    ),
    max_size=2,
).map(tuple)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    count = draw(st.integers(1, 5))
    utilities = draw(st.lists(st.integers(1, 20), min_size=2 * count, max_size=2 * count))
    away = draw(st.lists(st.tuples(DAYS, st.integers(1, 3)), max_size=4))
    return Case(
        candidates=tuple(draw(offerings(number)) for number in range(count)),
        utility=np.array(utilities, dtype=float).reshape(count, 2) / 10,
        limits=Limits(
            hours_per_year=Decimal(draw(st.integers(0, 30))),
            days_away_per_year=draw(st.none() | st.integers(0, 20).map(Decimal)),
            presence=draw(st.sampled_from(("any", "any", "holidays", "term_time"))),
        ),
        school=School(
            absences_at_once=draw(st.none() | st.integers(0, 3)),
            away=dict(away),
            keep_free=draw(SPANS),
        ),
        least=draw(st.integers(0, 12)),
        absences=draw(st.none() | st.integers(0, 2)),
    )


def _each_day(since: dt.date, until: dt.date) -> list[dt.date]:
    return [since + dt.timedelta(days=number) for number in range((until - since).days)]


def _holiday(on: dt.date) -> bool:
    return (7, 10) <= (on.month, on.day) < (9, 1)


def _needs(option: Option) -> list[tuple[Presence, list[dt.date]]]:
    """Return each stretch's presence and days; expected ones are some day of their term."""
    if option.stretches:
        return [(each.presence, _each_day(each.since, each.until)) for each in option.stretches]
    bounds = (day("2026-01-01"), day("2026-07-10"), day("2026-09-01"))
    bounds += (day("2027-01-01"), day("2027-07-10"), day("2027-09-01"), day("2028-01-01"))
    days = _each_day(bounds[option.term], bounds[option.term + 1])
    return [("none" if option.attributes.mode == "online" else "some", days)]


def _shut(case: Case, option: Option) -> bool:
    """Say whether an option is sure to need a day that one of the rules closes."""
    most = case.absences if case.school.absences_at_once is None else case.school.absences_at_once

    def kept_free(on: dt.date) -> bool:
        return any(since <= on < until for since, until in case.school.keep_free)

    def full(on: dt.date) -> bool:
        return most is not None and not _holiday(on) and case.school.away.get(on, 0) >= most

    def off(on: dt.date) -> bool:
        wish = case.limits.presence
        return wish != "any" and _holiday(on) != (wish == "holidays")

    for presence, days in _needs(option):
        for closed in (kept_free, full, off):
            shut = [closed(on) for on in days]
            if (presence == "every" and any(shut)) or (presence == "some" and all(shut)):
                return True
    return False


def _by_year(option: Option, whole: int) -> tuple[int, int]:
    """Divide an amount day by day; rounded down up to each term's end, as the rule says."""
    ends = (day("2026-07-10"), day("2026-09-01"), day("2027-01-01"))
    weighed: dict[dt.date, Fraction] = {}
    hours = all(each.hours is not None for each in option.stretches)
    for each in option.stretches:
        days = _each_day(each.since, each.until)
        for on in days:
            weight = Fraction(each.hours or 0) / len(days) if hours else Fraction(1)
            weighed[on] = weighed.get(on, Fraction(0)) + weight
    total = sum(weighed.values())
    if not total:
        first = option.term < 3
        return (whole, 0) if first else (0, whole)
    before = sum(weight for on, weight in weighed.items() if on < ends[2])
    first_year = int(whole * before / total)
    return first_year, whole - first_year


def allowed(case: Case, chosen: list[Option]) -> bool:
    """Say whether options may be in one plan, by looking at every day."""
    busy: list[dt.date] = []
    for option in chosen:
        if _shut(case, option):
            return False
        busy += {on for presence, days in _needs(option) if presence == "every" for on in days}
    if len(busy) != len(set(busy)):
        return False
    hours, away = np.zeros(2), np.zeros(2)
    for option in chosen:
        present = sum(len(days) for presence, days in _needs(option) if presence == "every")
        stated = present if option.days_away is None else int(option.days_away)
        hours += _by_year(option, 100 * int(option.hours or 0))
        away += _by_year(option, 100 * stated)
    limit = case.limits.days_away_per_year
    enough = limit is None or bool((away <= 100 * int(limit)).all())
    return enough and bool((hours <= 100 * int(case.limits.hours_per_year or 0)).all())


def every_choice(case: Case) -> Iterable[list[tuple[int, Option]]]:
    places = [
        [None, *((number, option) for option in candidate.options)]
        for number, candidate in enumerate(case.candidates)
    ]
    for choice in itertools.product(*places):
        chosen = [place for place in choice if place is not None]
        if allowed(case, [option for _, option in chosen]):
            yield chosen


def worth(case: Case, chosen: list[tuple[int, Option]]) -> tuple[int, int]:
    """Return what is missing, negative, and the gain: the more, the better."""
    hours = sum(int(option.hours or 0) for _, option in chosen)
    gain = sum(round(1000 * case.utility[number, option.term // 3]) for number, option in chosen)
    return -max(0, case.least - hours), gain


@settings(max_examples=150)
@given(cases())
def test_a_plan_is_the_best_choice_that_every_day_allows(case: Case) -> None:
    plan = make(case.inputs(), HEADER, EXACT)
    keys = [
        f"{year}-{season}" for year in (2026, 2027) for season in ("spring", "summer", "autumn")
    ]
    number = {candidate.course: at for at, candidate in enumerate(case.candidates)}
    chosen = [
        (
            number[item.course],
            next(
                option
                for option in case.candidates[number[item.course]].options
                if option.term == keys.index(item.term)
            ),
        )
        for item in plan.items
    ]
    assert allowed(case, [option for _, option in chosen])
    best = max(worth(case, choice) for choice in every_choice(case))
    assert worth(case, chosen) == best
    assert plan.bound >= plan.objective


@given(st.integers(0, 10_000), stretches(), st.integers(0, 5))
def test_an_amount_is_divided_without_rest(whole: int, days: tuple[Stretch, ...], own: int) -> None:
    terms = Horizon.of(rules(), AS_OF).terms
    parts = spread(whole, days, terms, own)
    assert sum(parts.values()) == whole
    assert all(0 <= term < len(terms) and part > 0 for term, part in parts.items()) or not whole


def test_what_lies_before_the_first_term_falls_on_it() -> None:
    terms = (
        Period("one", day("2026-01-01"), day("2026-02-01"), "", ""),
        Period("two", day("2026-02-01"), day("2026-03-01"), "", ""),
    )
    begun = (stretch("2025-12-23", "2026-02-09"),)
    assert spread(49, begun, terms, 1) == {0: 40, 1: 9}


@given(SPANS)
def test_joined_spans_hold_the_same_days_and_do_not_touch(
    spans: tuple[tuple[dt.date, dt.date], ...],
) -> None:
    found = joined(spans)
    assert {on for span in spans for on in _each_day(*span)} == {
        on for span in found for on in _each_day(*span)
    }
    assert all(one[1] < two[0] for one, two in itertools.pairwise(found))
