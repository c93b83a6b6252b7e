"""Erased stays erased: tombstones that outlive the restoring of an earlier dump.

A dump holds whoever was erased after it was made. A store that it replaces knows them, though only
as pseudonyms: with the secret that made these, each teacher who comes back is compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from features.moments import instant
from serving.store import audit
from serving.store.pseudonyms import bury, disguise, pseudonym_secret
from serving.store.schema import DATA, TENANT, TOMBSTONES
from serving.store.teachers import forget


@dataclass(frozen=True, slots=True)
class Graves:
    """The tombstones of a tenant.

    Parameters
    ----------
    secret
        What made the pseudonyms.
    stones
        Pseudonym -> when the teacher was erased, in UTC microseconds.
    """

    tenant: str
    secret: str
    stones: Mapping[str, int]


def graves(connection: sa.Connection) -> list[Graves]:
    """Return the tombstones of each tenant that has any."""
    found: dict[str, dict[str, int]] = {}
    for row in connection.execute(sa.select(TOMBSTONES)):
        found.setdefault(row.tenant_id, {})[row.pseudonym] = row.erased_at
    return [
        Graves(tenant, pseudonym_secret(connection, tenant), stones)
        for tenant, stones in sorted(found.items())
    ]


def bury_again(connection: sa.Connection, before: Sequence[Graves], now: pd.Timestamp) -> int:
    """Erase the teachers who had tombstones before, and set these again; return how many came back.

    In another store's data, of another secret, those are erased who are there, and the stones of
    others fall: what they would be called there cannot be known.
    """
    erased = 0
    for each in before:
        names = sa.select(DATA["teachers"].c.teacher_id).distinct()
        mine = connection.scalars(names.where(DATA["teachers"].c[TENANT] == each.tenant)).all()
        back = [name for name in mine if disguise(each.secret, name) in each.stones]
        for name in back:
            forget(connection, each.tenant, name)
            stone = bury(connection, each.tenant, name, instant(now))
            deed = audit.Deed("local", "teacher.erase", audit.MARK + stone, now)
            audit.write(connection, each.tenant, deed)
        erased += len(back)
        if mine and pseudonym_secret(connection, each.tenant) == each.secret:
            _set(connection, each)
    return erased


def _set(connection: sa.Connection, graves: Graves) -> None:
    there = set(
        connection.scalars(
            sa.select(TOMBSTONES.c.pseudonym).where(TOMBSTONES.c[TENANT] == graves.tenant)
        )
    )
    rows = [
        {TENANT: graves.tenant, "pseudonym": each, "erased_at": at}
        for each, at in graves.stones.items()
        if each not in there
    ]
    if rows:
        connection.execute(sa.insert(TOMBSTONES), rows)
