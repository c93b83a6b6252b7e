"""The catalogue: courses and their offerings."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response, status

from features.tables import BY_NAME
from serving.api.cells import Id
from serving.api.conditions import Conditional
from serving.api.context import CourseId, Here, OfferingId, Platform
from serving.api.entities import CHANGED, GIVEN, Cursor, Desk, Entity, Limit, Word
from serving.api.patching import Patch
from serving.api.rows import Course, CourseBody, Courses, Offering, OfferingBody, Offerings
from serving.store.pages import Asked
from serving.store.removal import remove

COURSES = Entity(BY_NAME["courses"], ("course_id",), CourseBody, Course, "course")
OFFERINGS = Entity(BY_NAME["offerings"], ("offering_id",), OfferingBody, Offering, "offering")
router = APIRouter(tags=["catalogue"])


@router.get("/courses", response_model=Courses, response_model_exclude_none=True)
def list_courses(
    here: Here,
    caller: Platform,
    *,
    limit: Limit = 50,
    cursor: Cursor = "",
    kind: Word = None,
    domain: Word = None,
    mode: Word = None,
    tier: Word = None,
) -> Any:
    """List courses and programmes, page by page."""
    equal = {"kind": kind, "domain": domain, "mode": mode, "tier": tier}
    return Desk(COURSES, here, caller).list(Asked(equal, limit, cursor))


@router.put("/courses/{course_id}", **GIVEN, responses={201: {"model": Course}, **CHANGED})
def put_course(
    course_id: CourseId,
    body: CourseBody,
    conditions: Conditional,
    here: Here,
    caller: Platform,
    response: Response,
) -> Course:
    """Replace a course, or add it (201); the next recommendation knows it."""
    desk = Desk(COURSES, here, caller)
    return desk.put({"course_id": course_id}, body, conditions, response)


@router.patch("/courses/{course_id}", **GIVEN, responses=CHANGED)
def patch_course(
    course_id: CourseId,
    patch: Patch,
    conditions: Conditional,
    here: Here,
    caller: Platform,
    response: Response,
) -> Course:
    """Change what is named of a course."""
    desk = Desk(COURSES, here, caller)
    return desk.patch({"course_id": course_id}, patch, conditions, response)


@router.get("/courses/{course_id}", **GIVEN)
def get_course(course_id: CourseId, here: Here, caller: Platform, response: Response) -> Course:
    """Return a course."""
    return Desk(COURSES, here, caller).get({"course_id": course_id}, response)


@router.delete("/courses/{course_id}", status_code=status.HTTP_204_NO_CONTENT, responses=CHANGED)
def delete_course(
    course_id: CourseId, conditions: Conditional, here: Here, caller: Platform
) -> None:
    """Delete a course that nothing refers to; one with a history gets `available_until` instead."""
    table = COURSES.table
    gone = partial(remove, tenant=caller.tenant, table=table, key="course_id", value=course_id)
    Desk(COURSES, here, caller).delete({"course_id": course_id}, conditions, gone)


@router.get("/offerings", response_model=Offerings, response_model_exclude_none=True)
def list_offerings(
    here: Here,
    caller: Platform,
    *,
    limit: Limit = 50,
    cursor: Cursor = "",
    course_id: Annotated[Id | None, Query()] = None,
    provider_id: Annotated[Id | None, Query()] = None,
    mode: Word = None,
    tier: Word = None,
) -> Any:
    """List offerings, page by page."""
    equal = {"course_id": course_id, "provider_id": provider_id, "mode": mode, "tier": tier}
    return Desk(OFFERINGS, here, caller).list(Asked(equal, limit, cursor))


@router.put("/offerings/{offering_id}", **GIVEN, responses={201: {"model": Offering}, **CHANGED})
def put_offering(
    offering_id: OfferingId,
    body: OfferingBody,
    conditions: Conditional,
    here: Here,
    caller: Platform,
    response: Response,
) -> Offering:
    """Replace an offering, or add it (201); its course must be there."""
    desk = Desk(OFFERINGS, here, caller)
    return desk.put({"offering_id": offering_id}, body, conditions, response)


@router.patch("/offerings/{offering_id}", **GIVEN, responses=CHANGED)
def patch_offering(
    offering_id: OfferingId,
    patch: Patch,
    conditions: Conditional,
    here: Here,
    caller: Platform,
    response: Response,
) -> Offering:
    """Change what is named of an offering."""
    desk = Desk(OFFERINGS, here, caller)
    return desk.patch({"offering_id": offering_id}, patch, conditions, response)


@router.get("/offerings/{offering_id}", **GIVEN)
def get_offering(
    offering_id: OfferingId, here: Here, caller: Platform, response: Response
) -> Offering:
    """Return an offering."""
    return Desk(OFFERINGS, here, caller).get({"offering_id": offering_id}, response)


@router.delete(
    "/offerings/{offering_id}", status_code=status.HTTP_204_NO_CONTENT, responses=CHANGED
)
def delete_offering(
    offering_id: OfferingId, conditions: Conditional, here: Here, caller: Platform
) -> None:
    """Delete an offering that nothing refers to, with its stages and quotas."""
    table = OFFERINGS.table
    gone = partial(remove, tenant=caller.tenant, table=table, key="offering_id", value=offering_id)
    Desk(OFFERINGS, here, caller).delete({"offering_id": offering_id}, conditions, gone)
