"""The fast path against slow truths: its bound, its rows, its least shortages, its changes."""

import datetime as dt
from dataclasses import fields, replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.planning import policy
from recommender.planning.conflict import conflicts, relief_sentence
from recommender.planning.difference import Difference, Move
from recommender.planning.horizon import Horizon
from recommender.planning.lines import Batch
from recommender.planning.load import Limits
from recommender.planning.matching import Attributes, Career, Clause, Standing, fits_any
from recommender.planning.options import Candidate, Option
from recommender.planning.plan import Header, make
from recommender.planning.problem import Inputs, Wishes, build
from recommender.planning.relaxation import Relaxation
from recommender.planning.replan import Replanner, kept_places
from recommender.planning.rules import Requirement
from recommender.planning.solve import Effort, complete
from recommender.planning.tabu import activities
from recommender.planning.terrain import Terrain
from tests.recommender.planning.test_planning_checker import (
    AS_OF as CASE_AS_OF,
)
from tests.recommender.planning.test_planning_checker import (
    Case,
    _placed,
    allowed,
    cases,
    every_choice,
    gain,
    shortage,
)

AS_OF = pd.Timestamp("2026-01-01T00:00+08:00")
NATION = policy.load("national-2011")
HORIZON = Horizon.of(NATION, AS_OF)
TEACHER = Career((Standing(dt.date(2010, 9, 1)),), dt.date(2010, 9, 1))
HEADER = Header("t1", AS_OF, "model@1")


def course(name: str, hours: int, domain: str = "teaching", **more: object) -> Candidate:
    options = tuple(
        Option(term, day, Attributes(domain=domain), Decimal(hours))
        for term, day in enumerate(HORIZON.last_days)
    )
    return Candidate(name, options, **more)  # type: ignore[arg-type]


CATALOGUE = (
    course("ethics", 4, "ethics", repeatable="yearly"),
    *(course(f"k{number:02}", 40) for number in range(12)),
)


def inputs(hours: int = 120, **more: object) -> Inputs:
    utility = np.linspace(0.1, 1, len(CATALOGUE))[:, None] * 0.97 ** np.arange(5)
    limits = Limits(hours_per_year=Decimal(hours))
    return Inputs(NATION, TEACHER, HORIZON, (), CATALOGUE, utility, limits=limits, **more)  # type: ignore[arg-type]


@settings(max_examples=80)
@given(cases(most=4, repeatable=False))
def test_the_bound_is_never_below_the_best_plan_that_falls_short_as_little(case: Case) -> None:
    plan = make(case.inputs(), Header("t", CASE_AS_OF, "m"), Effort(gap=1.0, nodes=10_000))
    best = min(every_choice(case), key=lambda choice: (shortage(case, choice), -gain(case, choice)))
    assert allowed(case, _placed(plan))
    assert plan.shortage_proven
    assert shortage(case, _placed(plan)) == shortage(case, best)
    assert plan.objective <= gain(case, best) <= plan.bound


@settings(max_examples=80)
@given(cases(most=4, repeatable=False))
def test_the_relaxation_is_never_below_any_complete_choice(case: Case) -> None:
    problem = build(case.inputs())
    found = Relaxation(problem.matrix).solve()
    assert found is not None
    assert found.bound >= max(gain(case, choice) for choice in every_choice(case)) - 1e-6


@settings(max_examples=150)
@given(cases(most=4, repeatable=False))
def test_the_relaxation_of_complete_plans_is_never_below_any_of_them(case: Case) -> None:
    gains = [gain(case, choice) for choice in every_choice(case) if not any(shortage(case, choice))]
    found = Relaxation(complete(build(case.inputs()).matrix)).solve()
    if gains:
        assert found is not None
        assert found.bound >= max(gains) - 1e-6


@settings(max_examples=80)
@given(cases(most=6, repeatable=True), st.data())
def test_the_walk_counts_every_row_as_the_matrix_does(case: Case, data: st.DataObject) -> None:
    matrix = build(case.inputs()).matrix
    options = int(matrix.whole.sum())
    choice = st.lists(st.booleans(), min_size=options, max_size=options)
    chosen = np.array(data.draw(choice), dtype=bool)
    terrain = Terrain.of(matrix)
    counted = activities(terrain.land(matrix), chosen)[0]
    for row, label in enumerate(matrix.labels):
        if label.rule not in ("even", "cap"):
            assert counted[row] == _slowly(matrix, row, chosen, options)


words = st.sampled_from(("", "a", "b", "c"))
lists = st.lists(st.sampled_from("abc"), max_size=2, unique=True).map(tuple)
listed = {each.name for each in fields(Clause) if each.init} - {"least"}
wordy = {each.name for each in fields(Attributes)} - {"theme"}


@st.composite
def clauses(draw: st.DrawFn) -> Clause:
    """Any two attributes, and how much a line is worth at least."""
    names = draw(st.sets(st.sampled_from(sorted(listed)), max_size=2))
    return Clause(
        **{name: draw(lists) for name in sorted(names)},
        least=draw(st.none() | st.integers(1, 4).map(Decimal)),
    )


@given(
    st.lists(
        st.tuples(
            st.builds(Attributes, theme=lists, **dict.fromkeys(sorted(wordy), words)),
            st.integers(0, 5),
        ),
        max_size=5,
    ),
    st.lists(clauses(), max_size=3).map(tuple),
)
def test_a_batch_fits_clauses_as_each_of_its_lines_does(
    lines: list[tuple[Attributes, int]], where: tuple[Clause, ...]
) -> None:
    attributes, amounts = [each for each, _ in lines], [steps for _, steps in lines]
    days = [dt.date(2026, 1, 1)] * len(lines)
    unvalued = Batch.of(attributes, days, [9] * len(lines))
    assert unvalued.worded(where).tolist() == [fits_any(where, each) for each in attributes]
    unvalued.fitting(where, NATION.measure)
    slowly = [
        not where
        or any(
            clause.fits(each)
            and (clause.least is None or steps * NATION.measure.step >= clause.least)
            for clause in where
        )
        for each, steps in lines
    ]
    for batch in (Batch.of(attributes, days, amounts), unvalued.valued(amounts)):
        assert batch.fitting(where, NATION.measure).tolist() == slowly


def _slowly(matrix: object, row: int, chosen: np.ndarray, options: int) -> float:
    """Sum a row cell by cell; what counts under a cap as far as its room goes."""
    dense = matrix.rows.toarray()  # type: ignore[attr-defined]
    total = sum(dense[row, column] for column in range(options) if chosen[column])
    for column in range(options, dense.shape[1]):
        caps = [r for r, label in enumerate(matrix.labels) if label.rule == "cap"]  # type: ignore[attr-defined]
        for cap in caps:
            if dense[row, column] and dense[cap, column]:
                filled = -sum(dense[cap, each] for each in range(options) if chosen[each])
                total += min(filled, matrix.column_upper[column])  # type: ignore[attr-defined]
    return float(total)


def test_a_pin_and_a_ban_are_answered_with_what_they_change() -> None:
    planner = Replanner(inputs(), HEADER)
    before = planner.plan
    assert "k00" not in {item.course for item in before.items}
    change = planner.pin("k00", "2028-autumn")
    assert ("k00", "2028-autumn") in change.difference.added
    assert ("k00", "2028-autumn") in {(i.course, i.term) for i in change.plan.items}
    assert change.plan.unmet == ()
    assert change.plan.revision == 2
    assert len(change.difference.kept) >= len(before.items) - 2
    again = planner.ban("k00")
    assert ("k00", "2028-autumn") in again.difference.dropped
    assert "k00" not in {item.course for item in again.plan.items}


def test_a_pin_in_any_term_is_kept_by_later_changes() -> None:
    planner = Replanner(inputs(), HEADER)
    planner.pin("k00")
    plan = planner.ban("k11").plan
    assert "k00" in {item.course for item in plan.items}
    assert plan.unkept == ()


def test_a_pin_that_cannot_be_kept_is_named_by_the_changed_plan() -> None:
    change = Replanner(inputs(), HEADER).pin("k00", "2031-spring")
    assert change.plan.unkept == (("k00", "2031-spring"),)
    assert change.plan.unmet == ()


def test_a_course_banned_at_first_may_be_pinned_later() -> None:
    planner = Replanner(inputs(wishes=Wishes(bans=frozenset({"k11"}))), HEADER)
    assert "k11" not in {item.course for item in planner.plan.items}
    assert "k11" in {item.course for item in planner.pin("k11").plan.items}


def test_a_course_kept_out_of_a_year_at_first_may_be_pinned_there_later() -> None:
    out = frozenset({("ethics", "2027"), ("k11", "2026")})
    planner = Replanner(inputs(wishes=Wishes(bans_in_year=out)), HEADER)
    assert not {(each.course, each.year) for each in planner.plan.items} & out
    plan = planner.ban("k10").plan
    assert not {(each.course, each.year) for each in plan.items} & out
    changed = planner.pin("ethics", "2027-spring").plan
    assert ("ethics", "2027-spring") in {(each.course, each.term) for each in changed.items}
    assert ("k11", "2026") not in {(each.course, each.year) for each in changed.items}


def test_a_ban_that_is_lifted_opens_no_course_whose_prerequisite_is_out_of_reach() -> None:
    catalogue = (*CATALOGUE, course("deep", 40, prerequisites=("nowhere",)))
    utility = np.ones((len(catalogue), 5))
    given = replace(
        inputs(wishes=Wishes(bans=frozenset({"deep"}))), candidates=catalogue, utility=utility
    )
    assert Replanner(given, HEADER).pin("deep").plan.unkept == (("deep", ""),)


def test_a_change_is_as_good_as_planning_anew_with_the_same_wishes() -> None:
    planner = Replanner(inputs(), HEADER, Effort(gap=0.0))
    kept = kept_places(planner.plan)
    changed = planner.pin("k00").plan
    wishes = Wishes(pins=(("k00", None),), keep=kept)
    anew = make(inputs(wishes=wishes), HEADER, Effort(gap=0.0))
    assert changed.objective == anew.objective


def test_what_is_kept_from_the_start_gains_no_more_once_it_is_changed() -> None:
    kept = kept_places(Replanner(inputs(), HEADER, Effort(gap=0.0)).plan)
    planner = Replanner(inputs(wishes=Wishes(keep=kept)), HEADER, Effort(gap=0.0))
    assert kept_places(planner.plan) == kept
    changed = planner.pin("k00").plan
    wishes = Wishes(pins=(("k00", None),), keep=kept)
    anew = make(inputs(wishes=wishes), HEADER, Effort(gap=0.0))
    assert changed.objective == anew.objective


def test_a_difference_says_what_moved_was_dropped_and_came() -> None:
    plan = Replanner(inputs(), HEADER).plan
    first, second, *rest = plan.items
    other = replace(
        plan, items=(replace(first, term="2030-autumn"), replace(second, course="new"), *rest)
    )
    found = Difference.between(plan, other)
    assert found.moved == (Move(first.course, first.term, "2030-autumn"),)
    assert found.dropped == ((second.course, second.term),)
    assert found.added == (("new", second.term),)
    codes = [sentence.code for sentence in found.sentences()]
    assert codes == ["moved", "dropped", "added", "kept"]


@pytest.mark.parametrize(
    ("carry_over", "loan", "taught"),
    [(20, None, (80, 40, 80, 40, 60)), (None, 20, (40, 80, 60, 40, 80))],
)
def test_a_walk_from_the_relaxation_plans_years_that_carry_over_and_lend(
    monkeypatch: pytest.MonkeyPatch,
    carry_over: int | None,
    loan: int | None,
    taught: tuple[int, ...],
) -> None:
    monkeypatch.setattr("recommender.planning.solve.Exact", None)
    asked = Requirement(
        "y",
        "每年",
        "yearly",
        "year",
        minimum=Decimal(60),
        carry_over=carry_over and Decimal(carry_over),
        loan=loan and Decimal(loan),
    )
    # One course a year, of more than the year asks, or less.
    courses = tuple(
        replace(course(f"k{year}", hours), options=course("", hours).options[2 * year :][:2])
        for year, hours in enumerate(taught)
    )
    held, utility = replace(NATION, requirement=(asked,)), np.ones((len(courses), 5))
    given = Inputs(held, TEACHER, HORIZON, (), courses, utility)
    assert Relaxation(complete(build(given).matrix)).solve() is not None
    plan = make(given, HEADER)
    assert plan.unmet == ()
    assert len(plan.items) == len(courses)


def test_where_all_can_be_met_there_is_no_conflict() -> None:
    assert conflicts(build(inputs())) == ()
    assert conflicts(build(replace(inputs(), candidates=(), utility=np.zeros((0, 5))))) == ()


@pytest.mark.parametrize("hours", [44, 60])
def test_a_conflict_names_its_rules_and_what_each_would_have_to_give(hours: int) -> None:
    problem = build(inputs(hours))
    (conflict,) = conflicts(problem)
    assert [label.of for label in conflict.lacking] == ["total"]
    assert {label.rule for label in conflict.against} >= {"minimum", "load"}
    # 360 hours are asked; five years hold five times the limit.
    total, every_year, *years = conflict.reliefs
    assert (every_year.period, every_year.amount) == ("", str((360 - 5 * hours) // 5))
    assert (total.rule, total.amount, total.unit) == ("minimum", str(360 - 5 * hours), "hour")
    assert [each.amount for each in years] == [str(360 - 5 * hours)] * 5
    assert not any(each.of == "ethics" for each in conflict.reliefs)
    said = relief_sentence(problem, total)
    assert f"至少降低 {360 - 5 * hours} 学时" in said.zh
    assert f"by at least {360 - 5 * hours} hours" in said.en
    assert "more in 2026" in relief_sentence(problem, years[0]).en


def test_a_conflict_with_a_budget_says_how_much_money_is_missing() -> None:
    paid = tuple(
        replace(
            each,
            options=tuple(
                replace(o, cost=Decimal("10.50"), funding="school") for o in each.options
            ),
        )
        for each in CATALOGUE
    )
    held = replace(NATION, budget_funding=("school",))
    limits = Limits(hours_per_year=Decimal(120), budget=Decimal(100))
    problem = build(replace(inputs(), policy=held, candidates=paid, limits=limits))
    (conflict,) = conflicts(problem)
    assert "budget" in {label.rule for label in conflict.against}
    (relief,) = [each for each in conflict.reliefs if each.rule == "budget"]
    # Five years of ethics (4 hours each) and 340 hours in courses of 40: 13.5 courses in all.
    assert (relief.amount, relief.unit) == ("41.75", "yuan")
    said = relief_sentence(problem, relief)
    assert "41.75 元" in said.zh
    assert "41.75 yuan" in said.en


def test_a_pin_against_a_compulsory_duty_gives_way() -> None:
    wishes = Wishes(pins=(("k00", "2026-spring"),))
    problem = build(inputs(40, wishes=wishes))
    pins = [each for found in conflicts(problem) for each in found.reliefs if each.rule == "pin"]
    assert [each.of for each in pins][:1] == ["k00"]
    assert "k00" in relief_sentence(problem, pins[0]).zh
