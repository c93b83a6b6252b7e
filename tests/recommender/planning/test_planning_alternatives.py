"""Other plans: each has one stated change, is as complete as the main plan, and differs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from recommender.planning.alternatives import Alternative, alternatives
from recommender.planning.figures import Figure
from recommender.planning.options import Candidate
from recommender.planning.plan import Plan, make
from recommender.planning.problem import Inputs
from tests.recommender.planning.test_planning_fast import (
    HEADER,
    HORIZON,
    course,
    inputs,
)

ETHICS = course("ethics", 4, "ethics", repeatable="yearly")


def in_mode(candidate: Candidate, mode: str) -> Candidate:
    options = tuple(
        replace(each, attributes=replace(each.attributes, mode=mode)) for each in candidate.options
    )
    return replace(candidate, options=options)


#: 24 courses of 20 hours, every third face to face; the last four are of the next stage.
COURSES = (
    ETHICS,
    *(in_mode(course(f"k{at:02}", 20), "online" if at % 3 else "face_to_face") for at in range(24)),
)
NEXT = frozenset({"k20", "k21", "k22", "k23"})


def given(hours: int = 90) -> Inputs:
    utility = np.linspace(1, 0.2, len(COURSES))[:, None] * 0.97 ** np.arange(5)
    return replace(inputs(hours), candidates=COURSES, utility=utility)


def found(of: Inputs, most: int = 3, next_stage: frozenset[str] = NEXT) -> list[Alternative]:
    return list(alternatives(of, HEADER, make(of, HEADER), most, next_stage=next_stage))


def figure(each: Alternative, code: str) -> Figure:
    return next(figure for figure in each.figures if figure.code == code)


def hours(plan: Plan, year: str) -> Decimal:
    return sum((Decimal(i.hours) for i in plan.items if i.year == year), Decimal(0))


def test_no_more_are_made_than_are_asked_for() -> None:
    assert found(given(), 0) == []
    assert [each.change.code for each in found(given(), 1)] == ["lighter_first_year"]


def test_each_is_legal_and_has_a_gap_of_its_own() -> None:
    for each in found(given()):
        assert each.plan.unmet == ()
        assert 0 <= each.plan.gap < 0.03
        assert each.plan.revision == HEADER.revision


def test_the_first_year_is_lighter_by_what_it_says() -> None:
    main = make(given(), HEADER)
    (lighter, *_) = found(given())
    assert hours(lighter.plan, "2026") <= hours(main, "2026") / 2
    told = figure(lighter, "first_year_hours")
    assert (Decimal(told.main), Decimal(told.here)) == (
        hours(main, "2026"),
        hours(lighter.plan, "2026"),
    )
    assert lighter.plan.asked.hours_in_year == (("2026", hours(main, "2026") / 2),)


def test_a_lighter_first_year_is_not_shown_where_a_requirement_would_fall_short() -> None:
    # 360 hours are 17 courses of 20 beside ethics: four in each year, and one in 2027.
    tight = given(84)
    limits = replace(tight.limits, hours_in_year=(("2027", Decimal(24)),))
    tight = replace(tight, limits=limits)
    assert make(tight, HEADER).unmet == ()
    assert "lighter_first_year" not in {each.change.code for each in found(tight)}


def test_more_is_face_to_face() -> None:
    (more,) = [each for each in found(given(70)) if each.change.code == "more_face_to_face"]
    share = figure(more, "face_to_face")
    assert float(share.here.rstrip("%")) > float(share.main.rstrip("%"))


def test_where_no_course_is_face_to_face_it_is_not_shown() -> None:
    online = given()
    online = replace(online, candidates=tuple(in_mode(each, "online") for each in COURSES))
    assert "more_face_to_face" not in {each.change.code for each in found(online)}


def test_courses_of_the_next_stage_and_what_they_need_come_earlier() -> None:
    needy = replace(COURSES[-1], prerequisites=("k17",))
    of = replace(given(), candidates=(*COURSES[:-1], needy))
    (faster,) = [each for each in found(of) if each.change.code == "faster_to_next_stage"]
    count = figure(faster, "next_stage")
    assert int(count.here) > int(count.main)
    place = {item.course: item.term for item in faster.plan.items}
    keys = [term.key for term in HORIZON.terms]
    if "k23" in place:
        assert keys.index(place["k17"]) < keys.index(place["k23"])


def test_where_no_next_stage_is_known_credit_comes_as_early_as_can_be() -> None:
    late = replace(given(120), utility=np.ones((len(COURSES), 1)) * 1.1 ** np.arange(5))
    (early,) = [
        each
        for each in found(late, next_stage=frozenset())
        if each.change.code == "earliest_credit"
    ]
    keys = [term.key for term in HORIZON.terms]
    met = figure(early, "met_by")
    assert keys.index(met.here) < keys.index(met.main)
    assert "next_stage" not in {each.code for each in early.figures}


def test_none_is_shown_that_is_not_what_its_name_says() -> None:
    # With this many hours all courses are taken: nothing can be more face to face.
    assert "more_face_to_face" not in {each.change.code for each in found(given(200))}


def test_two_that_come_out_the_same_are_shown_once() -> None:
    # One course of ethics a year, and nothing else to choose.
    only = replace(inputs(120), candidates=(ETHICS,), utility=np.ones((1, 5)))
    assert found(only) == []


@pytest.mark.parametrize("code", ["suits", "in_common"])
def test_figures_of_the_main_plan_are_those_of_itself(code: str) -> None:
    main = make(given(), HEADER)
    for each in found(given()):
        told = figure(each, code)
        own = {"suits": "100%", "in_common": f"{len(main.items)}/{len(main.items)}"}
        assert told.main == own[code]
        assert told.here != told.main
