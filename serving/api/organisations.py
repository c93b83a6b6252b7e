"""Organisations: a tree of nation, provinces, cities, counties and schools, and providers."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response, status

from features.tables import BY_NAME
from serving.api.cells import Id
from serving.api.conditions import Conditional
from serving.api.context import Here, OrganisationId, Platform
from serving.api.entities import CHANGED, GIVEN, Cursor, Desk, Entity, Limit, Word
from serving.api.patching import Patch
from serving.api.rows import Organisation, OrganisationBody, Organisations
from serving.store.pages import Asked
from serving.store.removal import remove

ORGANISATIONS = Entity(
    BY_NAME["organisations"], ("organisation_id",), OrganisationBody, Organisation, "organisation"
)
router = APIRouter(tags=["organisations"])


@router.get("/organisations", response_model=Organisations, response_model_exclude_none=True)
def list_organisations(
    here: Here,
    caller: Platform,
    *,
    limit: Limit = 50,
    cursor: Cursor = "",
    kind: Word = None,
    parent_id: Annotated[Id | None, Query()] = None,
    region: Word = None,
) -> Any:
    """List organisations, page by page; a filter looks at every state."""
    equal = {"kind": kind, "parent_id": parent_id, "region": region}
    return Desk(ORGANISATIONS, here, caller).list(Asked(equal, limit, cursor))


@router.put(
    "/organisations/{organisation_id}",
    **GIVEN,
    responses={201: {"model": Organisation}, **CHANGED},
)
def put_organisation(
    organisation_id: OrganisationId,
    body: OrganisationBody,
    conditions: Conditional,
    here: Here,
    caller: Platform,
    response: Response,
) -> Organisation:
    """Replace all dated states of an organisation, or add it (201); its parent must be there."""
    desk = Desk(ORGANISATIONS, here, caller)
    return desk.put({"organisation_id": organisation_id}, body, conditions, response)


@router.patch("/organisations/{organisation_id}", **GIVEN, responses=CHANGED)
def patch_organisation(
    organisation_id: OrganisationId,
    patch: Patch,
    conditions: Conditional,
    here: Here,
    caller: Platform,
    response: Response,
) -> Organisation:
    """Replace the states of an organisation that was seen."""
    desk = Desk(ORGANISATIONS, here, caller)
    return desk.patch({"organisation_id": organisation_id}, patch, conditions, response)


@router.get("/organisations/{organisation_id}", **GIVEN)
def get_organisation(
    organisation_id: OrganisationId, here: Here, caller: Platform, response: Response
) -> Organisation:
    """Return an organisation with all states, the oldest first."""
    return Desk(ORGANISATIONS, here, caller).get({"organisation_id": organisation_id}, response)


@router.delete(
    "/organisations/{organisation_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=CHANGED,
)
def delete_organisation(
    organisation_id: OrganisationId, conditions: Conditional, here: Here, caller: Platform
) -> None:
    """Delete an organisation that nothing refers to."""
    gone = partial(
        remove,
        tenant=caller.tenant,
        table=ORGANISATIONS.table,
        key="organisation_id",
        value=organisation_id,
    )
    desk = Desk(ORGANISATIONS, here, caller)
    desk.delete({"organisation_id": organisation_id}, conditions, gone)
