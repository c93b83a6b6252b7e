"""What is answered beside rows of tables, and what is asked for."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field

from serving.api.cells import LONGEST_LIST, Id, Instant
from serving.api.rows import Answer, Body


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


class Pin(Body):
    """A course that the teacher wants in the plan."""

    course_id: Id
    term: Annotated[str | None, Field(max_length=40, description="such as 2026-spring; any")] = None


class PlanBody(Body):
    """What a plan is asked to heed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"policy": "national-2011", "pins": [{"course_id": "c-77"}], "bans": ["c-12"]}
            ]
        }
    )
    policy: Annotated[
        str | None,
        Field(
            pattern="^[a-z0-9][a-z0-9_-]{0,63}$",
            description="when left out, the one in force for the teacher",
        ),
    ] = None
    pins: Annotated[list[Pin], Field(max_length=LONGEST_LIST)] = []
    bans: Annotated[list[Id], Field(max_length=LONGEST_LIST)] = []


class Sentence(Answer):
    """One thing said in both languages; the code is stable."""

    code: str
    zh: str
    en: str


class PlannedCourse(Answer):
    """One course of a plan."""

    course_id: str
    title_zh: str
    title_en: str
    year: str
    term: str
    offering_id: Annotated[str, Field(description="empty: not announced yet, expected 预计")]
    amount: Annotated[str, Field(description="in the plan's unit; decimal text, exact")]
    hours: str
    reasons: list[Sentence]


class Outcome(Answer):
    """One requirement of the policy in one period, amounts as exact decimal text."""

    requirement: str
    period: str
    unit: str
    earned: str
    planned: str
    needed: str
    missing: str
    compulsory: bool
    met: bool
    zh: str
    en: str


class PlanAnswer(Answer):
    """A teacher's plan for the rest of the cycle."""

    plan_id: str
    revision: int
    state: str
    teacher_id: str
    policy: str
    model_version: str
    as_of: Instant
    seed: int
    unit: str
    items: list[PlannedCourse]
    outcomes: Annotated[list[Outcome], Field(description="the credit sheet, plan included")]
    unmet: Annotated[list[Outcome], Field(description="what the plan leaves short")]
    unkept: Annotated[list[Pin], Field(description="pins that could not be kept")]
    gap: Annotated[float, Field(description="proven distance to the best plan, 0 is none")]
