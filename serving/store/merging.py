"""Two ids of one teacher become one: everything moves, and the old id is gone."""

from __future__ import annotations

import json

import sqlalchemy as sa

from serving.store.events import with_id
from serving.store.pseudonyms import hand_over
from serving.store.records import Record
from serving.store.rows import delete, find, insert, lock
from serving.store.schema import DATA, GIVEN_ID, OF_TEACHER, PLANS, TEACHER_VERSIONS

#: Of one content, so many events of a data set are told apart.
OCCURRENCES = 10_000


def merge(connection: sa.Connection, tenant: str, old: str, into: str) -> int:
    """Give every row about one teacher to another; return how many moved.

    Where both have a row of the same key (a state from the same moment, the same event without an
    id), the one of ``into`` stays.
    """
    for teacher in sorted((old, into)):  # in one order, or two merges might wait for each other
        lock(connection, tenant, "teachers", teacher)
    moved = 0
    for table in OF_TEACHER:
        rows = [_given(table, row, into) for row in find(connection, table, tenant, teacher_id=old)]
        delete(connection, table, tenant, teacher_id=old)
        key = [column.name for column in table.primary_key]
        there = {
            tuple(row[name] for name in key)
            for row in find(connection, table, tenant, teacher_id=into)
        }
        fresh = {tuple(row[name] for name in key): row for row in rows}
        kept = [row for names, row in fresh.items() if names not in there]
        insert(connection, table, kept)
        moved += len(kept)
    hand_over(connection, tenant, old, into)
    # Each deletion gave the old id another version.
    delete(connection, TEACHER_VERSIONS, tenant, teacher_id=old)
    return moved


def _given(table: sa.Table, row: Record, into: str) -> Record:
    given = row | {"teacher_id": into}
    if table is DATA["events"] and row[GIVEN_ID]:
        # Its id says what happened, and to whom: the same event sent of the new id is known.
        return with_id(given | {"event_id": None}, _occurrence(row))
    if table is PLANS:
        body = json.loads(row["body"]) | {"teacher_id": into}
        return given | {"body": json.dumps(body, ensure_ascii=False)}
    return given


def _occurrence(event: Record) -> int:
    """Return how many events of the same content came before one in its data set."""
    nameless = event | {"event_id": None}
    named = (with_id(nameless, number)["event_id"] for number in range(OCCURRENCES))
    return next((n for n, name in enumerate(named) if name == event["event_id"]), 0)
