"""How new what is stored of a teacher is: one number that changes with every change."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from functools import cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from serving.store.schema import TEACHER_VERSIONS, TENANT

_BITS = 62
_VERSION = sa.select(TEACHER_VERSIONS.c.version).where(
    TEACHER_VERSIONS.c[TENANT] == sa.bindparam(TENANT),
    TEACHER_VERSIONS.c.teacher_id == sa.bindparam("teacher_id"),
)


def touch_teachers(connection: sa.Connection, tenant: str, teacher_ids: Iterable[str]) -> None:
    """Say that what is stored of these teachers has changed, in the same transaction.

    The number is drawn, not counted: of a teacher who was erased nothing stays, and one of the
    same id who comes later must not be taken for the one before.
    """
    rows = [
        {TENANT: tenant, "teacher_id": teacher_id, "version": secrets.randbits(_BITS)}
        for teacher_id in sorted(set(teacher_ids))
    ]
    if not rows:
        return
    connection.execute(_renewal(connection.dialect.name), rows)


@cache
def _renewal(dialect: str) -> sa.Insert:
    statement = (postgresql if dialect == "postgresql" else sqlite).insert(TEACHER_VERSIONS)
    key = [column.name for column in TEACHER_VERSIONS.primary_key]
    new = {"version": statement.excluded.version}
    return statement.on_conflict_do_update(index_elements=key, set_=new)


def teacher_version(connection: sa.Connection, tenant: str, teacher_id: str) -> int | None:
    """Return the number; None where nothing was stored of the teacher since numbers are kept."""
    whose = {TENANT: tenant, "teacher_id": teacher_id}
    found = connection.execute(_VERSION, whose).scalar_one_or_none()
    return None if found is None else int(found)
