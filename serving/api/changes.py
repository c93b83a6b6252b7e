"""The feed of changes: what happened in a tenant since a caller last asked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from serving.api.cells import LARGEST, Instant
from serving.api.context import Here, Platform
from serving.api.rows import Answer
from serving.store.changes import Happened, read
from serving.store.records import Record, to_datetime

router = APIRouter(tags=["changes"])


class Change(Answer):
    """One thing that happened."""

    number: Annotated[int, Field(description="goes up within the tenant, in the order of commits")]
    kind: Happened
    at: Instant
    subject: Annotated[
        str,
        Field(
            description="id of the plan, course, offering, credit entry or model version; of an "
            "erased or merged teacher the id that is gone"
        ),
    ]
    teacher_id: Annotated[
        str | None, Field(description="whose it is; of a merger, who is left")
    ] = None


class Changes(Answer):
    """Some changes, the earliest first."""

    items: list[Change]
    cursor: Annotated[str, Field(description="send it as `after`, even if there was nothing")]
    more: Annotated[bool, Field(description="whether there are later ones already")]


@router.get("/changes", response_model_exclude_none=True)
def get_changes(
    here: Here,
    caller: Platform,
    after: Annotated[
        int | None,
        Query(ge=0, le=LARGEST, description="`cursor` of the answer before; from the start if not"),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1_000, description="the most items")] = 100,
    kind: Annotated[Happened | None, Query(description="only these")] = None,
) -> Changes:
    """Return what happened after a cursor; each change once, none left out."""
    with here.store.reading() as connection:
        feed = read(connection, caller.tenant, after, limit, [kind] if kind else [])
    items = [to_change(row) for row in feed.changes]
    return Changes(items=items, cursor=str(feed.reached), more=feed.more)


def to_change(row: Record) -> Change:
    """Return a row of the feed as it is answered."""
    return Change(
        number=row["number"],
        kind=row["kind"],
        at=to_datetime(row["at"]),
        subject=row["subject"],
        teacher_id=row["teacher_id"],
    )
