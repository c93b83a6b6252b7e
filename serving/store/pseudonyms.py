"""What erased teachers are called: keyed hashes, which nobody can turn back into ids.

The audit log may not change, and an erased teacher's id must not stay in it. So it names teachers
by pseudonym from the first, beside a table that says which id is meant; erasing deletes the line
of the table. With the tenant's secret a known id can be compared with a pseudonym, which is how an
erased teacher is kept from coming back.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from features.errors import Refused
from serving.store.rows import find_any, held
from serving.store.schema import PSEUDONYMS, SECRETS, TENANT, TOMBSTONES

_PURPOSE = "pseudonym"


def pseudonym(connection: sa.Connection, tenant: str, teacher_id: str) -> str:
    """Return what a teacher is called once nobody is to know who it was."""
    return disguise(pseudonym_secret(connection, tenant), teacher_id)


def disguised(connection: sa.Connection, tenant: str, teacher_ids: Iterable[str]) -> list[str]:
    """Return the pseudonyms of teachers, and remember whom they stand for."""
    secret = pseudonym_secret(connection, tenant)
    rows = [
        {TENANT: tenant, "pseudonym": disguise(secret, each), "named": each, "owner": each}
        for each in teacher_ids
    ]
    if rows:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        connection.execute(dialect.insert(PSEUDONYMS).on_conflict_do_nothing(), rows)
    return [row["pseudonym"] for row in rows]


def named(connection: sa.Connection, tenant: str, pseudonyms: Iterable[str]) -> dict[str, str]:
    """Return pseudonym -> id, of those who were not erased."""
    rows = find_any(connection, PSEUDONYMS, tenant, "pseudonym", sorted(set(pseudonyms)))
    return {row["pseudonym"]: row["named"] for row in rows}


def hand_over(connection: sa.Connection, tenant: str, old: str, into: str) -> None:
    """Let the pseudonyms of a teacher go when the one goes whom they were merged into."""
    own = sa.update(PSEUDONYMS).where(PSEUDONYMS.c[TENANT] == tenant, PSEUDONYMS.c.owner == old)
    connection.execute(own.values(owner=into))


def bury(connection: sa.Connection, tenant: str, teacher_id: str, now: int) -> str:
    """Leave a tombstone, forget whom the pseudonyms stood for, and return the one on the stone.

    Whoever was merged into the teacher is buried, too.
    """
    mine = (PSEUDONYMS.c[TENANT] == tenant, PSEUDONYMS.c.owner == teacher_id)
    merged = connection.scalars(sa.select(PSEUDONYMS.c.pseudonym).where(*mine)).all()
    stone = pseudonym(connection, tenant, teacher_id)
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    rows = [
        {TENANT: tenant, "pseudonym": each, "erased_at": now} for each in sorted({stone, *merged})
    ]
    connection.execute(dialect.insert(TOMBSTONES).on_conflict_do_nothing(), rows)
    connection.execute(sa.delete(PSEUDONYMS).where(*mine))
    return stone


def unearth(connection: sa.Connection, tenant: str, teacher_id: str) -> bool:
    """Take a teacher's tombstone away; say whether there was one."""
    stone = pseudonym(connection, tenant, teacher_id)
    gone = sa.delete(TOMBSTONES).where(
        TOMBSTONES.c[TENANT] == tenant, TOMBSTONES.c.pseudonym == stone
    )
    return connection.execute(gone).rowcount > 0


def erased(connection: sa.Connection, tenant: str, teacher_ids: Sequence[str]) -> frozenset[str]:
    """Return those of many teachers who were erased."""
    any_stone = sa.select(sa.literal(1)).where(TOMBSTONES.c[TENANT] == tenant).limit(1)
    if connection.execute(any_stone).first() is None:
        return frozenset()
    secret = pseudonym_secret(connection, tenant)
    called = {disguise(secret, each): each for each in teacher_ids}
    return frozenset(
        called[stone] for stone in held(connection, TOMBSTONES, tenant, "pseudonym", called)
    )


def require_living(connection: sa.Connection, tenant: str, teacher_ids: Sequence[str]) -> None:
    """Let pass teachers who were not erased.

    Raises
    ------
    Refused
        For others.
    """
    gone = erased(connection, tenant, teacher_ids)
    if gone:
        raise Refused(
            f"teacher {min(gone)!r}",
            expected="one who was not erased",
            got="a tombstone" if len(gone) == 1 else f"{len(gone)} tombstones",
            remedy="take the teacher out, or register them anew with :register",
        )


def pseudonym_secret(connection: sa.Connection, tenant: str) -> str:
    """Return what makes a tenant's pseudonyms, made when it is first asked for."""
    mine = (SECRETS.c[TENANT] == tenant, SECRETS.c.purpose == _PURPOSE)
    query = sa.select(SECRETS.c.secret).where(*mine)
    found = connection.execute(query).scalar_one_or_none()
    if found is None:
        # The name is fixed: of two who make it at once, one does, and both use that one's.
        row = {TENANT: tenant, "purpose": _PURPOSE, "secret_id": "1", "made_at": 0}
        row["secret"] = secrets.token_hex(32)
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        connection.execute(dialect.insert(SECRETS).values(row).on_conflict_do_nothing())
        found = connection.execute(query).scalar_one()
    return str(found)


def disguise(secret: str, teacher_id: str) -> str:
    """Return what a secret makes of an id."""
    digest = hmac.new(bytes.fromhex(secret), teacher_id.encode(), hashlib.sha256)
    return digest.hexdigest()[:32]
