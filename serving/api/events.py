"""Events: acknowledged only when they are durable, counted once."""

from __future__ import annotations

from fastapi import APIRouter, Response, status

from serving.api.answers import EventReceipt
from serving.api.context import Here, Platform
from serving.api.rows import EventBody
from serving.store.changes import tell
from serving.store.checks import Check
from serving.store.events import EVENTS, Outcome, record, wishes, with_id
from serving.store.tenants import find_tenant

router = APIRouter(tags=["events"])


@router.post(
    "/events", status_code=status.HTTP_201_CREATED, responses={200: {"model": EventReceipt}}
)
def post_event(body: EventBody, here: Here, caller: Platform, response: Response) -> EventReceipt:
    """Record an event: 201 once it is durable, 200 if it was already recorded.

    The teacher's next recommendation takes it into account.
    """
    now = here.clock()
    with here.store.writing() as connection:
        check = Check(connection, find_tenant(connection, caller.tenant), now + here.skew)
        values = body.model_dump()
        values["recorded_at"] = values["recorded_at"] or now
        event = with_id(check.row(EVENTS, values))
        outcome = record(connection, caller.tenant, [event])[0]
        tell(connection, caller.tenant, wishes([event], [outcome]), now)
    here.metrics.recorded(outcome)
    if outcome is Outcome.KNOWN:
        response.status_code = status.HTTP_200_OK
    return EventReceipt(event_id=event["event_id"], status=outcome)
