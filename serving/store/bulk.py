"""Many events at once, each judged by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from features.errors import InvalidData, Refused
from serving.store.changes import tell
from serving.store.checks import Check
from serving.store.engine import Store
from serving.store.events import EVENTS, Outcome, record_each, wishes, with_id
from serving.store.rows import held
from serving.store.schema import DATA
from serving.store.tenants import find_tenant

#: Events of one transaction: others wait for no more than these.
GROUP = 2_000


@dataclass(frozen=True, slots=True)
class Became:
    """What became of one event.

    Parameters
    ----------
    outcome
        Or why it was refused.
    event_id
        Its own, or the one it was given; empty if refused before it had one.
    """

    outcome: Outcome | InvalidData | Refused
    event_id: str = ""


def record_many(
    store: Store,
    tenant: str,
    events: Sequence[Mapping[str, Any]],
    latest: pd.Timestamp,
    now: pd.Timestamp | None = None,
) -> list[Became]:
    """Record events, group by group, each durable before the next; return what became of each.

    Parameters
    ----------
    events
        As the API takes them, single cells already judged.
    latest
        The moment after which nothing can have happened.
    now
        When the feed of changes learns of wishes among them; ``latest`` when left out.
    """
    became: list[Became] = []
    for start in range(0, len(events), GROUP):
        group = events[start : start + GROUP]
        with store.writing(alone=True) as connection:
            owner = find_tenant(connection, tenant)
            check = Check(connection, owner, latest, _known(connection, tenant, group))
            became += _recorded(check, group, now or latest)
    return became


def _recorded(check: Check, group: Iterable[Mapping[str, Any]], now: pd.Timestamp) -> list[Became]:
    became: list[Became | None] = []
    sound = []
    for values in group:
        try:
            sound.append(with_id(check.row(EVENTS, values)))
        except InvalidData as error:
            became.append(Became(error, values["event_id"] or ""))
        else:
            became.append(None)
    outcomes = record_each(check.connection, check.tenant.name, sound)
    tell(check.connection, check.tenant.name, wishes(sound, outcomes), now)
    judged = zip(sound, outcomes, strict=True)
    later = (Became(outcome, event["event_id"]) for event, outcome in judged)
    return [each if each is not None else next(later) for each in became]


def _known(
    connection: sa.Connection, tenant: str, group: Sequence[Mapping[str, Any]]
) -> dict[str, frozenset[str]]:
    """Return what the events refer to, as far as it is there, looked up at once."""
    known = {}
    for column in EVENTS.columns:
        target, _, key = column.references.partition(".")
        if target:
            named = [values[column.name] for values in group if values[column.name] is not None]
            known[column.references] = held(connection, DATA[target], tenant, key, named)
    return known
