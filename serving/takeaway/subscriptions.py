"""Addresses by which a calendar program follows a plan: unguessable, and ended at any time.

A calendar program has no session, so the address itself is the key: 256 random bits, of which the
store knows the hash alone. A teacher has one at most; to make another ends the one before.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from features.errors import UnknownId
from features.moments import instant
from serving.store.rows import delete, find, insert
from serving.store.schema import SUBSCRIPTIONS, TENANT
from serving.store.sessions import hashed


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Whose plan an address shows."""

    tenant: str
    teacher_id: str


def subscribe(connection: sa.Connection, tenant: str, teacher_id: str, now: pd.Timestamp) -> str:
    """Make a teacher's address and return its token, which cannot be shown again."""
    unsubscribe(connection, tenant, teacher_id)
    token = secrets.token_urlsafe(32)
    row = {
        TENANT: tenant,
        "teacher_id": teacher_id,
        "digest": hashed(token),
        "made_at": instant(now),
    }
    insert(connection, SUBSCRIPTIONS, [row])
    return token


def unsubscribe(connection: sa.Connection, tenant: str, teacher_id: str) -> bool:
    """End a teacher's address; say whether there was one."""
    return bool(delete(connection, SUBSCRIPTIONS, tenant, teacher_id=teacher_id))


def subscribed_at(connection: sa.Connection, tenant: str, teacher_id: str) -> pd.Timestamp | None:
    """Return when a teacher's address was made; None where there is none."""
    rows = find(connection, SUBSCRIPTIONS, tenant, teacher_id=teacher_id)
    return pd.Timestamp(rows[0]["made_at"], unit="us", tz="UTC") if rows else None


def subscriber(connection: sa.Connection, token: str) -> Subscriber:
    """Return whose plan an address shows.

    Raises
    ------
    UnknownId
        If there is none of this token, or it was ended. Which, is not told.
    """
    query = sa.select(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.digest == hashed(token))
    row = connection.execute(query).one_or_none()
    if row is None:
        raise UnknownId("this calendar", remedy="make a new address on the page")
    return Subscriber(row.tenant_id, row.teacher_id)
