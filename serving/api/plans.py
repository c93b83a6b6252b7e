"""Plans: made on request, stored whole, read back in words."""

from __future__ import annotations

from dataclasses import asdict

import sqlalchemy as sa
from fastapi import APIRouter, Response, status

from features.errors import InvalidData, Problem
from recommender.planning.explain import item_sentences, outcome_sentence
from recommender.planning.plan import Outcome as PlanOutcome
from recommender.planning.plan import Plan
from recommender.planning.problem import Wishes
from serving.advising import StoredPlan, View, Window, find_plan, keep_plan
from serving.api.answers import Outcome, Pin, PlanAnswer, PlanBody, PlannedCourse, Sentence
from serving.api.context import Here, PlanId, Platform, TeacherId
from serving.store import audit
from serving.store.rows import find_any
from serving.store.schema import DATA

router = APIRouter(tags=["plans"])


@router.post(
    "/teachers/{teacher_id}/plan",
    status_code=status.HTTP_201_CREATED,
    responses={503: {"description": "no model"}},
)
def post_plan(
    teacher_id: TeacherId, body: PlanBody, here: Here, caller: Platform, response: Response
) -> PlanAnswer:
    """Make a plan for the rest of the teacher's cycle and store it as a draft."""
    loaded, now = here.models.current(), here.clock()
    with here.store.reading() as connection:
        window = Window(connection, caller.tenant, here.shelves, loaded, now, here.skew)
        view = window.view(teacher_id)
    plan = view.plan(body.policy, _wishes(body, view), here.settings.policies)
    with here.store.writing() as connection:
        stored = keep_plan(connection, caller.tenant, plan, now)
        deed = audit.Deed(caller.key_id, "plan.make", stored.plan_id, now)
        audit.write(connection, caller.tenant, deed)
        response.headers["Location"] = f"/v1/plans/{stored.plan_id}"
        return _answer(connection, caller.tenant, stored)


@router.get("/plans/{plan_id}")
def get_plan(plan_id: PlanId, here: Here, caller: Platform) -> PlanAnswer:
    """Return a plan as it was last revised."""
    with here.store.reading() as connection:
        return _answer(connection, caller.tenant, find_plan(connection, caller.tenant, plan_id))


def _wishes(body: PlanBody, view: View) -> Wishes:
    named = [("pins", pin.course_id) for pin in body.pins] + [("bans", ban) for ban in body.bans]
    problems = [
        Problem("plan", 0, place, course, "a course that is there")
        for place, course in named
        if course not in view.dataset.courses
    ]
    if problems:
        raise InvalidData(problems)
    pins = tuple((pin.course_id, pin.term) for pin in body.pins)
    return Wishes(pins=pins, bans=frozenset(body.bans))


def _answer(connection: sa.Connection, tenant: str, stored: StoredPlan) -> PlanAnswer:
    plan = stored.plan
    return PlanAnswer(
        plan_id=stored.plan_id,
        revision=plan.revision,
        state=plan.state,
        teacher_id=plan.teacher_id,
        policy=plan.policy,
        model_version=plan.model,
        as_of=plan.as_of,
        seed=plan.seed,
        unit=plan.unit,
        items=_items(connection, tenant, plan),
        outcomes=[_outcome(each) for each in plan.outcomes],
        unmet=[_outcome(each) for each in plan.unmet],
        unkept=[Pin(course_id=course, term=term or None) for course, term in plan.unkept],
        gap=plan.gap,
    )


def _items(connection: sa.Connection, tenant: str, plan: Plan) -> list[PlannedCourse]:
    courses = [item.course for item in plan.items]
    found = find_any(connection, DATA["courses"], tenant, "course_id", courses)
    titles = {row["course_id"]: (row["title_zh"] or "", row["title_en"] or "") for row in found}
    items = []
    for item in plan.items:
        zh, en = titles.get(item.course, ("", ""))
        items.append(
            PlannedCourse(
                course_id=item.course,
                title_zh=zh,
                title_en=en,
                year=item.year,
                term=item.term,
                offering_id=item.offering,
                amount=item.amount,
                hours=item.hours,
                reasons=[Sentence(**asdict(each)) for each in item_sentences(plan, item)],
            )
        )
    return items


def _outcome(outcome: PlanOutcome) -> Outcome:
    sentence = outcome_sentence(outcome)
    words = {"met": outcome.met, "zh": sentence.zh, "en": sentence.en}
    return Outcome.model_validate(asdict(outcome) | words)
