"""Webhooks and their deliveries: who wants to be told of what, and what became of telling."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pandas as pd
import sqlalchemy as sa

from features.errors import Refused, UnknownId
from features.moments import instant
from serving.store.changes import last_number
from serving.store.records import Record
from serving.store.rows import delete, find, insert, lock
from serving.store.schema import DELIVERIES, TENANT, WEBHOOKS

PING = "ping"
#: Of one tenant.
MOST_WEBHOOKS = 20
#: For so long the secret before signs too.
OVERLAP = pd.Timedelta(days=1)


class Progress(StrEnum):
    """How far a delivery has come."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a tenant is told of changes.

    Parameters
    ----------
    kinds
        Of which; of all when empty.
    """

    webhook_id: str
    url: str
    kinds: tuple[str, ...]
    secret: str
    made_at: int

    @classmethod
    def of(cls, row: Record) -> Webhook:
        """Return a row of the store as a webhook."""
        kinds = tuple(row["kinds"].split())
        return cls(row["webhook_id"], row["url"], kinds, row["secret"], row["made_at"])


def add_webhook(
    connection: sa.Connection,
    tenant: str,
    url: str,
    kinds: Collection[str],
    secret: str,
    now: pd.Timestamp,
) -> Webhook:
    """Add a webhook; it is told of what happens from now on.

    Raises
    ------
    Refused
        If the tenant has as many as it may have.
    """
    lock(connection, tenant, "webhooks")
    if len(find(connection, WEBHOOKS, tenant)) >= MOST_WEBHOOKS:
        expected = f"at most {MOST_WEBHOOKS} of a tenant"
        raise Refused("webhooks", expected=expected, got="another", remedy="delete one first")
    row: Record = {
        TENANT: tenant,
        "webhook_id": f"w-{uuid.uuid4().hex}",
        "url": url,
        "kinds": " ".join(sorted(set(kinds))),
        "secret": secret,
        "former_secret": None,
        "former_until": None,
        "made_at": instant(now),
        "taken_up": last_number(connection, tenant),
    }
    insert(connection, WEBHOOKS, [row])
    return Webhook.of(row)


def find_webhooks(connection: sa.Connection, tenant: str) -> list[Webhook]:
    """Return a tenant's webhooks, the earliest first."""
    found = [Webhook.of(row) for row in find(connection, WEBHOOKS, tenant)]
    return sorted(found, key=lambda each: (each.made_at, each.webhook_id))


def find_webhook(connection: sa.Connection, tenant: str, webhook_id: str) -> Webhook:
    """Return a webhook.

    Raises
    ------
    UnknownId
        If the tenant has none of this id.
    """
    rows = find(connection, WEBHOOKS, tenant, webhook_id=webhook_id)
    if not rows:
        raise UnknownId(f"webhook {webhook_id!r}", remedy="list those that there are")
    return Webhook.of(rows[0])


def remove_webhook(connection: sa.Connection, tenant: str, webhook_id: str) -> None:
    """Delete a webhook with its deliveries; what is being sent arrives all the same."""
    find_webhook(connection, tenant, webhook_id)
    delete(connection, DELIVERIES, tenant, webhook_id=webhook_id)
    delete(connection, WEBHOOKS, tenant, webhook_id=webhook_id)


def rotate(
    connection: sa.Connection, tenant: str, webhook_id: str, secret: str, now: pd.Timestamp
) -> Webhook:
    """Give a webhook another secret; the one before signs too for a day."""
    found = find_webhook(connection, tenant, webhook_id)
    own = WEBHOOKS.c[TENANT] == tenant, WEBHOOKS.c.webhook_id == webhook_id
    until = instant(now + OVERLAP)
    values = {"secret": secret, "former_secret": found.secret, "former_until": until}
    connection.execute(sa.update(WEBHOOKS).where(*own).values(values))
    return find_webhook(connection, tenant, webhook_id)


def new_delivery(
    tenant: str, webhook_id: str, change: Mapping[str, Any], now: pd.Timestamp
) -> Record:
    """Return a delivery that is due at once; what it says stays in the feed."""
    at = instant(now)
    return {
        TENANT: tenant,
        "webhook_id": webhook_id,
        "delivery_id": f"d-{uuid.uuid4().hex}",
        "number": change["number"],
        "kind": change["kind"],
        "state": Progress.WAITING,
        "attempts": 0,
        "made_at": at,
        "due_at": at,
        "outcome": None,
    }


def ping(connection: sa.Connection, tenant: str, webhook_id: str, now: pd.Timestamp) -> Record:
    """Let a webhook be tried: a delivery of nothing that happened."""
    find_webhook(connection, tenant, webhook_id)
    row = new_delivery(tenant, webhook_id, {"number": 0, "kind": PING}, now)
    insert(connection, DELIVERIES, [row])
    return row


def deliveries(
    connection: sa.Connection, tenant: str, webhook_id: str, state: str | None, limit: int
) -> list[Record]:
    """Return a webhook's latest deliveries, the latest first."""
    find_webhook(connection, tenant, webhook_id)
    own = DELIVERIES.c[TENANT] == tenant, DELIVERIES.c.webhook_id == webhook_id
    query = sa.select(DELIVERIES).where(*own)
    if state is not None:
        query = query.where(DELIVERIES.c.state == state)
    order = DELIVERIES.c.made_at.desc(), DELIVERIES.c.number.desc(), DELIVERIES.c.delivery_id
    return [row._asdict() for row in connection.execute(query.order_by(*order).limit(limit))]


def counts(connection: sa.Connection, tenant: str) -> dict[str, dict[str, int]]:
    """Return how many deliveries of each webhook are in each state."""
    columns = DELIVERIES.c.webhook_id, DELIVERIES.c.state
    query = sa.select(*columns, sa.func.count()).where(DELIVERIES.c[TENANT] == tenant)
    found: dict[str, dict[str, int]] = {}
    for webhook_id, state, count in connection.execute(query.group_by(*columns)):
        found.setdefault(webhook_id, {})[state] = count
    return found
