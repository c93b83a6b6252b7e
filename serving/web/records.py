"""Credit records: what counts, and what a teacher claims or disputes."""

from __future__ import annotations

import datetime as dt
import secrets
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request, Response

from features.codes import ACTIVITIES
from features.errors import UnknownId
from features.tables import BY_NAME
from serving.api.context import Here, Service
from serving.latest_plans import latest_plan
from serving.store import audit
from serving.store.changes import Happened, News, tell
from serving.store.checks import Check
from serving.store.ledger import enter
from serving.store.rows import find
from serving.store.schema import DATA
from serving.store.tenants import find_tenant
from serving.web.bars import credits_shown
from serving.web.failing import PageRoute
from serving.web.pages import see, show
from serving.web.sight import view_of
from serving.web.visitor import Visiting, Visitor

CREDITS = BY_NAME["credits"]
Activity = Literal[ACTIVITIES]  # type: ignore[valid-type]
_LONGEST_NOTE = 500
router = APIRouter(include_in_schema=False, route_class=PageRoute)
_Note = Annotated[str, Form(min_length=1, max_length=_LONGEST_NOTE)]
_Amount = Annotated[Decimal, Form(gt=0, le=1_000, decimal_places=1)]
_Press = Annotated[str, Form(pattern="^[a-z0-9]{8,40}$")]


@router.get("/records")
def get_records(
    request: Request,
    visitor: Visiting,
    here: Here,
    did: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show the ledger line by line, and the forms to claim and to dispute."""
    view = view_of(here, visitor)
    with here.store.reading() as connection:
        stored = latest_plan(connection, visitor.tenant, visitor.teacher())
    credits = credits_shown(view, stored.plan if stored else None, here.settings.policies)
    table = view.dataset.table("courses")
    titles = dict(
        zip(
            table["course_id"],
            zip(table["title_zh"].fillna(""), table["title_en"].fillna(""), strict=True),
            strict=True,
        )
    )
    return show(
        request,
        visitor,
        "records.html",
        credits=credits,
        titles=titles,
        activities=ACTIVITIES,
        did=did,
        press=secrets.token_hex(16),
    )


@router.post("/records/claim")
def post_claim(
    visitor: Visiting,
    here: Here,
    *,
    activity: Annotated[Activity, Form()],
    earned_on: Annotated[dt.date, Form()],
    amount: _Amount,
    unit: Annotated[Literal["hour", "credit"], Form()],
    evidence: _Note,
    press: _Press,
) -> Response:
    """Claim what is not in the ledger 补登: it waits until the school has verified it."""
    said = {
        "kind": "activity",
        "activity": activity,
        "earned_on": earned_on,
        "amount": amount,
        "unit": unit,
        "evidence": evidence,
    }
    _enter(here, visitor, f"claim-{press}", said)
    return see("/records", did="claimed")


@router.post("/records/dispute")
def post_dispute(
    visitor: Visiting,
    here: Here,
    *,
    entry: Annotated[str, Form(max_length=200)],
    amount: _Amount,
    unit: Annotated[Literal["hour", "credit"], Form()],
    evidence: _Note,
    press: _Press,
) -> Response:
    """Dispute a record 申诉: a correction by what is missing is claimed, and says of which."""
    said = {
        "kind": "correction",
        "earned_on": _day_of(here, visitor, entry),
        "amount": amount,
        "unit": unit,
        "evidence": f"{entry}: {evidence}",
    }
    _enter(here, visitor, f"dispute-{press}", said)
    return see("/records", did="disputed")


def _day_of(here: Service, visitor: Visitor, entry_id: str) -> dt.date:
    """Return when a record of the teacher's own was earned.

    Raises
    ------
    UnknownId
        If the teacher has none of this id.
    """
    with here.store.reading() as connection:
        own = find(
            connection,
            DATA["credits"],
            visitor.tenant,
            entry_id=entry_id,
            teacher_id=visitor.teacher(),
        )
    if not own:
        raise UnknownId(f"credit entry {entry_id!r}", remedy="choose one of your own records")
    day: dt.date = own[0]["earned_on"]
    return day


def _enter(here: Service, visitor: Visitor, entry_id: str, said: dict[str, object]) -> None:
    now = here.clock()
    given = {"entry_id": entry_id, "teacher_id": visitor.teacher(), "state": "claimed"}
    with here.store.writing() as connection:
        check = Check(connection, find_tenant(connection, visitor.tenant), now + here.skew)
        values = {name: None for name in CREDITS.names} | given | {"recorded_at": now} | said
        _, is_new = enter(connection, visitor.tenant, check.row(CREDITS, values))
        if is_new:
            whose = visitor.teacher()
            deed = audit.Deed(visitor.actor, "credit entry.claim", entry_id, now, (whose,))
            audit.write(connection, visitor.tenant, deed)
            news = News(Happened.CREDIT_ADDED, entry_id, whose)
            tell(connection, visitor.tenant, [news], now)
