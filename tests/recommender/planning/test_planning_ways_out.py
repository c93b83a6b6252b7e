"""Ways out are tried, what binds is told, and a course says why it is where it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from recommender.planning.account import Account
from recommender.planning.binding import binding, binding_sentence
from recommender.planning.conflict import Relief, relief_sentence
from recommender.planning.horizon import Horizon
from recommender.planning.load import Limits
from recommender.planning.matching import Assumed
from recommender.planning.options import Candidate
from recommender.planning.plan import Header, make
from recommender.planning.problem import Inputs, Wishes, build
from recommender.planning.solve import Effort
from recommender.planning.ways_out import ways_out
from recommender.planning.why import Explained
from tests.recommender.planning.test_planning_checker import AS_OF as CASE_AS_OF
from tests.recommender.planning.test_planning_checker import Case, cases
from tests.recommender.planning.test_planning_fast import (
    CATALOGUE,
    HEADER,
    NATION,
    TEACHER,
    course,
    inputs,
)


def reliefs(hours: int, **more: object) -> dict[tuple[str, str], Relief]:
    made_from = inputs(hours, **more)
    found = ways_out(build(made_from), make(made_from, HEADER))
    return {(way.rule, way.period): way for each in found for way in each.reliefs}


def test_where_all_is_met_no_way_out_is_told() -> None:
    assert reliefs(120) == {}


@pytest.mark.parametrize(("hours", "least", "enough"), [(44, "140", "140"), (60, "60", "140")])
def test_a_requirement_is_lowered_by_the_least_and_by_what_whole_courses_need(
    hours: int, least: str, enough: str
) -> None:
    # Of 40 hours one course fits into each year beside ethics of 4: 5 x 44 = 220 of 360.
    way = reliefs(hours)["minimum", "2026-2030"]
    assert (way.amount, way.enough, way.unit) == (least, enough, "hour")


@pytest.mark.parametrize("hours", [44, 60, 66])
def test_more_hours_in_every_year_are_enough_where_it_says_so_and_less_than_least_is_not(
    hours: int,
) -> None:
    way = reliefs(hours)["load", ""]
    wider = Limits(hours_per_year=hours + Decimal(way.enough))
    assert make(replace(inputs(hours), limits=wider), HEADER).unmet == ()
    tighter = Limits(hours_per_year=hours + Decimal(way.amount) - 1)
    assert make(replace(inputs(hours), limits=tighter), HEADER).unmet != ()


def test_a_way_out_of_one_conflict_leaves_what_another_misses() -> None:
    few = replace(inputs(44), candidates=CATALOGUE[1:], utility=np.ones((12, 5)))
    problem, plan = build(few), make(few, HEADER)
    assert {each.requirement for each in plan.unmet} == {"ethics", "total"}
    found = {tuple({row.of for row in each.lacking}): each for each in ways_out(problem, plan)}
    assert not any(way.of == "ethics" for each in found.values() for way in each.reliefs)
    total = found["total",]
    assert {
        way.enough != "" for way in total.reliefs if (way.rule, way.period) == ("load", "")
    } == {True}


def test_where_two_periods_fall_short_each_has_ways_out_of_its_own() -> None:
    late = Horizon.of(NATION, pd.Timestamp("2029-11-01T00:00+08:00"))
    assert [cycle.key for cycle in late.cycles] == ["2026-2030", "2031-2035"]
    candidates = tuple(
        Candidate(
            each.course,
            tuple(
                replace(each.options[0], term=term, earned_on=day)
                for term, day in enumerate(late.last_days)
            ),
            repeatable=each.repeatable,
        )
        for each in CATALOGUE
    )
    made_from = Inputs(
        NATION,
        TEACHER,
        late,
        (),
        candidates,
        np.ones((len(candidates), len(late.years))),
        limits=Limits(hours_per_year=Decimal(44)),
    )
    plan = make(made_from, HEADER)
    assert [each.period for each in plan.unmet] == ["2026-2030", "2031-2035"]
    found = ways_out(build(made_from), plan)
    assert [[row.period for row in each.lacking] for each in found] == [
        ["2026-2030"],
        ["2031-2035"],
    ]
    for each, outcome in zip(found, plan.unmet, strict=True):
        (lower,) = [way for way in each.reliefs if way.rule == "minimum"]
        assert (lower.period, lower.amount) == (outcome.period, outcome.missing)


def test_a_pin_that_is_given_up_is_tried_too() -> None:
    made_from = inputs(40, wishes=Wishes(pins=(("k00", "2026-spring"),)))
    found = ways_out(build(made_from), make(made_from, HEADER))
    pins = [way for each in found for way in each.reliefs if way.rule == "pin"]
    assert [(way.of, way.amount, way.enough) for way in pins] == [("k00", "1", "1")]


def test_both_amounts_are_said() -> None:
    problem = build(inputs(60))
    way = Relief("load", "", "", "12", "hour", "20")
    assert relief_sentence(problem, way).en == (
        "Take on at least 12 hours more in every year (tried: 20 hours are enough)."
    )
    assert "每年至少多安排 12 学时（经验算，20 学时足够）" in relief_sentence(problem, way).zh
    alone = relief_sentence(problem, replace(way, enough="12"))
    assert "tried: that is enough" in alone.en
    unknown = relief_sentence(problem, replace(way, enough=""))
    assert "whole courses may need more" in unknown.en


def test_what_binds_is_what_a_plan_would_be_better_without() -> None:
    tight, wide = build(inputs(80)), build(inputs(500))
    assert {each.rule for each in binding(tight)} == {"load"}
    assert [each.price for each in binding(tight)] == sorted(
        (each.price for each in binding(tight)), reverse=True
    )
    assert "学时上限" in binding_sentence(NATION, binding(tight)[0]).zh
    assert binding(wide) == ()
    costly = replace(inputs(500), utility=-np.ones((len(CATALOGUE), 5)))
    (first, *_) = binding(build(costly))
    assert "this requirement decides" in binding_sentence(NATION, first).en
    assert {each.rule for each in binding(build(costly))} == {"minimum"}


def test_nothing_binds_where_something_falls_short_or_nothing_is_offered() -> None:
    assert binding(build(inputs(44))) == ()
    assert binding(build(replace(inputs(), candidates=(), utility=np.zeros((0, 5))))) == ()


def test_a_course_tells_why_it_is_in_its_year() -> None:
    after = course("deep", 40, prerequisites=("k11",))
    spring = course("spring", 40)
    spring = replace(spring, options=spring.options[::2])
    only = replace(course("only", 40), options=course("only", 40).options[4:5])
    candidates = (*CATALOGUE, after, spring, only)
    pins = tuple((name, None) for name in ("k11", "deep", "spring", "only"))
    utility = np.linspace(0.1, 1, len(candidates))[:, None] * 0.97 ** np.arange(5)
    made_from = replace(
        inputs(84, wishes=Wishes(pins=pins)), candidates=candidates, utility=utility
    )
    plan = make(made_from, HEADER)
    explained = Explained(build(made_from), plan)
    told = {
        item.course: {said.code: said for said in explained.of(item)}
        for item in plan.items
        if item.course != "ethics"
    }
    place = {item.course: item.term for item in plan.items}
    assert f"planned for {place['k11']}" in told["deep"]["after"].en
    assert told["spring"]["season"].en == "It is held in spring terms only."
    assert "only_term" in told["only"]
    assert "2030-12-31" in told["k11"]["due"].en
    years = {item.year: 0.0 for item in plan.items}
    for item in plan.items:
        years[item.year] += float(item.hours)
    for item in plan.items:
        full = {year for year, hours in years.items() if hours + 40 > 84 and year != item.year}
        if item.course == "k11":
            said = told["k11"].get("full")
            assert {
                *(said.en.split(" have ")[0].split("in ")[1].split(", ") if said else [])
            } == full


def _with(made_from: Inputs, way: Relief, amount: Decimal) -> Inputs | None:
    """The inputs with one way out carried out in the rules themselves; None where it cannot be."""
    limits = made_from.limits
    if way.rule == "load":
        hours = (limits.hours_per_year or Decimal(0)) + amount
        if way.period:
            return replace(made_from, limits=replace(limits, hours_in_year=((way.period, hours),)))
        return replace(made_from, limits=replace(limits, hours_per_year=hours))
    if way.rule == "budget":
        return replace(made_from, limits=replace(limits, budget=(limits.budget or 0) + amount))
    if way.rule == "pin":
        pins = tuple(each for each in made_from.wishes.pins if each[0] != way.of)
        return replace(made_from, wishes=Wishes(pins=pins))
    return _with_rule(made_from, way, amount)


def _with_rule(made_from: Inputs, way: Relief, amount: Decimal) -> Inputs | None:
    """Lower a minimum, or raise a maximum, of a whole cycle."""
    rules = made_from.policy.requirement
    named = next(each for each in rules if each.id == way.of)
    if named.per != "cycle" or named.carry_over or named.loan:
        return None
    if way.rule == "minimum":
        left = (named.minimum or Decimal(0)) - amount
        eased = replace(named, minimum=left if left > 0 else None)
    else:
        eased = replace(named, maximum=(named.maximum or Decimal(0)) + amount)
    bounded = eased.minimum is not None or eased.maximum is not None
    changed = tuple(
        eased if each is named else each for each in rules if each is not named or bounded
    )
    return replace(made_from, policy=replace(made_from.policy, requirement=changed))


def test_an_account_says_what_is_taken_for_granted_and_which_wish_cannot_be_kept() -> None:
    to_come = Assumed(dt.date(2028, 1, 1), "backbone", 0.95)
    pins = (("k00", "2031-spring"), ("unheard-of", None), ("k01", None))
    made_from = replace(inputs(wishes=Wishes(pins=pins)), assumed=(to_come,))
    account = Account.of(made_from, make(made_from, HEADER))
    assert ["2028-01-01" in said.en for said in account.assumed] == [True]
    assert [said.en for said in account.unkept] == [
        "“k00” in 2031-spring: no offering of that term can be chosen.",
        "“unheard-of”: it is not open to you, or not offered.",
    ]
    assert {way.relief.rule for ways in account.ways_out for way in ways} == {"pin"}


@st.composite
def tight(draw: st.DrawFn) -> Inputs:
    """Courses of unequal size, too few hours or too little money for all of them, and a total."""
    sizes = draw(st.lists(st.integers(1, 9), min_size=3, max_size=6))
    candidates = tuple(_costing(course(f"c{at}", size), size) for at, size in enumerate(sizes))
    total = next(each for each in NATION.requirement if each.id == "total")
    asked = replace(total, minimum=Decimal(draw(st.integers(sum(sizes) // 2, sum(sizes)))))
    rules = replace(NATION, requirement=(asked,), budget_funding=("school",))
    hours = Decimal(draw(st.integers(1, 4)))
    budget = draw(st.none() | st.integers(1, sum(sizes)).map(Decimal))
    limits = Limits(hours_per_year=hours, budget=budget)
    utility = np.ones((len(candidates), 5))
    return replace(inputs(), policy=rules, candidates=candidates, utility=utility, limits=limits)


def _costing(candidate: Candidate, yuan: int) -> Candidate:
    options = tuple(
        replace(each, cost=Decimal(yuan), funding="school") for each in candidate.options
    )
    return replace(candidate, options=options)


@settings(max_examples=60)
@given(st.one_of(tight(), cases(most=4, repeatable=False).map(Case.inputs)))
def test_what_is_enough_is_enough_and_less_than_least_is_not_in_the_rules_themselves(
    made_from: Inputs,
) -> None:
    effort, header = Effort(gap=0.0, nodes=10_000), Header("t", CASE_AS_OF, "m")
    found = ways_out(build(made_from), make(made_from, header, effort))
    # What the ledger alone has too much of, no plan mends.
    above = {
        (each.duty.requirement.id, each.duty.period.key)
        for each in made_from.accounts().sheet(made_from.ledger).balances
        if each.excess
    }
    if len(found) != 1:
        return
    for way in found[0].reliefs:
        event(f"{way.rule} {'of a year' if way.period else ''} enough: {bool(way.enough)}")
        if way.enough and (eased := _with(made_from, way, Decimal(way.enough))) is not None:
            made = make(eased, header, effort)
            assert {(each.requirement, each.period) for each in made.unmet} <= above
            assert made.unkept == ()
        less = Decimal(way.amount) - (Decimal("0.01") if way.unit in ("hour", "yuan") else 1)
        if way.rule in ("load", "budget") and (less_eased := _with(made_from, way, less)):
            made = make(less_eased, header, effort)
            assert made.unmet or made.unkept
