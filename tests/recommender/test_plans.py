"""What a plan is made from: rules that no preference removes, and courses of the next stage."""

from __future__ import annotations

import pytest

from recommender.model import Model
from recommender.planning import policy
from recommender.planning.rules import Policy
from recommender.plans import inputs_of, make_plan, next_stage_courses
from tests.builders import course
from tests.recommender.planning.test_planning_ethics import ASKING
from tests.recommender.test_revisions import COURSES, FIRST, KNOWN, data

#: Rules of this world's courses, which all are in ethics once a year, whatever else is asked.
YEARLY = [
    each
    for each in ASKING
    if any(rule.id == "ethics" and rule.per == "year" for rule in each.requirement)
    and (each.until is None or each.until > FIRST.date())
]


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.fit(data(), as_of=FIRST, scorers=("popularity",))


@pytest.mark.parametrize("switched_off", [False, True])
@pytest.mark.parametrize("rules", YEARLY, ids=lambda each: each.id)
def test_ethics_that_nobody_chooses_is_planned_every_year_with_personalisation_on_or_off(
    model: Model, rules: Policy, switched_off: bool
) -> None:
    state = {**KNOWN, "valid_from": "2020-09-01T00:00Z", "personalisation": not switched_off}
    dataset = data(states=[state], courses=[{**each, "credits": 2} for each in COURSES])
    plan = make_plan(model, dataset, teacher_id="t1", as_of=FIRST, policy_name=rules.id)
    asked = [each for each in plan.outcomes if each.requirement == "ethics" and not each.closed]
    assert asked
    assert all(each.met for each in asked)
    best = {item.course: item.rank for item in plan.items}
    ethics = [rank for name, rank in best.items() if name.startswith("e")]
    assert min(ethics) > min(rank for name, rank in best.items() if name.startswith("k"))


def test_most_shipped_rules_ask_for_ethics_every_year() -> None:
    shipped = {each.id for each in policy.shipped()}
    assert {"national-2011", "zhejiang-2016", "jiangsu"} <= {each.id for each in YEARLY} <= shipped


@pytest.mark.parametrize(
    ("stage", "found"),
    [
        ("novice", {"for-developing"}),
        ("developing", {"for-backbone"}),
        ("lead", set()),
        ("principal", set()),
        (None, set()),
    ],
)
def test_courses_of_the_next_stage_are_those_that_name_it(
    model: Model, stage: str | None, found: set[str]
) -> None:
    own = f"{stage};" if stage else ""
    added = [
        course("for-developing", hours=20, stages=f"{own}developing"),
        course("for-backbone", hours=20, stages=f"{own}backbone"),
    ]
    state = {**KNOWN, "valid_from": "2020-09-01T00:00Z", "career_stage": stage}
    dataset = data(states=[state], courses=[*COURSES, *added])
    inputs = inputs_of(model, dataset, teacher_id="t1", as_of=FIRST)
    assert next_stage_courses(dataset, inputs) == found
