"""The feed of changes: what happened in a tenant, in an order that every reader sees alike.

A change is written in the transaction that makes it. Its number comes from the tenant's row of
``feeds``, which stays locked until that transaction ends: numbers are committed in their order, so
that who has read up to one has missed none below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from features.moments import instant
from serving.errors import NoLongerKept
from serving.store.records import Record
from serving.store.rows import lock
from serving.store.schema import CHANGES, FEEDS, TENANT


class Happened(StrEnum):
    """What can have happened."""

    PLAN_DRAFTED = "plan.drafted"
    PLAN_REVISED = "plan.revised"
    PLAN_SUBMITTED = "plan.submitted"
    PLAN_RETURNED = "plan.returned"
    PLAN_CONFIRMED = "plan.confirmed"
    WISH_STATED = "wish.stated"
    WISH_WITHDRAWN = "wish.withdrawn"
    ENROLMENT_CHANGED = "enrolment.changed"
    CREDIT_ADDED = "credit.added"
    TEACHER_ERASED = "teacher.erased"
    TEACHER_MERGED = "teacher.merged"
    MODEL_PROMOTED = "model.promoted"


@dataclass(frozen=True, slots=True)
class News:
    """One thing that happened.

    Parameters
    ----------
    subject
        The id of what it happened to: a plan, a course, an offering, a credit entry, a model's
        version; of an erased or merged teacher the id that is gone.
    teacher_id
        Whose it is; of a merger, who is left. ``None`` of an erasure, for the change outlives it.
    """

    kind: Happened
    subject: str
    teacher_id: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """Some changes, in their order.

    Parameters
    ----------
    reached
        Every change up to this number has been looked at.
    more
        Whether there are later ones.
    """

    changes: tuple[Record, ...]
    reached: int
    more: bool


def tell(connection: sa.Connection, tenant: str, news: Sequence[News], now: pd.Timestamp) -> None:
    """Add changes; the last thing that a transaction does, for all others of the tenant wait."""
    if not news:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = {TENANT: tenant, "last": len(news), "dropped": 0}
    counted = {"last": FEEDS.c.last + len(news)}
    statement = dialect.insert(FEEDS).values(row)
    statement = statement.on_conflict_do_update(index_elements=[TENANT], set_=counted)
    last = connection.execute(statement.returning(FEEDS.c.last)).scalar_one()
    rows = [
        {
            TENANT: tenant,
            "number": number,
            "kind": each.kind,
            "at": instant(now),
            "subject": each.subject,
            "teacher_id": each.teacher_id,
        }
        for number, each in enumerate(news, last - len(news) + 1)
    ]
    connection.execute(sa.insert(CHANGES), rows)


def read(
    connection: sa.Connection, tenant: str, after: int | None, limit: int, kinds: Sequence[str] = ()
) -> Feed:
    """Return the changes after a number.

    Parameters
    ----------
    after
        ``None``: from the earliest that is kept.
    kinds
        Only these; all when empty.

    Raises
    ------
    NoLongerKept
        If changes after that number are gone already.
    """
    last, dropped = _state(connection, tenant)
    if after is not None and after < dropped:
        raise NoLongerKept(
            "after",
            expected=f"a cursor from {dropped} on",
            got=str(after),
            remedy="read what you keep of the tenant anew, then begin without a cursor",
        )
    place = dropped if after is None else after
    own = CHANGES.c[TENANT] == tenant, CHANGES.c.number > place
    query = sa.select(CHANGES).where(*own).order_by(CHANGES.c.number).limit(limit + 1)
    if kinds:
        query = query.where(CHANGES.c.kind.in_(kinds))
    found = [row._asdict() for row in connection.execute(query)]
    more = len(found) > limit
    changes = tuple(found[:limit])
    return Feed(changes, changes[-1]["number"] if more else max(last, place), more)


def drop(connection: sa.Connection, tenant: str, before: pd.Timestamp) -> int:
    """Let changes from before a moment go; return how many."""
    old = CHANGES.c[TENANT] == tenant, CHANGES.c.at < instant(before)
    reached = connection.execute(sa.select(sa.func.max(CHANGES.c.number)).where(*old)).scalar()
    if reached is None:
        return 0
    known = sa.update(FEEDS).where(FEEDS.c[TENANT] == tenant)
    connection.execute(known.values(dropped=reached))
    gone = sa.delete(CHANGES).where(CHANGES.c[TENANT] == tenant, CHANGES.c.number <= reached)
    return connection.execute(gone).rowcount


def tell_model(connection: sa.Connection, tenant: str, version: str, now: pd.Timestamp) -> None:
    """Add that another model answers, unless that was the last one told."""
    lock(connection, tenant, "model")  # of two workers only one tells
    known = sa.select(FEEDS.c.model_version).where(FEEDS.c[TENANT] == tenant)
    if connection.execute(known).scalar() != version:
        tell(connection, tenant, [News(Happened.MODEL_PROMOTED, version)], now)
        told = sa.update(FEEDS).where(FEEDS.c[TENANT] == tenant)
        connection.execute(told.values(model_version=version))


def last_number(connection: sa.Connection, tenant: str) -> int:
    """Return the number of the latest change; 0 where there was none."""
    return _state(connection, tenant)[0]


def _state(connection: sa.Connection, tenant: str) -> tuple[int, int]:
    query = sa.select(FEEDS.c.last, FEEDS.c.dropped).where(FEEDS.c[TENANT] == tenant)
    row = connection.execute(query).one_or_none()
    return (0, 0) if row is None else (row.last, row.dropped)
