"""Links by which a platform lets teachers and administrators in."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, status
from pydantic import ConfigDict, Field

from serving.api.cells import Id, Instant
from serving.api.context import Admin, Here, Platform, TeacherId
from serving.api.rows import Answer, Body
from serving.sessions import make_link
from serving.store.sessions import Guest

router = APIRouter(tags=["identity"])


class LinkMade(Answer):
    """An address that lets one person in, once."""

    path: Annotated[str, Field(description="to be put behind the service's own address")]
    expires_at: Instant


class AdministratorBody(Body):
    """An administrator who is to be let in, bound to an organisation and all below it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "li.wen", "organisation_id": "school-17", "scopes": ["school"]},
            ]
        }
    )
    name: Annotated[Id, Field(description="what the audit log calls them")]
    organisation_id: Id
    scopes: Annotated[
        list[Literal["school", "admin"]],
        Field(min_length=1, max_length=2, description="what they may do"),
    ]


@router.post("/teachers/{teacher_id}:link", status_code=status.HTTP_201_CREATED)
def link_teacher(teacher_id: TeacherId, here: Here, caller: Platform) -> LinkMade:
    """Make a link that lets a teacher into their page, once, within fifteen minutes."""
    return _made(here, Guest(caller.tenant, teacher_id), caller.key_id)


@router.post("/administrators:link", status_code=status.HTTP_201_CREATED)
def link_administrator(body: AdministratorBody, here: Here, caller: Admin) -> LinkMade:
    """Make a link that lets an administrator of an organisation in."""
    scopes = tuple(sorted(set(body.scopes)))
    guest = Guest(caller.tenant, None, body.name, body.organisation_id, scopes)
    return _made(here, guest, caller.key_id)


def _made(here: Here, guest: Guest, by: str) -> LinkMade:
    link = make_link(here.store, guest, here.clock(), by=by)
    return LinkMade(path=link.path, expires_at=link.expires_at)
