"""Events: acknowledged only when they are durable, counted once."""

from __future__ import annotations

from fastapi import APIRouter, Response, status

from serving.api.answers import EventReceipt
from serving.api.context import Here, Platform
from serving.api.rows import EventBody
from serving.store.events import Outcome

router = APIRouter(tags=["events"])


@router.post(
    "/events",
    status_code=status.HTTP_201_CREATED,
    responses={200: {"model": EventReceipt}, 409: {"description": "known with another content"}},
)
async def post_event(
    body: EventBody, here: Here, caller: Platform, response: Response
) -> EventReceipt:
    """Record an event: 201 once it is durable, 200 if it was already recorded.

    The teacher's next recommendation takes it into account.
    """
    now = here.clock()
    values = body.model_dump()
    values["recorded_at"] = values["recorded_at"] or now
    became = await here.intake.record(caller.tenant, values, now + here.skew, now)
    if not isinstance(became.outcome, Outcome):
        raise became.outcome
    here.metrics.recorded(became.outcome)
    if became.outcome is Outcome.KNOWN:
        response.status_code = status.HTTP_200_OK
    return EventReceipt(event_id=became.event_id, status=became.outcome)
