"""The catalogue: courses and their offerings, put one by one."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response, status

from features.declaration import Table
from features.errors import UnknownId
from features.tables import BY_NAME
from serving.api.context import CourseId, Here, OfferingId, Platform, Service
from serving.api.rows import Course, CourseBody, Offering, OfferingBody
from serving.identity import Caller
from serving.store import audit
from serving.store.checks import Check
from serving.store.records import to_values
from serving.store.rows import find, holds, put
from serving.store.schema import DATA
from serving.store.tenants import find_tenant, touch_catalogue

COURSES, OFFERINGS = BY_NAME["courses"], BY_NAME["offerings"]
router = APIRouter(tags=["catalogue"])


@router.put(
    "/courses/{course_id}", response_model_exclude_none=True, responses={201: {"model": Course}}
)
def put_course(
    course_id: CourseId, body: CourseBody, here: Here, caller: Platform, response: Response
) -> Course:
    """Replace a course, or add it (201); the next recommendation knows it."""
    stored, is_new = _put(here, caller, COURSES, body.model_dump() | {"course_id": course_id})
    if is_new:
        response.status_code = status.HTTP_201_CREATED
    return Course.model_validate(stored)


@router.get("/courses/{course_id}", response_model_exclude_none=True)
def get_course(course_id: CourseId, here: Here, caller: Platform) -> Course:
    """Return a course."""
    with here.store.reading() as connection:
        rows = find(connection, DATA["courses"], caller.tenant, course_id=course_id)
    if not rows:
        raise UnknownId(f"course {course_id!r}", remedy="check the id, or put the course first")
    return Course.model_validate(to_values(COURSES, rows[0]))


@router.put(
    "/offerings/{offering_id}",
    response_model_exclude_none=True,
    responses={201: {"model": Offering}},
)
def put_offering(
    offering_id: OfferingId, body: OfferingBody, here: Here, caller: Platform, response: Response
) -> Offering:
    """Replace an offering, or add it (201); its course must be there."""
    stored, is_new = _put(here, caller, OFFERINGS, body.model_dump() | {"offering_id": offering_id})
    if is_new:
        response.status_code = status.HTTP_201_CREATED
    return Offering.model_validate(stored)


def _put(
    here: Service, caller: Caller, table: Table, values: dict[str, Any]
) -> tuple[dict[str, Any], bool]:
    """Put one row of the catalogue; return it as stored, and whether it is new."""
    now = here.clock()
    key = {name: values[name] for name in table.key}
    with here.store.writing() as connection:
        check = Check(connection, find_tenant(connection, caller.tenant), now)
        record = check.row(table, values)
        is_new = not holds(connection, DATA[table.name], caller.tenant, **key)
        put(connection, DATA[table.name], [record])
        touch_catalogue(connection, caller.tenant)
        action, subject = f"{table.name}.put", "/".join(key.values())
        audit.write(connection, caller.tenant, audit.Deed(caller.key_id, action, subject, now))
    return to_values(table, record), is_new
