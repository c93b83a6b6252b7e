"""Teachers: put whole, read, deleted with everything that is about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Response, status

from features.errors import InvalidData, Problem
from features.tables import BY_NAME
from serving.advising import unknown_teacher
from serving.api.context import Here, Platform, TeacherId
from serving.api.rows import State, Teacher, TeacherBody
from serving.identity import Caller
from serving.store import audit
from serving.store.checks import Check
from serving.store.records import Record, to_values
from serving.store.rows import find
from serving.store.schema import DATA
from serving.store.teachers import forget, replace_states
from serving.store.tenants import find_tenant

TABLE = BY_NAME["teachers"]
router = APIRouter(tags=["teachers"])


@router.put(
    "/teachers/{teacher_id}", response_model_exclude_none=True, responses={201: {"model": Teacher}}
)
def put_teacher(
    teacher_id: TeacherId, body: TeacherBody, here: Here, caller: Platform, response: Response
) -> Teacher:
    """Replace all dated states of a teacher, or add the teacher (201)."""
    now = here.clock()
    with here.store.writing() as connection:
        tenant = find_tenant(connection, caller.tenant)
        check = Check(connection, tenant, now)
        states = _states(check, teacher_id, body.states)
        if replace_states(connection, caller.tenant, teacher_id, states):
            response.status_code = status.HTTP_201_CREATED
        deed = audit.Deed(caller.key_id, "teacher.put", teacher_id, now)
        audit.write(connection, caller.tenant, deed)
        return _teacher(connection, caller, teacher_id)


@router.get("/teachers/{teacher_id}", response_model_exclude_none=True)
def get_teacher(teacher_id: TeacherId, here: Here, caller: Platform) -> Teacher:
    """Return a teacher with all states, the oldest first."""
    with here.store.reading() as connection:
        return _teacher(connection, caller, teacher_id)


@router.delete("/teachers/{teacher_id}", status_code=status.HTTP_204_NO_CONTENT)
def delete_teacher(teacher_id: TeacherId, here: Here, caller: Platform) -> None:
    """Delete a teacher with every event, plan, credit and other row that is about them."""
    with here.store.writing() as connection:
        if not forget(connection, caller.tenant, teacher_id):
            raise unknown_teacher(teacher_id)
        deed = audit.Deed(caller.key_id, "teacher.delete", teacher_id, here.clock())
        audit.write(connection, caller.tenant, deed)


def _states(check: Check, teacher_id: str, states: Sequence[State]) -> list[Record]:
    rows: list[dict[str, Any]] = [state.model_dump() for state in states]
    begins = [row["valid_from"] for row in rows]
    if len(set(begins)) < len(begins):
        raise InvalidData([Problem("teachers", 0, "valid_from", "", "each valid_from once")])
    return [check.row(TABLE, row | {"teacher_id": teacher_id}) for row in rows]


def _teacher(connection: sa.Connection, caller: Caller, teacher_id: str) -> Teacher:
    rows = find(connection, DATA["teachers"], caller.tenant, teacher_id=teacher_id)
    if not rows:
        raise unknown_teacher(teacher_id)
    states = [to_values(TABLE, row) for row in rows]
    return Teacher.model_validate({"teacher_id": teacher_id, "states": states})
