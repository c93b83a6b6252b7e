"""Events: each counts once, however often it is sent."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from features.errors import Refused
from features.tables import BY_NAME
from serving.store.changes import Happened, News
from serving.store.records import Record
from serving.store.rows import find_any, insert_new
from serving.store.schema import DATA, GIVEN_ID

EVENTS = BY_NAME["events"]
#: What happened; when the service learned of it is no part of that.
CONTENT = tuple(name for name in EVENTS.names if name not in ("event_id", "recorded_at"))
_WISHES = MappingProxyType({"selected": Happened.WISH_STATED, "withdrawn": Happened.WISH_WITHDRAWN})


class Outcome(StrEnum):
    """What became of an event."""

    RECORDED = "recorded"
    KNOWN = "already recorded"


def with_id(event: Record, occurrence: int = 0) -> Record:
    """Return an event with an id; one that has none is known by what it says.

    Parameters
    ----------
    occurrence
        How many events of the same content came before it in a data set, where each row
        counts. A platform that sends the same content without an id twice is repeating
        itself, and it counts once.
    """
    if event["event_id"] is not None:
        return event | {GIVEN_ID: False}
    content = repr((occurrence, *(event[name] for name in CONTENT)))
    digest = hashlib.sha256(content.encode()).hexdigest()
    return event | {"event_id": f"sha256-{digest[:40]}", GIVEN_ID: True}


def with_ids(events: Iterable[Record]) -> list[Record]:
    """Return the events of a data set with ids, the same id once."""
    seen: Counter[tuple[Any, ...]] = Counter()
    named: dict[str, Record] = {}
    for event in events:
        occurrence = 0
        if event["event_id"] is None:
            content = tuple(event[name] for name in CONTENT)
            occurrence = seen[content]
            seen[content] += 1
        whole = with_id(event, occurrence)
        named.setdefault(whole["event_id"], whole)
    return list(named.values())


def record(connection: sa.Connection, tenant: str, events: Sequence[Record]) -> list[Outcome]:
    """Add events that have ids; return what became of each, in order.

    Raises
    ------
    Refused
        If an id is known with another content; then the transaction is to be undone.
    """
    outcomes = record_each(connection, tenant, events)
    for outcome in outcomes:
        if isinstance(outcome, Refused):
            raise outcome
    return [outcome for outcome in outcomes if isinstance(outcome, Outcome)]


def record_each(
    connection: sa.Connection, tenant: str, events: Sequence[Record]
) -> list[Outcome | Refused]:
    """Add events that have ids; return what became of each, in order, or why it was not added."""
    ids = [event["event_id"] for event in events]
    known = {
        row["event_id"]: row
        for row in find_any(connection, DATA["events"], tenant, "event_id", ids)
    }
    fresh = []
    outcomes: list[Outcome | Refused] = []
    for event in events:
        before = known.setdefault(event["event_id"], event)
        if before is event:
            fresh.append(event)
            outcomes.append(Outcome.RECORDED)
        else:
            outcomes.append(Outcome.KNOWN if _same(before, event) else _conflict(before, event))
    added = insert_new(connection, DATA["events"], fresh, "event_id")
    overtaken = [event for event in fresh if event["event_id"] not in added]
    if overtaken:  # by another writer: they are known by now, with this content or another
        late = record_each(connection, tenant, overtaken)
        of = {id(event): outcome for event, outcome in zip(overtaken, late, strict=True)}
        outcomes = [
            of.get(id(event), outcome) for event, outcome in zip(events, outcomes, strict=True)
        ]
    return outcomes


def wishes(events: Sequence[Record], outcomes: Sequence[Outcome | Refused]) -> list[News]:
    """Return which of the events that were recorded state or withdraw a wish."""
    return [
        News(_WISHES[event["kind"]], event["course_id"], event["teacher_id"])
        for event, outcome in zip(events, outcomes, strict=True)
        if outcome is Outcome.RECORDED and event["kind"] in _WISHES
    ]


def _same(before: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    return all(before[name] == event[name] for name in CONTENT)


def _conflict(before: Mapping[str, Any], event: Mapping[str, Any]) -> Refused:
    changed = [name for name in CONTENT if before[name] != event[name]]
    return Refused(
        f"event {event['event_id']!r}",
        expected="the content that was recorded under this id",
        got=f"another {', '.join(changed)}",
        remedy="give another event another id; a wish is taken back by the kind withdrawn",
    )
