"""Who calls: API keys, shown once, kept as a hash, each of one tenant and some scopes.

A key is ``zx_<id>_<secret>``. The id finds the row and may be logged; the secret is 256 random
bits, so one round of SHA-256 is enough to keep it from a reader of the database.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pandas as pd
import sqlalchemy as sa

from features.cells import ID_PATTERN, LONGEST_ID
from features.errors import InvalidSetting, UnknownId
from features.moments import instant
from serving.errors import NotAllowed, NotIdentified
from serving.store import audit
from serving.store.engine import Store
from serving.store.rows import lock
from serving.store.schema import API_KEYS, TENANT
from serving.store.tenants import add_tenant

LONGEST_DAYS = 36_500
LONGEST_HOURS = 720
_KEY = re.compile(r"zx_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")
#: What an unknown id is compared with, so that it takes as long as a known one.
_NOBODY = "0" * 64
_BY_ID = sa.select(API_KEYS).where(API_KEYS.c.key_id == sa.bindparam("key_id"))


class Scope(StrEnum):
    """What a key may do."""

    PLATFORM = "platform"  #: send teachers, courses and events; ask for lists and plans
    ADMIN = "admin"  #: read the audit log, let administrators in
    SCHOOL = "school"  #: confirm the plans of the own school
    METRICS = "metrics"  #: read what the service tells of itself


#: What a key may have: a school is confirmed for by a person.
OF_KEYS = (Scope.PLATFORM, Scope.ADMIN, Scope.METRICS)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, once identified.

    Parameters
    ----------
    tenant
        The only tenant whose data the caller can reach.
    key_id
        The key's public part: the actor of the audit log.
    """

    tenant: str
    key_id: str
    scopes: frozenset[Scope]

    def require(self, scope: Scope) -> None:
        """Let the caller pass who has the scope.

        Raises
        ------
        NotAllowed
            For others.
        """
        if scope not in self.scopes:
            raise NotAllowed(
                "this key",
                expected=f"the scope {scope}",
                got=", ".join(sorted(self.scopes)),
                remedy="ask with a key that has it",
            )


def create_key(
    store: Store,
    tenant: str,
    scopes: Iterable[str],
    now: pd.Timestamp,
    *,
    days: float | None = None,
    label: str = "",
) -> str:
    """Make a key and return it; it is not kept and cannot be shown again.

    Parameters
    ----------
    tenant
        Made if there is none of this name.
    days
        How long the key is valid, up to a hundred years; for ever when left out.
    label
        What the key is for, in its owner's words.

    Raises
    ------
    InvalidSetting
        If a scope is unknown, or there is none, or the tenant or the days are out of range.
    """
    allowed = _scopes(scopes)
    _check_range(tenant, days)
    key_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    row = {
        TENANT: tenant,
        "key_id": key_id,
        "digest": _digest(secret),
        "scopes": " ".join(allowed),
        "label": label,
        "created_at": instant(now),
        "expires_at": None if days is None else instant(now + pd.Timedelta(days=days)),
    }
    with store.writing() as connection:
        add_tenant(connection, tenant)
        connection.execute(sa.insert(API_KEYS), row)
        audit.write(connection, tenant, audit.Deed("local", "key.create", key_id, now))
    return f"zx_{key_id}_{secret}"


def revoke_key(store: Store, key_id: str, now: pd.Timestamp) -> None:
    """Make a key invalid from now on.

    Raises
    ------
    UnknownId
        If there is no such key.
    """
    with store.writing() as connection:
        row = connection.execute(_BY_ID, {"key_id": key_id}).one_or_none()
        if row is None:
            raise UnknownId(f"key {key_id!r}", remedy="give the part between the underscores")
        ended = sa.update(API_KEYS).where(API_KEYS.c.key_id == key_id)
        connection.execute(ended.values(revoked_at=instant(now)))
        audit.write(connection, row.tenant_id, audit.Deed("local", "key.revoke", key_id, now))


@dataclass(frozen=True, slots=True)
class Key:
    """A key that exists.

    Parameters
    ----------
    caller
        Whose it is.
    revoked
        Whether it was made invalid.
    expires_at
        UTC microseconds; None for never.
    """

    caller: Caller
    revoked: bool
    expires_at: int | None

    def caller_at(self, now: int) -> Caller:
        """Return whose key it is.

        Raises
        ------
        NotIdentified
            If it is not valid at that moment, in UTC microseconds.
        """
        if self.revoked or (self.expires_at is not None and now >= self.expires_at):
            raise _not_identified()
        return self.caller


def identify(connection: sa.Connection, header: str, now: pd.Timestamp) -> Caller:
    """Return who sent an ``Authorization`` header.

    Raises
    ------
    NotIdentified
        If it holds no key that is valid now. Why, is not told: a guesser would learn from it.
    """
    return find_key(connection, header, instant(now)).caller_at(instant(now))


def find_key(connection: sa.Connection, header: str, now: int) -> Key:
    """Return the key in an ``Authorization`` header, valid or no longer.

    The secret before the last rotation opens it for as long as it is taken, too.

    Raises
    ------
    NotIdentified
        If it holds none.
    """
    scheme, _, key = header.partition(" ")
    parts = _KEY.fullmatch(key.strip()) if scheme.lower() == "bearer" else None
    row = connection.execute(_BY_ID, {"key_id": parts[1]}).one_or_none() if parts else None
    given = _digest(parts[2] if parts else "")
    known = hmac.compare_digest(given, row.digest if row is not None else _NOBODY)
    if row is None:
        raise _not_identified()
    if known:
        return _key(row, row.expires_at)
    until = row.previous_until or 0
    if now < until and hmac.compare_digest(given, row.previous_digest):
        return _key(row, min(until, row.expires_at or until))
    raise _not_identified()


def find_key_by_id(connection: sa.Connection, key_id: str) -> Key:
    """Return the key that something else than its secret vouches for, valid or no longer.

    Raises
    ------
    NotIdentified
        If there is none.
    """
    row = connection.execute(_BY_ID, {"key_id": key_id}).one_or_none()
    if row is None:
        raise _not_identified()
    return _key(row, row.expires_at)


def rotate_key(store: Store, key_id: str, now: pd.Timestamp, *, hours: float) -> str:
    """Give a key a new secret and return it; the old one is taken for some hours more.

    Raises
    ------
    InvalidSetting
        If the hours are not from 0 to 720.
    UnknownId
        If there is no such key, or it was revoked.
    """
    if not 0 <= hours <= LONGEST_HOURS:
        raise InvalidSetting("hours", expected=f"0 to {LONGEST_HOURS}", got=str(hours))
    secret = secrets.token_urlsafe(32)
    with store.writing() as connection:
        lock(connection, "", "api_keys", key_id)
        row = connection.execute(_BY_ID, {"key_id": key_id}).one_or_none()
        if row is None or row.revoked_at is not None:
            raise UnknownId(f"key {key_id!r}", remedy="give the part between the underscores")
        new = {
            "digest": _digest(secret),
            "previous_digest": row.digest,
            "previous_until": instant(now + pd.Timedelta(hours=hours)),
        }
        connection.execute(sa.update(API_KEYS).where(API_KEYS.c.key_id == key_id).values(new))
        audit.write(connection, row.tenant_id, audit.Deed("local", "key.rotate", key_id, now))
    return f"zx_{key_id}_{secret}"


def _key(row: sa.Row[Any], expires_at: int | None) -> Key:
    caller = Caller(row.tenant_id, row.key_id, frozenset(map(Scope, row.scopes.split())))
    return Key(caller, row.revoked_at is not None, expires_at)


def _not_identified() -> NotIdentified:
    return NotIdentified(
        "the Authorization header",
        expected="Bearer and a key that is valid now",
        remedy="make one with 'zixuan key'",
    )


def _check_range(tenant: str, days: float | None) -> None:
    if not re.fullmatch(ID_PATTERN, tenant) or len(tenant) > LONGEST_ID:
        expected = f"1 to {LONGEST_ID} characters without control characters or ;"
        raise InvalidSetting("tenant", expected=expected, got=repr(tenant[:LONGEST_ID]))
    if days is not None and not 0 < days <= LONGEST_DAYS:
        raise InvalidSetting("days", expected=f"up to {LONGEST_DAYS}, above 0", got=str(days))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _scopes(names: Iterable[str]) -> list[Scope]:
    names = sorted(set(names))
    known = [scope.value for scope in OF_KEYS]
    if not names or not set(names) <= set(known):
        raise InvalidSetting(
            "scopes", expected=f"one or more of {', '.join(known)}", got=", ".join(names) or "none"
        )
    return [Scope(name) for name in names]
