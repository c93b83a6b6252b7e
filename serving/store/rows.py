"""Reading and writing rows of any table, always within one tenant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from serving.store.records import Record
from serving.store.schema import TENANT
from serving.store.versions import touch_teachers

#: Rows in one statement or one page: SQLite takes no more than 32,766 parameters.
CHUNK = 500
#: Tables about teachers that no list is made from.
UNSEEN = ("impressions", "plans", "teacher_versions")


def find(connection: sa.Connection, table: sa.Table, tenant: str, **equal: object) -> list[Record]:
    """Return a tenant's rows in which these columns equal these values, sorted by key."""
    query = sa.select(table).where(*_are(table, tenant, equal))
    rows = [row._asdict() for row in connection.execute(query)]
    # Sorted here: asked to sort, SQLite walks the whole key instead of the index that finds.
    key = [column.name for column in table.primary_key]
    return sorted(rows, key=lambda row: [row[name] for name in key])


def find_any(
    connection: sa.Connection, table: sa.Table, tenant: str, column: str, values: Sequence[object]
) -> Iterator[Record]:
    """Yield a tenant's rows whose column is one of many values."""
    for start in range(0, len(values), CHUNK):
        among = table.c[column].in_(values[start : start + CHUNK])
        query = sa.select(table).where(table.c[TENANT] == tenant, among)
        yield from (row._asdict() for row in connection.execute(query))


def holds(connection: sa.Connection, table: sa.Table, tenant: str, **equal: object) -> bool:
    """Say whether a tenant has such a row."""
    query = sa.select(sa.literal(1)).where(*_are(table, tenant, equal)).limit(1)
    return connection.execute(query.select_from(table)).first() is not None


def delete(connection: sa.Connection, table: sa.Table, tenant: str, **equal: object) -> int:
    """Delete such rows of a tenant; return how many."""
    _touch(connection, table, [{TENANT: tenant, **equal}])
    return connection.execute(sa.delete(table).where(*_are(table, tenant, equal))).rowcount


def insert(connection: sa.Connection, table: sa.Table, records: Sequence[Record]) -> None:
    """Add rows that are not there yet."""
    if records:
        connection.execute(sa.insert(table), records)
        _touch(connection, table, records)


def put(connection: sa.Connection, table: sa.Table, records: Sequence[Record]) -> None:
    """Add rows, or replace those of the same key."""
    if not records:
        return
    key = [column.name for column in table.primary_key]
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    rest = {c.name: statement.excluded[c.name] for c in table.c if c.name not in key}
    if rest:
        statement = statement.on_conflict_do_update(index_elements=key, set_=rest)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=key)
    connection.execute(statement, records)
    _touch(connection, table, records)


def _touch(
    connection: sa.Connection, table: sa.Table, records: Sequence[Mapping[str, object]]
) -> None:
    """Give the teachers of these rows another version, where a list is made from such rows."""
    if records and "teacher_id" in records[0] and table.name not in UNSEEN:
        touch_teachers(connection, str(records[0][TENANT]), (str(r["teacher_id"]) for r in records))


def _are(
    table: sa.Table, tenant: str, equal: Mapping[str, object]
) -> Iterator[sa.ColumnElement[bool]]:
    yield table.c[TENANT] == tenant
    for name, value in equal.items():
        yield table.c[name] == value
