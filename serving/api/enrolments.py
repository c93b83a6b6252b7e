"""Enrolments: a teacher in an offering, and the states that this has reached."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response, status

from features.codes import ENROLMENT_STATES
from features.tables import BY_NAME
from serving.api.cells import Id
from serving.api.conditions import Conditional
from serving.api.context import Here, OfferingId, Platform, TeacherId
from serving.api.dealings import Enrolment, EnrolmentBody, Enrolments, EnrolmentStateBody
from serving.api.entities import CHANGED, GIVEN, Cursor, Desk, Entity, Limit
from serving.api.patching import Patch
from serving.store.changes import Happened
from serving.store.pages import Asked
from serving.store.rows import delete
from serving.store.schema import DATA

ENROLMENTS = Entity(
    BY_NAME["enrolments"],
    ("teacher_id", "offering_id"),
    EnrolmentBody,
    Enrolment,
    "enrolment",
    dict.fromkeys(("put", "patch", "add", "delete"), Happened.ENROLMENT_CHANGED),
)
ADDRESS = "/enrolments/{teacher_id}/{offering_id}"
State = Literal[ENROLMENT_STATES]  # type: ignore[valid-type]
router = APIRouter(tags=["enrolments"])


@router.get("/enrolments", response_model=Enrolments, response_model_exclude_none=True)
def list_enrolments(
    here: Here,
    caller: Platform,
    *,
    limit: Limit = 50,
    cursor: Cursor = "",
    teacher_id: Annotated[Id | None, Query()] = None,
    offering_id: Annotated[Id | None, Query()] = None,
    state: Annotated[State | None, Query(description="that has been reached")] = None,
) -> Any:
    """List enrolments, page by page."""
    equal = {"teacher_id": teacher_id, "offering_id": offering_id, "state": state}
    return Desk(ENROLMENTS, here, caller).list(Asked(equal, limit, cursor))


@router.put(ADDRESS, **GIVEN, responses={201: {"model": Enrolment}, **CHANGED})
def put_enrolment(
    teacher_id: TeacherId,
    offering_id: OfferingId,
    body: EnrolmentBody,
    *,
    conditions: Conditional,
    here: Here,
    caller: Platform,
    response: Response,
) -> Enrolment:
    """Replace all states of an enrolment, or add it (201)."""
    ident = {"teacher_id": teacher_id, "offering_id": offering_id}
    return Desk(ENROLMENTS, here, caller).put(ident, body, conditions, response)


@router.patch(ADDRESS, **GIVEN, responses=CHANGED)
def patch_enrolment(
    teacher_id: TeacherId,
    offering_id: OfferingId,
    patch: Patch,
    *,
    conditions: Conditional,
    here: Here,
    caller: Platform,
    response: Response,
) -> Enrolment:
    """Replace the states of an enrolment that was seen."""
    ident = {"teacher_id": teacher_id, "offering_id": offering_id}
    return Desk(ENROLMENTS, here, caller).patch(ident, patch, conditions, response)


@router.post(
    ADDRESS + "/states",
    **GIVEN,
    status_code=status.HTTP_201_CREATED,
    responses={200: {"model": Enrolment}, **CHANGED},
)
def post_enrolment_state(
    teacher_id: TeacherId,
    offering_id: OfferingId,
    body: EnrolmentStateBody,
    *,
    conditions: Conditional,
    here: Here,
    caller: Platform,
    response: Response,
) -> Enrolment:
    """Add a state that an enrolment has reached (201); 200 if it was known."""
    ident = {"teacher_id": teacher_id, "offering_id": offering_id}
    desk = Desk(ENROLMENTS, here, caller)
    return desk.add_state(ident, body.model_dump(), conditions, response)


@router.get(ADDRESS, **GIVEN)
def get_enrolment(
    teacher_id: TeacherId, offering_id: OfferingId, here: Here, caller: Platform, response: Response
) -> Enrolment:
    """Return an enrolment with all states, the oldest first."""
    ident = {"teacher_id": teacher_id, "offering_id": offering_id}
    return Desk(ENROLMENTS, here, caller).get(ident, response)


@router.delete(ADDRESS, status_code=status.HTTP_204_NO_CONTENT, responses=CHANGED)
def delete_enrolment(
    teacher_id: TeacherId,
    offering_id: OfferingId,
    conditions: Conditional,
    here: Here,
    caller: Platform,
) -> None:
    """Delete an enrolment that was none; one that came to nothing is a state instead."""
    ident = {"teacher_id": teacher_id, "offering_id": offering_id}
    desk = Desk(ENROLMENTS, here, caller)
    table = DATA["enrolments"]
    desk.delete(ident, conditions, lambda c: delete(c, table, caller.tenant, **ident))
