"""The audit log: who did what to whose data, when, in which request; a chain for each tenant.

Each entry holds the SHA-256 of its content and of the entry before it, so that none can be
changed, put in or taken out of the middle without breaking the chain; the database itself refuses
to change or delete one. Nothing here does either.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa
import structlog

from features.moments import instant
from serving.store.pseudonyms import disguised, named
from serving.store.rows import lock
from serving.store.schema import AUDIT_LOG, TENANT

#: What the first entry has before it.
FIRST: Final = "0" * 64
#: Stands before a pseudonym where an id stood.
MARK: Final = "~"
#: Entries that are read at a time.
BATCH: Final = 2_000


@dataclass(frozen=True, slots=True)
class Deed:
    """One deed.

    Parameters
    ----------
    actor
        The key's public part, the session's beginning, or the command that did it.
    action
        A verb and its object, such as ``teacher.delete``.
    subject
        The id of what it was done to.
    at
        When.
    whose
        The teachers whose data it was; their ids are kept as pseudonyms.
    request_id
        Of the request that it was done in; empty for a command.
    """

    actor: str
    action: str
    subject: str
    at: pd.Timestamp
    whose: tuple[str, ...] = ()
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """How a tenant's chain stands.

    Parameters
    ----------
    entries
        How many hold, from the first.
    head
        Digest of the last that holds. Kept elsewhere, it tells later whether the log was cut short.
    broken
        The place, from 1, of the first that does not hold; None where all do.
    """

    entries: int
    head: str
    broken: int | None


def write(connection: sa.Connection, tenant: str, deed: Deed) -> None:
    """Add a deed, in the transaction of the deed itself."""
    at = instant(deed.at)
    called = dict(zip(deed.whose, disguised(connection, tenant, deed.whose), strict=True))
    parts = deed.subject.split("/") if called else [deed.subject]
    # Nobody else of the tenant adds an entry until this one is committed.
    lock(connection, tenant, "audit")
    place, previous = _head(connection, tenant)
    entry = {
        TENANT: tenant,
        "entry_id": f"{at:020d}-{secrets.token_hex(6)}",
        "at": at,
        "actor": deed.actor,
        "action": deed.action,
        "subject": "/".join(MARK + called[part] if part in called else part for part in parts),
        "whose": " ".join(called.values()) or None,
        "request_id": deed.request_id or structlog.contextvars.get_contextvars().get("request_id"),
        "place": place + 1,
        "previous": previous,
    }
    entry["digest"] = digest_of(entry)
    connection.execute(sa.insert(AUDIT_LOG).values(entry))


def digest_of(entry: Any) -> str:
    """Return the SHA-256 of an entry's content, the digest of the one before it included."""
    names = (TENANT, "place", "entry_id", "at", "actor", "action", "subject")
    content = [entry[name] for name in (*names, "whose", "request_id", "previous")]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read(connection: sa.Connection, tenant: str, limit: int) -> Sequence[Deed]:
    """Return a tenant's latest deeds, the latest first; erased teachers by pseudonym."""
    query = sa.select(AUDIT_LOG).where(AUDIT_LOG.c[TENANT] == tenant)
    rows = connection.execute(query.order_by(AUDIT_LOG.c.place.desc()).limit(limit)).all()
    pseudonyms = {each for row in rows for each in (row.whose or "").split()}
    ids = named(connection, tenant, pseudonyms)
    return [_deed(row, ids) for row in rows]


def about(connection: sa.Connection, tenant: str, teacher_id: str) -> Sequence[Deed]:
    """Return what was done to a teacher's data, the latest first."""
    (called,) = disguised(connection, tenant, [teacher_id])
    query = sa.select(AUDIT_LOG).where(
        AUDIT_LOG.c[TENANT] == tenant, AUDIT_LOG.c.whose.contains(called)
    )
    rows = connection.execute(query.order_by(AUDIT_LOG.c.place.desc())).all()
    return [_deed(row, {called: teacher_id}) for row in rows]


def verify(connection: sa.Connection, tenant: str) -> Chain:
    """Follow a tenant's chain from its beginning."""
    query = sa.select(AUDIT_LOG).where(AUDIT_LOG.c[TENANT] == tenant).order_by(AUDIT_LOG.c.place)
    place, head = 0, FIRST
    with connection.execution_options(yield_per=BATCH).execute(query) as entries:
        for row in entries.mappings():
            follows = row["place"] == place + 1 and row["previous"] == head
            if not follows or digest_of(row) != row["digest"]:
                return Chain(place, head, place + 1)
            place, head = row["place"], row["digest"]
    return Chain(place, head, None)


def _head(connection: sa.Connection, tenant: str) -> tuple[int, str]:
    query = sa.select(AUDIT_LOG.c.place, AUDIT_LOG.c.digest).where(AUDIT_LOG.c[TENANT] == tenant)
    last = connection.execute(query.order_by(AUDIT_LOG.c.place.desc()).limit(1)).first()
    return (0, FIRST) if last is None else (int(last.place), str(last.digest))


def _deed(row: Any, ids: dict[str, str]) -> Deed:
    at = pd.Timestamp(row.at, unit="us", tz="UTC")
    pseudonyms = (row.whose or "").split()
    known = {MARK + each: ids.get(each, MARK + each) for each in pseudonyms}
    subject = "/".join(known.get(part, part) for part in row.subject.split("/"))
    whose = tuple(known[MARK + each] for each in pseudonyms)
    return Deed(row.actor, row.action, subject, at, whose, row.request_id or "")
