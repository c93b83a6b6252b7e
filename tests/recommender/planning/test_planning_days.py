"""Rules of days: one place at a time, closed days, days away, and what a whole school does."""

from decimal import Decimal
from typing import Literal

import numpy as np
import pytest

from features.errors import InvalidSetting
from recommender.planning.binding import Binding, binding_sentence
from recommender.planning.conflict import relief_sentence
from recommender.planning.load import Limits
from recommender.planning.plan import make
from recommender.planning.problem import build
from recommender.planning.replan import Replanner
from recommender.planning.school import School
from recommender.planning.terms import Cycle, TermRule
from recommender.planning.ways_out import ways_out
from tests.recommender.planning.dated import (
    EXACT,
    HEADER,
    TODAY,
    courses,
    day,
    expected,
    inputs,
    offered,
    rules,
    stretch,
    taken,
)

# What is refused.


def test_a_school_refuses_days_that_end_before_they_begin_and_fewer_than_no_teachers() -> None:
    with pytest.raises(InvalidSetting, match="keep_free: expected days"):
        School(keep_free=((day("2026-05-02"), day("2026-05-01")),))
    with pytest.raises(InvalidSetting, match="absences_at_once: expected 0 or more"):
        School(absences_at_once=-1)


def test_fewer_than_no_days_away_are_refused() -> None:
    with pytest.raises(InvalidSetting, match="days_away_per_year: expected 0 or more days, got -1"):
        Limits(days_away_per_year=Decimal(-1))


def test_presence_in_holidays_is_refused_under_a_policy_without_holidays() -> None:
    without = Cycle(2, TODAY, (TermRule("year", "年", "year", "01-01"),))
    asked = inputs(
        expected("c", 0), limits=Limits(presence="holidays"), policy=rules(cycle=without)
    )
    with pytest.raises(InvalidSetting, match="presence: expected any .* holiday = true"):
        build(asked)


# One rule at a time.


def test_two_offerings_on_one_day_are_not_both_taken() -> None:
    one = offered("a", stretch("2026-03-02", "2026-03-06"))
    assert len(taken(one, offered("b", stretch("2026-03-06", "2026-03-08")))) == 1
    assert len(taken(one, offered("b", stretch("2026-03-07", "2026-03-08")))) == 2


def test_what_needs_no_presence_or_not_on_every_day_never_clashes() -> None:
    one = offered("a", stretch("2026-03-02", "2026-03-06"))
    for presence in ("none", "some"):
        assert len(taken(one, offered("b", stretch("2026-03-02", "2026-03-06", presence)))) == 2


def test_stages_clash_only_where_they_lie() -> None:
    staged = offered("a", stretch("2026-03-02", "2026-03-03"), stretch("2026-06-01", "2026-06-02"))
    assert len(taken(staged, offered("b", stretch("2026-04-01", "2026-04-20")))) == 2
    assert len(taken(staged, offered("b", stretch("2026-05-20", "2026-06-01")))) == 1


def test_options_that_share_a_day_share_one_row() -> None:
    """a and b meet on the 3rd, b, c and d on the 6th: two rows, not four pairs."""
    problem = build(
        inputs(
            offered("a", stretch("2026-03-01", "2026-03-03")),
            offered("b", stretch("2026-03-03", "2026-03-07")),
            offered("c", stretch("2026-03-05", "2026-03-06")),
            offered("d", stretch("2026-03-06", "2026-03-09")),
        )
    )
    matrix = problem.matrix
    found = [row for row, label in enumerate(matrix.labels) if label.rule == "clash"]
    sets = {tuple(np.flatnonzero(matrix.rows[[row]].toarray()[0])) for row in found}
    assert sets == {(0, 1), (1, 2, 3)}


def test_the_hours_of_a_long_offering_fall_on_the_years_that_it_spans() -> None:
    """90 hours from October to the end of March: 92 of 182 days in the first year."""
    long = offered("a", stretch("2026-10-01", "2027-03-31"), hours=91)
    (item,) = make(inputs(long), HEADER, EXACT).items
    assert (item.year, item.term) == ("2027", "2027-spring")
    assert taken(long, limits=Limits(hours_per_year=Decimal(46))) == ["a"]
    assert taken(long, limits=Limits(hours_per_year=Decimal("45.99"))) == []


def test_stages_that_state_hours_weigh_by_them() -> None:
    long = offered(
        "a",
        stretch("2026-12-01", "2026-12-02", hours=30),
        stretch("2027-01-05", "2027-02-28", hours=10),
        hours=40,
    )
    matrix = build(inputs(long)).matrix
    loads = {
        label.period: matrix.rows[[row]].toarray()[0][0]
        for row, label in enumerate(matrix.labels)
        if label.rule == "load"
    }
    assert loads == {"2026": 3000, "2027": 1000}


def test_days_away_of_a_year_are_limited_as_stated_else_by_days_of_presence() -> None:
    one = offered("a", stretch("2026-03-02", "2026-03-06"))
    half = offered("b", stretch("2026-04-01", "2026-04-30", "some"), days_away=Decimal("2.5"))
    for limit, most in (("7.5", 2), ("7.49", 1), ("2.5", 1), ("2.4", 0)):
        assert len(taken(one, half, limits=Limits(days_away_per_year=Decimal(limit)))) == most


def test_days_that_the_school_keeps_free_have_no_presence() -> None:
    free = School(keep_free=((day("2026-03-06"), day("2026-03-08")),))
    assert taken(offered("a", stretch("2026-03-02", "2026-03-06")), school=free) == []
    assert taken(offered("a", stretch("2026-03-08", "2026-03-09")), school=free) == ["a"]
    some = offered("a", stretch("2026-03-05", "2026-03-07", "some"))
    assert taken(some, school=free) == ["a"]
    all_closed = School(keep_free=((day("2026-03-05"), day("2026-03-08")),))
    assert taken(some, school=all_closed) == []


def test_no_more_are_away_at_once_than_the_school_or_else_the_policy_allows() -> None:
    one = offered("a", stretch("2026-03-02", "2026-03-06"))
    away = {day("2026-03-06"): 2}
    assert taken(one, school=School(absences_at_once=2, away=away)) == []
    assert taken(one, school=School(absences_at_once=3, away=away)) == ["a"]
    assert taken(one, school=School(away=away), policy=rules(absences=2)) == []
    assert taken(one, school=School(away=away), policy=rules()) == ["a"]
    assert taken(one, school=School(absences_at_once=0)) == []


def test_who_is_away_in_holidays_is_not_absent() -> None:
    one = offered("a", stretch("2026-08-02", "2026-08-06"))
    assert taken(one, school=School(absences_at_once=0)) == ["a"]


@pytest.mark.parametrize(
    ("presence", "allowed"), [("any", "abcd"), ("holidays", "bd"), ("term_time", "acd")]
)
def test_presence_may_be_wished_in_holidays_or_in_term_time_only(
    presence: Literal["any", "holidays", "term_time"], allowed: str
) -> None:
    """c and d are expected: c in the spring or d in any mode needing none."""
    found = taken(
        offered("a", stretch("2026-03-02", "2026-03-06")),
        offered("b", stretch("2026-08-02", "2026-08-06")),
        expected("c", 0),
        expected("d", 0, 1, mode="online"),
        limits=Limits(hours_per_year=Decimal(1000), presence=presence),
    )
    assert found == sorted(allowed)


def test_what_the_whole_school_does_is_in_the_plan_and_keeps_others_out() -> None:
    """Fixed: beyond the hours of a year, on days kept free, and two of them at once."""
    plan = make(
        inputs(
            offered("a", stretch("2026-03-02", "2026-03-06"), hours=30, fixed=True),
            offered("b", stretch("2026-03-06", "2026-03-06"), hours=5, fixed=True),
            offered("c", stretch("2026-03-06", "2026-03-09")),
            offered("d", stretch("2027-03-06", "2027-03-09")),
            limits=Limits(hours_per_year=Decimal(20), days_away_per_year=Decimal(4)),
            school=School(keep_free=((day("2026-03-01"), day("2026-03-31")),), absences_at_once=1),
            policy=rules(least=40),
        ),
        HEADER,
        EXACT,
    )
    assert courses(plan) == ["a", "b", "d"]
    (outcome,) = plan.outcomes
    assert (outcome.planned, outcome.missing) == ("45", "0")


def test_a_change_leaves_what_is_fixed_and_keeps_the_days() -> None:
    planner = Replanner(
        inputs(
            offered("a", stretch("2026-03-02", "2026-03-06"), fixed=True),
            offered("b", stretch("2026-03-06", "2026-03-07")),
            offered("c", stretch("2026-05-06", "2026-05-07")),
            offered("d", stretch("2026-05-06", "2026-05-07")),
        ),
        HEADER,
        EXACT,
    )
    assert courses(planner.pin("c").plan) == ["a", "c"]
    assert courses(planner.pin("d").plan) == ["a", "d"] or planner.plan.unkept
    assert "a" in courses(planner.ban("a").plan)


def test_a_conflict_of_days_is_told_with_what_would_resolve_it() -> None:
    problem = build(
        inputs(
            offered("a", stretch("2026-03-02", "2026-03-06"), hours=20),
            limits=Limits(hours_per_year=Decimal(1000), days_away_per_year=Decimal(3)),
            policy=rules(least=20),
        )
    )
    (conflict,) = ways_out(problem, make(problem.inputs, HEADER, EXACT))
    assert {label.rule for label in conflict.against} == {"minimum", "away"}
    relief = next(each for each in conflict.reliefs if each.rule == "away")
    assert (relief.period, relief.amount, relief.enough) == ("2026", "2", "2")
    assert "2 days more in 2026" in relief_sentence(problem, relief).en


@pytest.mark.parametrize(
    ("rule", "limits", "school", "said"),
    [
        ("free", Limits(), School(keep_free=((day("2026-03-05"), day("2026-03-09")),)), "keeps"),
        ("absence", Limits(), School(absences_at_once=0), "as may be are away"),
        ("presence", Limits(presence="holidays"), School(), "in 2026-spring"),
    ],
)
def test_closed_days_in_a_conflict_may_give(
    rule: str, limits: Limits, school: School, said: str
) -> None:
    one = offered("a", stretch("2026-03-02", "2026-03-06"), hours=20)
    problem = build(inputs(one, limits=limits, school=school, policy=rules(least=20)))
    plan = make(problem.inputs, HEADER, EXACT)
    (conflict,) = ways_out(problem, plan)
    relief = next(each for each in conflict.reliefs if each.rule == rule)
    assert (relief.amount, relief.enough, relief.unit) == ("1", "1", "course")
    assert said in relief_sentence(problem, relief).en


def test_days_away_that_bind_a_plan_are_said_to() -> None:
    said = binding_sentence(rules(), Binding("away", "", "2026", 1.0))
    assert "days away of 2026" in said.en
    assert "2026 年度的离岗天数" in said.zh
