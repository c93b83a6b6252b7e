"""Events in bulk: one JSON object a line, each recorded or refused by itself."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from features.errors import InvalidData, InvalidSetting
from serving.api.answers import BulkReceipt, Fault, LineReceipt
from serving.api.context import Here, Platform, Service
from serving.api.rows import EventBody
from serving.identity import Caller
from serving.problems import pointer
from serving.store.bulk import Became, record_many
from serving.store.events import Outcome

ADDRESS = "/v1/events:bulk"
MOST_LINES = 100_000
REFUSED = "refused"
_EXAMPLE = (
    '{"event_id": "e-1", "teacher_id": "t-1001", "course_id": "c-77", "kind": "completed", '
    '"occurred_at": "2026-03-01T08:30:00+08:00"}\n'
)
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-ndjson": {
                "schema": {"type": "string", "examples": [_EXAMPLE]},
            }
        },
    }
}
router = APIRouter(tags=["events"])


@router.post("/events:bulk", response_model_exclude_none=True, openapi_extra=_BODY)
async def post_events(request: Request, here: Here, caller: Platform) -> BulkReceipt:
    """Record many events; each line is answered by itself, and what is recorded is durable."""
    body = await request.body()
    return await run_in_threadpool(_record, body, here, caller)


def _record(body: bytes, here: Service, caller: Caller) -> BulkReceipt:
    if not body:
        raise InvalidSetting("the body", expected="events, one a line", got="none")
    lines = body.split(b"\n")
    if len(lines) > MOST_LINES + 1:
        raise InvalidSetting("the body", expected=f"at most {MOST_LINES} lines", got="more")
    now = here.clock()
    receipts: dict[int, LineReceipt] = {}
    read: dict[int, dict[str, Any]] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                read[number] = _read(line, now)
            except ValidationError as error:
                receipts[number] = _refusal(number, _faults(error))
    became = record_many(here.store, caller.tenant, list(read.values()), now + here.skew, now)
    for number, each in zip(read, became, strict=True):
        receipts[number] = _receipt(number, each)
    counts = Counter(receipt.status for receipt in receipts.values())
    for outcome in Outcome:
        here.metrics.recorded(outcome, counts[outcome])
    return BulkReceipt(
        recorded=counts[Outcome.RECORDED],
        known=counts[Outcome.KNOWN],
        refused=counts[REFUSED],
        results=[receipts[number] for number in sorted(receipts)],
    )


def _read(line: bytes, now: pd.Timestamp) -> dict[str, Any]:
    values = EventBody.model_validate_json(line).model_dump()
    values["recorded_at"] = values["recorded_at"] or now
    return values


def _receipt(number: int, each: Became) -> LineReceipt:
    if isinstance(each.outcome, Outcome):
        return LineReceipt(line=number, status=each.outcome, event_id=each.event_id)
    if isinstance(each.outcome, InvalidData):
        problems = each.outcome.problems
        faults = [Fault(pointer=f"/{fault.column}", detail=str(fault)) for fault in problems]
    else:
        faults = [Fault(pointer="/event_id", detail=str(each.outcome))]
    return _refusal(number, faults, each.event_id or None)


def _refusal(number: int, faults: list[Fault], event_id: str | None = None) -> LineReceipt:
    return LineReceipt(line=number, status=REFUSED, event_id=event_id, errors=faults)


def _faults(error: ValidationError) -> list[Fault]:
    # What was sent is not repeated: it may be personal.
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [Fault(pointer=pointer(("body", *each["loc"])), detail=each["msg"]) for each in found]
