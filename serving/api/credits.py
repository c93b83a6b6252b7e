"""The ledger of hours and credits: entries are added, never changed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response, status

from features.codes import CREDIT_KINDS, CREDIT_STATES, UNITS
from features.tables import BY_NAME
from serving.api.cells import Id
from serving.api.context import Here, Platform
from serving.api.dealings import CreditBody, CreditEntries, CreditEntry
from serving.api.entities import GIVEN, Cursor, Desk, Entity, Limit
from serving.store import audit
from serving.store.changes import Happened, News, tell
from serving.store.checks import Check
from serving.store.ledger import enter
from serving.store.pages import Asked
from serving.store.records import to_values
from serving.store.tenants import find_tenant

CREDITS = Entity(BY_NAME["credits"], ("entry_id",), CreditBody, CreditEntry, "credit entry")
EntryId = Annotated[Id, Path(description="credit entry 学分记录标识", examples=["l-2026-000017"])]
Kind = Literal[CREDIT_KINDS]  # type: ignore[valid-type]
State = Literal[CREDIT_STATES]  # type: ignore[valid-type]
Unit = Literal[UNITS]  # type: ignore[valid-type]
router = APIRouter(tags=["credits"])


@router.get("/credits", response_model=CreditEntries, response_model_exclude_none=True)
def list_credits(
    here: Here,
    caller: Platform,
    *,
    limit: Limit = 50,
    cursor: Cursor = "",
    teacher_id: Annotated[Id | None, Query()] = None,
    kind: Annotated[Kind | None, Query()] = None,
    state: Annotated[State | None, Query()] = None,
    unit: Annotated[Unit | None, Query()] = None,
) -> Any:
    """List entries of the ledger, page by page."""
    equal = {"teacher_id": teacher_id, "kind": kind, "state": state, "unit": unit}
    return Desk(CREDITS, here, caller).list(Asked(equal, limit, cursor))


@router.post(
    "/credits",
    **GIVEN,
    status_code=status.HTTP_201_CREATED,
    responses={200: {"model": CreditEntry}, 409: {"description": "known with another content"}},
)
def post_credit(body: CreditBody, here: Here, caller: Platform, response: Response) -> CreditEntry:
    """Add an entry to the ledger (201); 200 if it was already there.

    The next plan and credit sheet take it into account. A mistake is put right by another entry.
    """
    now = here.clock()
    with here.store.writing() as connection:
        check = Check(connection, find_tenant(connection, caller.tenant), now + here.skew)
        values = body.model_dump()
        values["recorded_at"] = values["recorded_at"] or now
        record = check.row(CREDITS.table, values)
        stored, is_new = enter(connection, caller.tenant, record)
        if is_new:
            subject = record["entry_id"]
            deed = audit.Deed(
                caller.key_id, "credit entry.add", subject, now, (record["teacher_id"],)
            )
            audit.write(connection, caller.tenant, deed)
            news = News(Happened.CREDIT_ADDED, subject, record["teacher_id"])
            tell(connection, caller.tenant, [news], now)
    if not is_new:
        response.status_code = status.HTTP_200_OK
    return CreditEntry.model_validate(to_values(CREDITS.table, stored))


@router.get("/credits/{entry_id}", **GIVEN)
def get_credit(entry_id: EntryId, here: Here, caller: Platform, response: Response) -> CreditEntry:
    """Return an entry of the ledger."""
    return Desk(CREDITS, here, caller).get({"entry_id": entry_id}, response)
