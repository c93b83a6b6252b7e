"""Plans: made on request, stored whole, changed, explained, and read back in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import pandas as pd
from fastapi import APIRouter, Query, Response, status

from features.errors import InvalidData, Problem
from recommender.credits import credits_of
from recommender.planning.alternatives import Alternative
from recommender.planning.difference import Difference
from recommender.planning.names import Names
from recommender.planning.plan import Plan
from recommender.planning.replan import Change
from recommender.planning.statement import Statement
from serving.advising import View
from serving.api import plan_words as words
from serving.api.context import Here, PlanId, Platform, Service, TeacherId
from serving.api.once import MadeOnce
from serving.api.plan_answers import (
    Alternatives,
    AskedBody,
    ChangeAnswer,
    ChangeBody,
    DifferenceAnswer,
    Explanation,
    PlanAnswer,
    PlanBody,
    Revisions,
    StateBody,
)
from serving.api.sight import by_model
from serving.identity import Caller
from serving.latest_plans import require_plan
from serving.naming import names_seen
from serving.plans import (
    Rules,
    StoredPlan,
    account_of,
    changed_plan,
    check_revision,
    find_plan,
    first_plan,
    keep_plan,
    keep_revision,
    made_before,
    move_plan,
    others,
    revisions,
)
from serving.store import audit
from serving.store.rows import lock

Made = TypeVar("Made")
MOST_ALTERNATIVES = 3
WITHOUT_MODEL: dict[int | str, dict[str, Any]] = {503: {"description": "no model"}}
CHANGED: dict[int | str, dict[str, Any]] = {409: {"description": "it has changed since"}}
router = APIRouter(tags=["plans"])
#: What it means that a plan has come to a state.
Nth = Annotated[
    int | None, Query(ge=1, le=1_000_000, description="a revision; the latest when left out")
]


@router.post(
    "/teachers/{teacher_id}/plan", status_code=status.HTTP_201_CREATED, responses=WITHOUT_MODEL
)
def post_plan(
    teacher_id: TeacherId,
    body: PlanBody,
    here: Here,
    caller: Platform,
    response: Response,
    once: MadeOnce,
) -> PlanAnswer:
    """Make a plan for the rest of the teacher's cycle and store it as a draft.

    Sent again with the same `Idempotency-Key`, it makes no other: the plan is returned as it is.
    """
    with here.store.reading() as connection:
        before = made_before(connection, caller.tenant, once.key, once.content)
        if before is not None:
            response.headers["Location"] = f"/v1/plans/{before.plan_id}"
            return words.plan(connection, caller.tenant, before, here.settings.policies)
    rules = Rules(body.policy, here.settings.policies)

    def make(view: View) -> Plan:
        _check_courses(body, view)
        return here.solving.make(first_plan, view, body.asked(), rules)

    plan = by_model(here, caller.tenant, teacher_id, make)
    now = here.clock()
    with here.store.writing() as connection:
        if once.key:
            lock(connection, caller.tenant, "plans", once.key)
        stored = made_before(connection, caller.tenant, once.key, once.content)
        if stored is None:
            key = once.key + once.content
            stored = keep_plan(connection, caller.tenant, plan, now, key)
            deed = audit.Deed(caller.key_id, "plan.make", stored.plan_id, now, (teacher_id,))
            audit.write(connection, caller.tenant, deed)
        response.headers["Location"] = f"/v1/plans/{stored.plan_id}"
        return words.plan(connection, caller.tenant, stored, here.settings.policies)


@router.get("/teachers/{teacher_id}/plan")
def get_latest_plan(teacher_id: TeacherId, here: Here, caller: Platform) -> PlanAnswer:
    """Return the plan that was made or changed last for a teacher, on the page or here."""
    with here.store.reading() as connection:
        stored = require_plan(connection, caller.tenant, teacher_id)
        return words.plan(connection, caller.tenant, stored, here.settings.policies)


@router.get("/plans/{plan_id}")
def get_plan(plan_id: PlanId, here: Here, caller: Platform, revision: Nth = None) -> PlanAnswer:
    """Return a plan as it was last revised, or one of its revisions."""
    with here.store.reading() as connection:
        stored = find_plan(connection, caller.tenant, plan_id, revision)
        return words.plan(connection, caller.tenant, stored, here.settings.policies)


@router.get("/plans/{plan_id}/revisions")
def get_revisions(plan_id: PlanId, here: Here, caller: Platform) -> Revisions:
    """Return all that a plan has been, without what is in it."""
    with here.store.reading() as connection:
        find_plan(connection, caller.tenant, plan_id)
        return words.revisions(plan_id, revisions(connection, caller.tenant, plan_id))


@router.post(
    "/plans/{plan_id}/revisions",
    status_code=status.HTTP_201_CREATED,
    responses=WITHOUT_MODEL | CHANGED,
)
def post_revision(plan_id: PlanId, body: ChangeBody, here: Here, caller: Platform) -> ChangeAnswer:
    """Change a plan as things stand now, with least disturbance, and store it as a draft.

    What was asked of it is asked again; courses done since count, failed ones may be planned
    again, a new place or stage brings its own rules.
    """
    with here.store.reading() as connection:
        stored = find_plan(connection, caller.tenant, plan_id)
    check_revision(stored, body.revision)
    rules = Rules(body.policy, here.settings.policies)

    def make(view: View) -> Change:
        _check_courses(body, view)
        return here.solving.make(changed_plan, view, stored.plan, body.asked(), body.free, rules)

    change = by_model(here, caller.tenant, stored.plan.teacher_id, make)
    now = here.clock()
    with here.store.writing() as connection:
        kept = keep_revision(connection, caller.tenant, plan_id, change.plan, now)
        whose = (stored.plan.teacher_id,)
        deed = audit.Deed(caller.key_id, "plan.revise", plan_id, now, whose)
        audit.write(connection, caller.tenant, deed)
        return ChangeAnswer(
            plan=words.plan(connection, caller.tenant, kept, here.settings.policies),
            difference=words.difference(
                connection,
                caller.tenant,
                change.difference,
                kept.plan,
                here.settings.policies,
            ),
        )


@router.get("/plans/{plan_id}/difference")
def get_difference(
    plan_id: PlanId,
    here: Here,
    caller: Platform,
    before: Annotated[int, Query(ge=1, le=1_000_000, description="a revision")],
    after: Nth = None,
) -> DifferenceAnswer:
    """Return where one revision of a plan differs from another; why, the change itself told."""
    with here.store.reading() as connection:
        old, new = (find_plan(connection, caller.tenant, plan_id, n) for n in (before, after))
        found = Difference.between(old.plan, new.plan)
        folder = here.settings.policies
        return words.difference(connection, caller.tenant, found, new.plan, folder)


@router.put("/plans/{plan_id}/state", responses=CHANGED)
def put_state(plan_id: PlanId, body: StateBody, here: Here, caller: Platform) -> PlanAnswer:
    """Submit a plan to the school, take it back, or confirm it for the school.

    A draft is submitted; what is submitted is confirmed, or goes back to be a draft. A change
    makes a new draft and leaves the one before it revised.
    """
    now = here.clock()
    with here.store.writing() as connection:
        moved = move_plan(connection, caller.tenant, plan_id, body.state, now)
        deed = audit.Deed(
            caller.key_id, f"plan.{body.state}", plan_id, now, (moved.plan.teacher_id,)
        )
        audit.write(connection, caller.tenant, deed)
        return words.plan(connection, caller.tenant, moved, here.settings.policies)


@router.get("/plans/{plan_id}/explanation", responses=WITHOUT_MODEL | CHANGED)
def get_explanation(plan_id: PlanId, here: Here, caller: Platform) -> Explanation:
    """Say why each course is planned and why then, what binds, and what to do where it falls short.

    Refused (409) where courses or rules have changed since the plan was made: revise it first.
    """

    def make(stored: StoredPlan, view: View) -> Explanation:
        return here.solving.make(explained, view, stored.plan, here.settings.policies)

    return _of_plan(here, caller, plan_id, make)[1]


@router.get("/plans/{plan_id}/alternatives", responses=WITHOUT_MODEL | CHANGED)
def get_alternatives(
    plan_id: PlanId,
    here: Here,
    caller: Platform,
    k: Annotated[int, Query(ge=1, le=MOST_ALTERNATIVES, description="at most so many")] = 3,
) -> Alternatives:
    """Return other plans that really differ: a lighter first year, more face-to-face, faster.

    They are shown, not stored.
    """
    policies = here.settings.policies

    def make(stored: StoredPlan, view: View) -> tuple[tuple[Alternative, ...], Names]:
        found = here.solving.make(others, view, stored.plan, k, policies)
        return found, names_seen(view, stored.plan, policies)

    stored, (found, names) = _of_plan(here, caller, plan_id, make)
    return words.alternatives(stored, found, names)


@router.get("/teachers/{teacher_id}/credits")
def get_credits(
    teacher_id: TeacherId,
    here: Here,
    caller: Platform,
    policy: Annotated[
        str | None,
        Query(
            pattern="^[a-z0-9][a-z0-9_-]{0,63}$",
            description="when left out, the one in force for the teacher",
        ),
    ] = None,
) -> Statement:
    """Return the teacher's credit sheet: what counts for which requirement, line by line."""
    view = by_model(here, caller.tenant, teacher_id, lambda view: view)
    return credits_of(
        view.dataset,
        teacher_id=teacher_id,
        as_of=view.as_of,
        policy_name=policy,
        policy_folder=here.settings.policies,
    )


def explained(view: View, plan: Plan, policies: Path | None) -> Explanation:
    """Account for a stored plan in words; view and errors as in :func:`account_of`."""
    return words.explanation(account_of(view, plan, policies))


def _of_plan(
    here: Service, caller: Caller, plan_id: str, make: Callable[[StoredPlan, View], Made]
) -> tuple[StoredPlan, Made]:
    """Return a plan's latest revision, and what is made of its teacher at the plan's moment."""
    with here.store.reading() as connection:
        stored = find_plan(connection, caller.tenant, plan_id)
    as_of = pd.Timestamp(stored.plan.as_of)
    teacher_id = stored.plan.teacher_id
    made = by_model(here, caller.tenant, teacher_id, lambda view: make(stored, view), as_of)
    return stored, made


def _check_courses(body: AskedBody, view: View) -> None:
    problems = [
        Problem("plan", 0, field, course, "a course that is there")
        for field, course in body.courses()
        if course not in view.dataset.courses
    ]
    if problems:
        raise InvalidData(problems)
