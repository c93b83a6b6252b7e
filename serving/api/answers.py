"""What is answered beside rows of tables, and what is asked for."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from serving.api.cells import Instant
from serving.api.rows import Answer


class EventReceipt(Answer):
    """That an event is stored durably."""

    event_id: str
    status: Annotated[str, Field(description="recorded, or already recorded")]


class Alive(Answer):
    """That the process answers."""

    status: str


class Ready(Answer):
    """Whether the service can do its work, and what each part says."""

    ready: bool
    store: str
    model: str


class AuditEntry(Answer):
    """Who did what to what, and when."""

    at: Instant
    actor: str
    action: str
    subject: str
    whose: Annotated[
        list[str],
        Field(description="teachers whose data it was; `~` and a pseudonym once erased"),
    ]
    request_id: str


class AuditLog(Answer):
    """The latest deeds, the latest first."""

    entries: list[AuditEntry]


class Fault(Answer):
    """One fault of a request."""

    pointer: str
    detail: str


class LineReceipt(Answer):
    """What became of one line."""

    line: Annotated[int, Field(description="from 1, empty ones counted")]
    status: Annotated[str, Field(description="recorded, already recorded, or refused")]
    event_id: str | None = None
    errors: list[Fault] | None = None


class BulkReceipt(Answer):
    """What became of each line: what is recorded is stored durably."""

    recorded: int
    known: int
    refused: int
    results: list[LineReceipt]


class ProblemDetails(Answer):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[Fault] | None = None


class Reason(Answer):
    """One true part of a score, or that chance drew the course (`exploration`), in words."""

    code: str
    name: str
    value: Annotated[float, Field(description="what it adds to the score of `source`, or a chance")]
    source: str
    zh: str
    en: str


class Opening(Answer):
    """An offering in which the course can be taken now or in the next round."""

    offering_id: str
    admission_mode: str
    mode: str | None = None
    tier: str | None = None
    hours: float | None = None
    days_away: float | None = None
    capacity: int | None = None
    apply_from: date | None = None
    apply_until: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    is_open: bool
    url: str | None = None


class Item(Answer):
    """A course in a list."""

    course_id: str
    title_zh: str
    title_en: str
    rank: int
    score: Annotated[float, Field(description="comparable within one list only")]
    propensity: Annotated[
        float,
        Field(
            description="chance of standing at this rank, given the courses above: 1 where the "
            "order decided, below 1 where the place explores"
        ),
    ]
    reasons: list[Reason]
    openings: list[Opening]


class Recommendations(Answer):
    """A teacher's list, best first."""

    recommendation_id: Annotated[
        str | None,
        Field(description="echo it on the events that follow; null for a list as of a moment"),
    ]
    teacher_id: str
    as_of: Instant
    model_version: str
    source: Annotated[str, Field(description="what ranked the list")]
    degraded: Annotated[bool, Field(description="whether something better was not to be had")]
    items: list[Item]
