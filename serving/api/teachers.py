"""Teachers: put whole, read, merged, deleted with everything that is about them."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Query, Response, status

from features.errors import Refused
from features.tables import BY_NAME
from serving.api.cells import Id
from serving.api.conditions import Conditional
from serving.api.context import Here, Platform, TeacherId
from serving.api.entities import CHANGED, GIVEN, Cursor, Desk, Entity, Limit, Word
from serving.api.patching import Patch
from serving.api.rows import MergeBody, Merged, Teacher, TeacherBody, Teachers
from serving.store import audit
from serving.store.changes import Happened, News, tell
from serving.store.merging import merge
from serving.store.pages import Asked
from serving.store.rows import holds
from serving.store.schema import DATA
from serving.store.teachers import forget

TEACHERS = Entity(
    BY_NAME["teachers"],
    ("teacher_id",),
    TeacherBody,
    Teacher,
    "teacher",
    {"delete": Happened.TEACHER_ERASED},
)
router = APIRouter(tags=["teachers"])


@router.get("/teachers", response_model=Teachers, response_model_exclude_none=True)
def list_teachers(
    here: Here,
    caller: Platform,
    *,
    limit: Limit = 50,
    cursor: Cursor = "",
    organisation_id: Annotated[Id | None, Query()] = None,
    phase: Word = None,
    career_stage: Word = None,
) -> Any:
    """List teachers, page by page; a filter looks at every state."""
    equal = {"organisation_id": organisation_id, "phase": phase, "career_stage": career_stage}
    return Desk(TEACHERS, here, caller).list(Asked(equal, limit, cursor))


@router.put("/teachers/{teacher_id}", **GIVEN, responses={201: {"model": Teacher}, **CHANGED})
def put_teacher(
    teacher_id: TeacherId,
    body: TeacherBody,
    conditions: Conditional,
    here: Here,
    caller: Platform,
    response: Response,
) -> Teacher:
    """Replace all dated states of a teacher, or add the teacher (201)."""
    desk = Desk(TEACHERS, here, caller)
    return desk.put({"teacher_id": teacher_id}, body, conditions, response)


@router.patch("/teachers/{teacher_id}", **GIVEN, responses=CHANGED)
def patch_teacher(
    teacher_id: TeacherId,
    patch: Patch,
    conditions: Conditional,
    here: Here,
    caller: Platform,
    response: Response,
) -> Teacher:
    """Replace the states of a teacher that was seen."""
    desk = Desk(TEACHERS, here, caller)
    return desk.patch({"teacher_id": teacher_id}, patch, conditions, response)


@router.get("/teachers/{teacher_id}", **GIVEN)
def get_teacher(teacher_id: TeacherId, here: Here, caller: Platform, response: Response) -> Teacher:
    """Return a teacher with all states, the oldest first."""
    return Desk(TEACHERS, here, caller).get({"teacher_id": teacher_id}, response)


@router.delete("/teachers/{teacher_id}", status_code=status.HTTP_204_NO_CONTENT, responses=CHANGED)
def delete_teacher(
    teacher_id: TeacherId, conditions: Conditional, here: Here, caller: Platform
) -> None:
    """Delete a teacher with every event, plan, credit and other row that is about them."""
    gone = partial(forget, tenant=caller.tenant, teacher_id=teacher_id)
    Desk(TEACHERS, here, caller).delete({"teacher_id": teacher_id}, conditions, gone)


@router.post("/teachers/{teacher_id}:merge", responses=CHANGED)
def merge_teacher(teacher_id: TeacherId, body: MergeBody, here: Here, caller: Platform) -> Merged:
    """Give everything about a teacher to another id, and forget this one.

    Where both have a row of the same key, such as a state from the same moment, the other's stays.
    """
    if body.into == teacher_id:
        raise Refused("into", expected="another teacher", got=repr(body.into))
    with here.store.writing() as connection:
        for teacher in (teacher_id, body.into):
            _require(connection, caller.tenant, teacher)
        moved = merge(connection, caller.tenant, teacher_id, body.into)
        subject = f"{teacher_id}/{body.into}"
        both = (teacher_id, body.into)
        deed = audit.Deed(caller.key_id, "teacher.merge", subject, here.clock(), both)
        audit.write(connection, caller.tenant, deed)
        news = News(Happened.TEACHER_MERGED, teacher_id, body.into)
        tell(connection, caller.tenant, [news], here.clock())
    return Merged(teacher_id=body.into, moved=moved)


def _require(connection: sa.Connection, tenant: str, teacher_id: str) -> None:
    if not holds(connection, DATA["teachers"], tenant, teacher_id=teacher_id):
        raise TEACHERS.unknown({"teacher_id": teacher_id})
