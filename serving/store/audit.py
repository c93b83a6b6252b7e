"""The audit log: who did what to whose data, and when. Nothing here changes or deletes."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from features.moments import instant
from serving.store.schema import AUDIT_LOG, TENANT


@dataclass(frozen=True, slots=True)
class Deed:
    """One deed.

    Parameters
    ----------
    actor
        The key's public part, or the command that did it.
    action
        A verb and its object, such as ``teacher.delete``.
    subject
        The id of what it was done to.
    at
        When.
    """

    actor: str
    action: str
    subject: str
    at: pd.Timestamp


def write(connection: sa.Connection, tenant: str, deed: Deed) -> None:
    """Add a deed, in the transaction of the deed itself."""
    at = instant(deed.at)
    connection.execute(
        sa.insert(AUDIT_LOG).values(
            {
                TENANT: tenant,
                # Sorted by time, and two at one time are kept apart.
                "entry_id": f"{at:020d}-{secrets.token_hex(6)}",
                "at": at,
                "actor": deed.actor,
                "action": deed.action,
                "subject": deed.subject,
            }
        )
    )


def read(connection: sa.Connection, tenant: str, limit: int) -> Sequence[Deed]:
    """Return a tenant's latest deeds, the latest first."""
    query = (
        sa.select(AUDIT_LOG)
        .where(AUDIT_LOG.c[TENANT] == tenant)
        .order_by(AUDIT_LOG.c.entry_id.desc())
        .limit(limit)
    )
    return [
        Deed(row.actor, row.action, row.subject, pd.Timestamp(row.at, unit="us", tz="UTC"))
        for row in connection.execute(query)
    ]
