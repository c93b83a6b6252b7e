"""The ledger of hours and credits: each entry once, and never changed."""

from __future__ import annotations

import sqlalchemy as sa

from features.errors import Refused
from serving.store.records import Record
from serving.store.rows import find, insert, lock
from serving.store.schema import DATA


def enter(connection: sa.Connection, tenant: str, entry: Record) -> tuple[Record, bool]:
    """Add an entry; return it as it stands, and whether it is new.

    When the service learned of it is no part of what an entry says: sent again, it is known.

    Raises
    ------
    Refused
        If its id is known with another content.
    """
    lock(connection, tenant, "credits", entry["entry_id"])
    known = find(connection, DATA["credits"], tenant, entry_id=entry["entry_id"])
    if not known:
        insert(connection, DATA["credits"], [entry])
        return entry, True
    before = known[0]
    changed = [n for n in entry if n != "recorded_at" and entry[n] != before[n]]
    if changed:
        raise Refused(
            f"credit entry {entry['entry_id']!r}",
            expected="the content that was entered under this id: the ledger is append-only",
            got=f"another {', '.join(changed)}",
            remedy="enter a correction under an id of its own",
        )
    return before, False
