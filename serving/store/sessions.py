"""Links and sessions as they are stored: by the hash of what opens them, which is kept nowhere."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from serving.store.schema import LAUNCHES, LINKS, SESSIONS, TENANT


@dataclass(frozen=True, slots=True)
class Guest:
    """Who is let in: a teacher, or an administrator of an organisation and all below it.

    Parameters
    ----------
    scopes
        What an administrator may do; a teacher has none.
    """

    tenant: str
    teacher_id: str | None = None
    administrator: str | None = None
    organisation_id: str | None = None
    scopes: tuple[str, ...] = ()

    @property
    def columns(self) -> dict[str, str | None]:
        """The guest as columns of a row."""
        return {
            TENANT: self.tenant,
            "teacher_id": self.teacher_id,
            "administrator": self.administrator,
            "organisation_id": self.organisation_id,
            "scopes": " ".join(self.scopes),
        }

    @classmethod
    def of(cls, row: sa.Row[Any]) -> Guest:
        """Return the guest of a row."""
        return cls(
            row.tenant_id,
            row.teacher_id,
            row.administrator,
            row.organisation_id,
            tuple(row.scopes.split()),
        )


@dataclass(frozen=True, slots=True)
class Session:
    """A visit that goes on.

    Parameters
    ----------
    session_id
        The hash of its cookie; its beginning names it in logs.
    seen_at
        UTC microseconds of about the last request.
    """

    session_id: str
    guest: Guest
    seen_at: int


def hashed(token: str) -> str:
    """Return what a token of 256 random bits is known by."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def add_link(
    connection: sa.Connection, token: str, guest: Guest, made_by: str, expires_at: int
) -> None:
    """Keep a link until it is used or expires."""
    row = guest.columns | {"link_id": hashed(token), "made_by": made_by}
    connection.execute(sa.insert(LINKS).values(**row, expires_at=expires_at))


def use_link(connection: sa.Connection, token: str, now: int) -> Guest | None:
    """Use a link up; None where there is none that is valid, or somebody has used it."""
    # One statement decides: of two who come at once, the second finds it used.
    used = (
        sa.update(LINKS)
        .where(LINKS.c.link_id == hashed(token), LINKS.c.used_at.is_(None))
        .where(LINKS.c.expires_at > now)
        .values(used_at=now)
        .returning(LINKS)
    )
    row = connection.execute(used).one_or_none()
    return None if row is None else Guest.of(row)


def use_launch(connection: sa.Connection, tenant: str, name: str, expires_at: int) -> bool:
    """Use a platform's launch up; say whether nobody had before."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = {TENANT: tenant, "launch_id": hashed(name), "expires_at": expires_at}
    added = dialect.insert(LAUNCHES).values(row).on_conflict_do_nothing()
    return connection.execute(added.returning(LAUNCHES.c.launch_id)).first() is not None


def add_session(
    connection: sa.Connection, token: str, guest: Guest, now: int, expires_at: int
) -> Session:
    """Let a visit begin."""
    session = Session(hashed(token), guest, now)
    row = guest.columns | {"session_id": session.session_id}
    connection.execute(sa.insert(SESSIONS).values(**row, seen_at=now, expires_at=expires_at))
    return session


def find_session(connection: sa.Connection, token: str, now: int, idle: int) -> Session | None:
    """Return the session of a cookie; None where it has ended.

    Parameters
    ----------
    idle
        Microseconds without a request after which a session ends.
    """
    query = sa.select(SESSIONS).where(
        SESSIONS.c.session_id == hashed(token),
        SESSIONS.c.expires_at > now,
        SESSIONS.c.seen_at > now - idle,
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Session(row.session_id, Guest.of(row), row.seen_at)


def see_session(connection: sa.Connection, session_id: str, now: int) -> None:
    """Remember that a session goes on."""
    seen = sa.update(SESSIONS).where(SESSIONS.c.session_id == session_id)
    connection.execute(seen.values(seen_at=now))


def end_session(connection: sa.Connection, session_id: str) -> None:
    """Let a session end."""
    connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.session_id == session_id))


def sweep(connection: sa.Connection, now: int) -> None:
    """Delete what has expired."""
    for table in (LINKS, LAUNCHES, SESSIONS):
        connection.execute(sa.delete(table).where(table.c.expires_at <= now))
