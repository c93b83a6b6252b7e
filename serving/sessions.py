"""How teachers and administrators come in: a link that works once, then a session.

A link's token and a session's cookie are 256 random bits each. The store knows their hashes
alone, so that whoever reads the database or a backup of it gets in nowhere.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

import pandas as pd
import sqlalchemy as sa

from features.errors import UnknownId
from features.moments import instant
from serving.errors import NotSignedIn, SpentLink
from serving.settings import Settings
from serving.store import audit
from serving.store.engine import Store
from serving.store.rows import holds
from serving.store.schema import DATA
from serving.store.sessions import (
    Guest,
    Session,
    add_link,
    add_session,
    end_session,
    find_session,
    see_session,
    sweep,
    use_link,
)

#: How long a link can be used.
LINK_LIFE = pd.Timedelta(minutes=15)
#: A session is noted as seen at most so often: a page is no write.
NOTED: Final = 60_000_000
_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Link:
    """An address that lets one person in, once.

    Parameters
    ----------
    path
        To be put behind the service's own address.
    """

    path: str
    expires_at: pd.Timestamp


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that has just begun.

    Parameters
    ----------
    cookie
        What opens it; only the visitor's browser keeps it.
    """

    cookie: str
    guest: Guest


def make_link(store: Store, guest: Guest, now: pd.Timestamp, *, by: str) -> Link:
    """Make a link for a teacher, or for an administrator of an organisation.

    Parameters
    ----------
    by
        Who makes it: the key's public part, or ``local``.

    Raises
    ------
    UnknownId
        If the tenant has no such teacher, or no such organisation.
    """
    token = secrets.token_urlsafe(32)
    expires_at = now + LINK_LIFE
    with store.writing() as connection:
        require_guest(connection, guest)
        sweep(connection, instant(now))
        add_link(connection, token, guest, by, instant(expires_at))
        audit.write(connection, guest.tenant, _deed(by, "link.make", guest, now))
    return Link(f"/enter/{token}", expires_at)


def enter(store: Store, token: str, now: pd.Timestamp, settings: Settings) -> Begun:
    """Use a link up and let a session begin.

    Raises
    ------
    SpentLink
        If the link is unknown, expired or used. Which, is not told: a guesser would learn from it.
    """
    with store.writing() as connection:
        guest = use_link(connection, token, instant(now))
        if guest is None:
            raise SpentLink("the link", expected="one that is valid and unused", remedy=_AGAIN)
        return begin(connection, guest, now, settings)


def begin(connection: sa.Connection, guest: Guest, now: pd.Timestamp, settings: Settings) -> Begun:
    """Let a session begin, whose guest has shown who they are."""
    cookie = secrets.token_urlsafe(32)
    ends = instant(now + pd.Timedelta(seconds=settings.session_life))
    session = add_session(connection, cookie, guest, instant(now), ends)
    audit.write(connection, guest.tenant, _deed(actor_of(session), "session.begin", guest, now))
    return Begun(cookie, guest)


def visit(store: Store, cookie: str, now: pd.Timestamp, settings: Settings) -> Session:
    """Return the session that a cookie opens, and note that it goes on.

    Raises
    ------
    NotSignedIn
        If it has ended, or never was.
    """
    at = instant(now)
    with store.reading() as connection:
        session = find_session(connection, cookie, at, int(settings.session_idle * _SECOND))
    if session is None:
        raise NotSignedIn("the session", expected="one that goes on", remedy=_AGAIN)
    if at - session.seen_at >= NOTED:
        with store.writing() as connection:
            see_session(connection, session.session_id, at)
    return session


def leave(store: Store, session: Session, now: pd.Timestamp) -> None:
    """End a session."""
    with store.writing() as connection:
        end_session(connection, session.session_id)
        deed = _deed(actor_of(session), "session.end", session.guest, now)
        audit.write(connection, session.guest.tenant, deed)


def actor_of(session: Session) -> str:
    """Return what a session is called in the audit log."""
    return f"session:{session.session_id[:16]}"


def csrf_of(cookie: str) -> str:
    """Return the word that forms of a session send back; no other site can know it."""
    return hmac.new(cookie.encode(), b"csrf", hashlib.sha256).hexdigest()


def require_guest(connection: sa.Connection, guest: Guest) -> None:
    """Let pass a guest whom the tenant knows.

    Raises
    ------
    UnknownId
        For others.
    """
    for table, name, value in (
        ("teachers", "teacher_id", guest.teacher_id),
        ("organisations", "organisation_id", guest.organisation_id),
    ):
        if value is not None and not holds(connection, DATA[table], guest.tenant, **{name: value}):
            word = table.removesuffix("s")
            raise UnknownId(f"{word} {value!r}", remedy=f"check the id, or put the {word} first")


_AGAIN = "ask the platform for a new link"


def _deed(actor: str, action: str, guest: Guest, now: pd.Timestamp) -> audit.Deed:
    whose = () if guest.teacher_id is None else (guest.teacher_id,)
    return audit.Deed(actor, action, guest.teacher_id or guest.administrator or "", now, whose)
