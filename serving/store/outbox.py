"""What is to be sent: deliveries made from the feed, handed out when due, and settled."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from features.moments import instant
from serving.store.changes import last_number, read
from serving.store.records import Record
from serving.store.rows import find, insert
from serving.store.schema import CHANGES, DELIVERIES, FEEDS, SENDERS, TENANT, WEBHOOKS
from serving.store.webhooks import PING, Progress, new_delivery

#: Changes that are taken up for a webhook at a time, and deliveries that are sent at once to one.
TAKEN_UP, AT_ONCE = 500, 8
#: After the first failure a delivery waits so long, in seconds; then three times as long, up to ...
FIRST_WAIT, LONGEST_WAIT = 10, 21_600
#: A receiver that says so wants no more of it (410 Gone).
GONE = "410"


@dataclass(frozen=True, slots=True)
class Letter:
    """A delivery on its way.

    Parameters
    ----------
    row
        The delivery.
    change
        What it tells of; ``None`` of a ping.
    keys
        The secrets that sign it.
    """

    row: Record
    url: str
    change: Record | None
    keys: tuple[str, ...]


def tenants_with_work(connection: sa.Connection, now: pd.Timestamp) -> list[str]:
    """Return the tenants that have something to be taken up or to be sent."""
    behind = sa.select(WEBHOOKS.c[TENANT]).join(FEEDS, FEEDS.c[TENANT] == WEBHOOKS.c[TENANT])
    behind = behind.where(FEEDS.c.last > WEBHOOKS.c.taken_up)
    due = sa.select(DELIVERIES.c[TENANT]).where(*_due(now))
    return sorted(connection.scalars(sa.union(behind, due)))


def lease(
    connection: sa.Connection, tenant: str, holder: str, now: pd.Timestamp, length: pd.Timedelta
) -> bool:
    """Say whether a worker may send a tenant's deliveries, until so long after now."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = {"holder": holder, "until": instant(now + length)}
    free = sa.or_(SENDERS.c.until <= instant(now), SENDERS.c.holder == holder)
    statement = dialect.insert(SENDERS).values({TENANT: tenant, **values})
    statement = statement.on_conflict_do_update(index_elements=[TENANT], set_=values, where=free)
    return connection.execute(statement.returning(SENDERS.c.holder)).first() is not None


def take_up(connection: sa.Connection, tenant: str, now: pd.Timestamp) -> None:
    """Make a delivery of each change that a webhook was not told of."""
    last = last_number(connection, tenant)
    for webhook in find(connection, WEBHOOKS, tenant):
        if webhook["taken_up"] < last:
            dropped = sa.select(FEEDS.c.dropped).where(FEEDS.c[TENANT] == tenant)
            after = max(webhook["taken_up"], connection.execute(dropped).scalar_one())
            feed = read(connection, tenant, after, TAKEN_UP, webhook["kinds"].split())
            made = [new_delivery(tenant, webhook["webhook_id"], c, now) for c in feed.changes]
            insert(connection, DELIVERIES, made)
            own = _of(WEBHOOKS, webhook)
            connection.execute(sa.update(WEBHOOKS).where(*own).values(taken_up=feed.reached))


def due_letters(connection: sa.Connection, tenant: str, now: pd.Timestamp) -> list[Letter]:
    """Return what is to be sent now, the earliest first, of each webhook only so much at once.

    What tells of a change that is gone, such as an erased teacher's, is deleted instead.
    """
    webhooks = {row["webhook_id"]: row for row in find(connection, WEBHOOKS, tenant)}
    letters = []
    for webhook in webhooks.values():
        waiting = sa.select(DELIVERIES).where(*_of(DELIVERIES, webhook), *_due(now))
        order = DELIVERIES.c.due_at, DELIVERIES.c.number
        for found in connection.execute(waiting.order_by(*order).limit(AT_ONCE)):
            row = found._asdict()
            changes = find(connection, CHANGES, tenant, number=row["number"])
            if changes or row["kind"] == PING:
                change = changes[0] if changes else None
                letters.append(Letter(row, webhook["url"], change, _keys(webhook, now)))
            else:
                connection.execute(sa.delete(DELIVERIES).where(*_itself(row)))
    return letters


def settle(
    connection: sa.Connection,
    row: Record,
    outcome: str,
    now: pd.Timestamp,
    attempts: int,
    rng: random.Random,
) -> Progress:
    """Write down what became of an attempt, and when the next one is due.

    Parameters
    ----------
    outcome
        The status that was answered, or why there was none.
    attempts
        After so many a delivery is dead.
    """
    made = row["attempts"] + 1
    state = Progress.WAITING
    if outcome.startswith("2"):
        state = Progress.DELIVERED
    elif made >= attempts or outcome == GONE:
        state = Progress.DEAD
    wait = min(FIRST_WAIT * 3 ** row["attempts"], LONGEST_WAIT) * rng.uniform(0.5, 1)
    due = instant(now + pd.Timedelta(seconds=wait))
    values = {"attempts": made, "state": state, "outcome": outcome, "due_at": due}
    connection.execute(sa.update(DELIVERIES).where(*_itself(row)).values(values))
    return state


def drop_deliveries(connection: sa.Connection, tenant: str, before: pd.Timestamp) -> None:
    """Let deliveries from before a moment go."""
    old = DELIVERIES.c[TENANT] == tenant, DELIVERIES.c.made_at < instant(before)
    connection.execute(sa.delete(DELIVERIES).where(*old))


def _due(now: pd.Timestamp) -> Sequence[sa.ColumnElement[bool]]:
    return DELIVERIES.c.state == Progress.WAITING, DELIVERIES.c.due_at <= instant(now)


def _of(table: sa.Table, row: Record) -> Sequence[sa.ColumnElement[bool]]:
    return table.c[TENANT] == row[TENANT], table.c.webhook_id == row["webhook_id"]


def _itself(row: Record) -> Sequence[sa.ColumnElement[bool]]:
    return *_of(DELIVERIES, row), DELIVERIES.c.delivery_id == row["delivery_id"]


def _keys(webhook: Record, now: pd.Timestamp) -> tuple[str, ...]:
    until = webhook["former_until"]
    if until is not None and instant(now) < until:
        return webhook["secret"], webhook["former_secret"]
    return (webhook["secret"],)
