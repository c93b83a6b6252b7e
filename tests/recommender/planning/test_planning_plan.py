"""What a plan promises: wishes, order, names of what is unmet, the same answer again."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from features.errors import InvalidSetting
from recommender.planning import explain, policy, problem
from recommender.planning.asked import Asked
from recommender.planning.draft import Label
from recommender.planning.horizon import Horizon
from recommender.planning.load import Limits
from recommender.planning.matching import Attributes, Career, Standing
from recommender.planning.options import Candidate, Option
from recommender.planning.plan import Header, Plan, make
from recommender.planning.problem import Inputs, Wishes
from recommender.planning.solve import Effort

AS_OF = pd.Timestamp("2026-01-01T00:00+08:00")
NATION = policy.load("national-2011")
HORIZON = Horizon.of(NATION, AS_OF)
TEACHER = Career((Standing(dt.date(2010, 9, 1)),), dt.date(2010, 9, 1))
HEADER = Header("t1", AS_OF, "model@1")
TERMS = range(len(HORIZON.terms))


def course(name: str, hours: float, domain: str = "teaching", **more: object) -> Candidate:
    terms = more.pop("terms", TERMS)
    options = tuple(
        Option(term, HORIZON.last_days[term], Attributes(domain=domain), Decimal(str(hours)))
        for term in terms  # type: ignore[attr-defined]
    )
    return Candidate(name, options, **more)  # type: ignore[arg-type]


#: Two courses of ethics that may be repeated every year, and twelve of 40 hours.
CATALOGUE = (
    course("ethics-a", 4, "ethics", repeatable="yearly"),
    course("ethics-b", 6, "ethics", repeatable="yearly"),
    *(course(f"k{number:02}", 40) for number in range(12)),
)


def inputs(candidates: tuple[Candidate, ...] = CATALOGUE, **more: object) -> Inputs:
    utility = np.linspace(-1, 1, len(candidates))[:, None] * np.ones(len(HORIZON.years))
    return Inputs(NATION, TEACHER, HORIZON, (), candidates, utility, **more)  # type: ignore[arg-type]


def places(plan: Plan) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in plan.items:
        found.setdefault(item.course, []).append(item.term)
    return found


@pytest.mark.parametrize(
    "utility",
    [np.zeros((3, 5)), np.zeros((len(CATALOGUE), 4)), np.full((len(CATALOGUE), 5), np.nan)],
)
def test_utilities_of_another_shape_or_not_finite_are_refused(utility: np.ndarray) -> None:
    with pytest.raises(InvalidSetting, match="the utilities: expected finite numbers of shape"):
        replace(inputs(), utility=utility)


@pytest.mark.parametrize(
    ("name", "value"), [("seed", -1), ("gap", -0.1), ("gap", 1.5), ("nodes", 0)]
)
def test_an_effort_outside_its_range_is_refused(name: str, value: float) -> None:
    with pytest.raises(InvalidSetting, match=name):
        Effort(**{name: value})


def test_hours_below_zero_are_refused() -> None:
    with pytest.raises(InvalidSetting, match="hours_per_year: expected 0 or more hours, got -1"):
        Limits(hours_per_year=Decimal(-1))


def test_hours_below_zero_of_one_year_are_refused() -> None:
    with pytest.raises(InvalidSetting, match="hours_in_year, 2027: expected 0 or more hours"):
        Limits(hours_in_year=(("2027", Decimal(-1)),))


def test_a_stored_plan_that_is_damaged_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="a stored plan, its text"):
        Plan.from_json('{"teacher_id": "t1"')
    with pytest.raises(InvalidSetting, match="a stored plan, policy"):
        Plan.from_json('{"teacher_id": "t1"}')


def test_the_plan_meets_every_requirement_of_the_cycle() -> None:
    plan = make(inputs(), HEADER)
    assert plan.unmet == ()
    assert plan.missed == ()
    assert plan.gap <= 0.01
    assert plan.shortage_proven


def test_ethics_is_in_every_year_with_every_preference_against_it() -> None:
    plan = make(inputs(), HEADER)
    years = [item.year for item in plan.items if item.course.startswith("ethics")]
    assert years == ["2026", "2027", "2028", "2029", "2030"]


def test_without_candidates_the_plan_is_empty_and_names_everything() -> None:
    plan = make(inputs(()), HEADER)
    assert plan.items == ()
    assert {each.requirement: each.missing for each in plan.unmet} == {
        "ethics": "1",
        "total": "360",
    }


def test_what_cannot_be_met_is_named_with_its_exact_amount() -> None:
    few = tuple(candidate for candidate in CATALOGUE if candidate.course < "k04")
    plan = make(inputs(few, limits=Limits(hours_per_year=Decimal(200))), HEADER)
    (total,) = plan.unmet
    # 4 x 40 hours, and both courses of ethics every year: 160 + 5 x (4 + 6) = 210.
    assert (total.requirement, total.planned, total.missing) == ("total", "210", "150")
    sentence = explain.outcome_sentence(total)
    assert sentence.code == "missing"
    assert "按此计划仍缺 150 学时" in sentence.zh
    assert "still 150 hours short with this plan" in sentence.en


def test_compulsory_ethics_goes_before_hours_where_the_year_has_no_room_for_both() -> None:
    plan = make(inputs(limits=Limits(hours_per_year=Decimal(41))), HEADER)
    assert {each.requirement for each in plan.unmet} == {"total"}
    assert len(plan.items) == 5 * 2


def test_a_pin_is_kept_in_its_term_against_preference() -> None:
    wishes = Wishes(pins=(("k00", "2027-autumn"), ("k01", None)))
    plan = make(inputs(wishes=wishes), HEADER)
    assert places(plan)["k00"] == ["2027-autumn"]
    assert "k01" in places(plan)
    assert plan.unkept == ()
    assert {item.wish for item in plan.items if item.course in ("k00", "k01")} == {"pinned"}


def test_a_pin_that_cannot_be_kept_is_named() -> None:
    wishes = Wishes(pins=(("k00", "2031-autumn"), ("unheard-of", None), ("k01", None)))
    plan = make(inputs(wishes=wishes), HEADER)
    assert plan.unkept == (("k00", "2031-autumn"), ("unheard-of", ""))


def test_a_ban_keeps_a_course_out_though_requirements_fall_short() -> None:
    wishes = Wishes(bans=frozenset({"ethics-a", "ethics-b"}))
    plan = make(inputs(wishes=wishes), HEADER)
    assert not any(item.course.startswith("ethics") for item in plan.items)
    assert {each.requirement for each in plan.unmet} == {"ethics"}


def test_kept_courses_stay_where_they_were_for_a_little_utility() -> None:
    first = make(inputs(), HEADER)
    kept = tuple((item.course, item.term) for item in first.items if item.course > "k")
    other = replace(inputs(), utility=inputs().utility[:, ::-1] + 0.01 * np.arange(5))
    again = make(replace(other, wishes=Wishes(keep=kept)), replace(HEADER, revision=2))
    assert again.revision == 2
    assert set(kept) <= {(item.course, item.term) for item in again.items}


def test_a_preferred_term_is_taken_and_brings_in_no_course_that_is_not_planned() -> None:
    first = make(inputs(), HEADER)
    liked, poor = first.items[-1].course, "k00"
    assert liked.startswith("k")
    assert poor not in places(first)
    wishes = Wishes(prefer=((liked, "2028-autumn"), (poor, "2028-autumn")))
    plan = make(inputs(wishes=wishes), HEADER)
    assert places(plan)[liked] == ["2028-autumn"]
    assert poor not in places(plan)


def test_a_preferred_term_counts_for_more_than_the_term_of_an_earlier_plan() -> None:
    wishes = Wishes(keep=(("k11", "2027-spring"),), prefer=(("k11", "2028-autumn"),))
    assert places(make(inputs(wishes=wishes), HEADER))["k11"] == ["2028-autumn"]


def test_a_repeated_course_is_kept_in_each_of_its_terms_and_not_repeated_for_keeping() -> None:
    kept = (("ethics-a", "2026-autumn"), ("ethics-a", "2029-spring"))
    wishes = Wishes(keep=kept, keep_bonus=2)
    plan = make(inputs(wishes=wishes), HEADER)
    assert set(kept) <= {(item.course, item.term) for item in plan.items}
    gained = problem.build(inputs(wishes=wishes)).matrix.gain - problem.build(inputs()).matrix.gain
    # Two terms a year: those of ethics-a are the first ten columns.
    assert np.flatnonzero(gained).tolist() == [1, 6]


def test_hours_of_one_year_are_limited_apart() -> None:
    limits = Limits(hours_per_year=Decimal(120), hours_in_year=(("2026", Decimal(20)),))
    plan = make(inputs(limits=limits), HEADER)
    hours = {year.key: 0.0 for year in HORIZON.years}
    for item in plan.items:
        hours[item.year] += float(item.hours)
    assert hours["2026"] <= 20
    assert max(hours.values()) > 80
    assert plan.unmet == ()


def test_a_course_kept_out_of_a_year_is_planned_in_the_others() -> None:
    both = {("ethics-a", "2027"), ("ethics-b", "2027")}
    for out in ({("ethics-a", "2027")}, both):
        plan = make(inputs(wishes=Wishes(bans_in_year=frozenset(out))), HEADER)
        placed = {(item.course, item.year) for item in plan.items}
        assert not placed & out
        ethics = {year for course, year in placed if course.startswith("ethics")}
        assert ethics >= {"2026", "2028"}
        assert ("2027" in ethics) == (out != both)


def test_what_is_asked_is_stored_with_the_plan_and_can_be_asked_again() -> None:
    wishes = Wishes(
        pins=(("k00", None), ("k01", "2027-spring")),
        bans=frozenset({"k11", "k10"}),
        bans_in_year=frozenset({("k09", "2027")}),
        prefer=(("k02", "2028-spring"),),
    )
    limits = Limits(hours_per_year=Decimal(100), hours_in_year=(("2026", Decimal("20.5")),))
    asked = Plan.from_json(make(inputs(wishes=wishes, limits=limits), HEADER).to_json()).asked
    assert (asked.wishes(), asked.limits()) == (wishes, limits)


def test_the_later_word_on_a_course_or_a_year_holds() -> None:
    earlier = Asked(
        pins=(("a", ""), ("b", "2027-spring")),
        bans=("c",),
        prefer=(("d", "2026-spring"),),
        hours_per_year=Decimal(60),
        hours_in_year=(("2026", Decimal(20)),),
    )
    found = earlier.then(Asked(pins=(("c", ""),), bans=("a",), prefer=(("b", "2028-spring"),)))
    assert found.pins == (("c", ""),)
    assert found.bans == ("a",)
    assert found.prefer == (("d", "2026-spring"), ("b", "2028-spring"))
    assert (found.hours_per_year, found.hours_in_year) == (60, (("2026", 20),))
    assert earlier.then(Asked(hours_per_year=Decimal(80))).hours_in_year == ()
    assert earlier.then(Asked(hours_in_year=(("2026", Decimal(9)),))).hours_per_year == 60
    assert earlier.then(Asked(bans_in_year=(("a", "2027"),))).pins == (("b", "2027-spring"),)
    assert earlier.within(["2027-spring"], ["2027"]).prefer == ()
    assert earlier.within(["2027-spring"], ["2027"]).pins == earlier.pins
    assert earlier.without(["a", "c"]).bans == ()


def test_a_course_kept_out_of_one_year_after_another_is_kept_out_of_both() -> None:
    earlier = Asked(bans_in_year=(("a", "2027"), ("b", "2027")))
    both = earlier.then(Asked(bans_in_year=(("a", "2026"),)))
    assert both.bans_in_year == (("a", "2026"), ("a", "2027"), ("b", "2027"))
    assert earlier.then(Asked(pins=(("a", ""),))).bans_in_year == (("b", "2027"),)
    assert earlier.then(Asked(bans=("a",))).bans_in_year == (("b", "2027"),)
    assert both.within([], ["2026"]).bans_in_year == (("a", "2026"),)


def test_a_prerequisite_comes_in_an_earlier_term() -> None:
    chain = (
        *CATALOGUE,
        course("next", 40, prerequisites=("k00",)),
        course("last", 40, prerequisites=("next",)),
    )
    plan = make(inputs(chain, wishes=Wishes(pins=(("last", None),))), HEADER)
    placed = places(plan)
    keys = [term.key for term in HORIZON.terms]
    order = [keys.index(placed[name][0]) for name in ("k00", "next", "last")]
    assert order == sorted(set(order))
    assert next(item.opens for item in plan.items if item.course == "k00") == ("next",)


def test_a_prerequisite_done_before_is_no_obstacle_and_one_out_of_reach_is() -> None:
    extra = (
        *CATALOGUE,
        course("after-done", 40, prerequisites=("d",)),
        course("never", 40, prerequisites=("x",)),
    )
    plan = make(inputs(extra, done=frozenset({"d"})), HEADER)
    assert "after-done" in places(plan)
    assert "never" not in places(plan)


def test_of_equivalent_courses_one_is_planned() -> None:
    twins = (*CATALOGUE, course("x1", 40, equivalence="x"), course("x2", 40, equivalence="x"))
    assert len({"x1", "x2"} & places(make(inputs(twins), HEADER)).keys()) == 1


def test_a_course_that_may_be_repeated_after_months_keeps_that_distance() -> None:
    often = (*CATALOGUE, course("often", 10, repeatable="18"))
    plan = make(inputs(often), HEADER)
    keys = [term.key for term in HORIZON.terms]
    at = [HORIZON.last_days[keys.index(term)] for term in places(plan)["often"]]
    assert len(at) > 1
    assert all((after - before).days > 540 for before, after in zip(at, at[1:], strict=False))


def test_the_load_of_a_year_stays_within_its_limit_and_spreads_over_its_terms() -> None:
    plan = make(inputs(limits=Limits(hours_per_year=Decimal(100))), HEADER)
    terms = {term.key: 0.0 for term in HORIZON.terms}
    for item in plan.items:
        terms[item.term] += float(item.hours)
    loads = np.array(list(terms.values())).reshape(5, 2)
    assert loads.sum(axis=1).max() <= 100
    assert loads.max() <= 52  # an even share is 50; one course of 40 and two of ethics fill it


def test_the_same_problem_gives_the_same_plan() -> None:
    assert make(inputs(), HEADER, Effort(seed=3)) == make(inputs(), HEADER, Effort(seed=3))


def test_a_plan_survives_json_without_loss() -> None:
    plan = make(inputs(wishes=Wishes(pins=(("k00", None), ("gone", None)))), HEADER)
    again = Plan.from_json(plan.to_json())
    assert again == plan
    assert again.as_of == AS_OF
    assert again.policy == NATION.version


def test_every_row_of_the_problem_says_what_it_stands_for() -> None:
    built = problem.build(inputs(wishes=Wishes(pins=(("k00", None),))))
    assert len(built.matrix.labels) == built.matrix.rows.shape[0]
    assert Label("minimum", "ethics", "2028") in built.matrix.labels
    assert Label("minimum", "total", "2026-2030") in built.matrix.labels
    assert {label.rule for label in built.matrix.labels} == {
        "once",
        "repeat",
        "load",
        "even",
        "minimum",
        "pin",
    }


def test_a_course_says_what_it_counts_for_in_both_languages() -> None:
    plan = make(inputs(), HEADER)
    item = next(item for item in plan.items if item.course.startswith("ethics"))
    assert f"ethics@{item.year}" in item.serves
    codes = [sentence.code for sentence in explain.item_sentences(plan, item)]
    assert codes == ["serves", "serves", "suits", "expected"]
    said = explain.item_sentences(plan, item)[0]
    assert said.zh == f"计入（{item.year}）：思政与师德。"
    assert said.en == f"Counts for {item.year}: Ethics and ideology."
