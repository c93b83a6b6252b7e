"""Reading and writing rows of any table, always within one tenant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from serving.store.records import Record
from serving.store.schema import TENANT
from serving.store.versions import touch_teachers

#: Rows in one statement or one page: SQLite takes no more than 32,766 parameters.
CHUNK = 500
#: Tables about teachers that no list is made from.
UNSEEN = (
    "changes",
    "impressions",
    "plans",
    "teacher_versions",
    "links",
    "sessions",
    "subscriptions",
)
_AMONG = "among"


def find(connection: sa.Connection, table: sa.Table, tenant: str, **equal: object) -> list[Record]:
    """Return a tenant's rows in which these columns equal these values, sorted by key."""
    found = connection.execute(_rows_that_equal(table, *equal), {TENANT: tenant} | equal)
    rows = [row._asdict() for row in found]
    # Sorted here: asked to sort, SQLite walks the whole key instead of the index that finds.
    key = [column.name for column in table.primary_key]
    return sorted(rows, key=lambda row: [row[name] for name in key])


def find_any(
    connection: sa.Connection, table: sa.Table, tenant: str, column: str, values: Sequence[object]
) -> Iterator[Record]:
    """Yield a tenant's rows whose column is one of many values."""
    for start in range(0, len(values), CHUNK):
        wanted = {TENANT: tenant, _AMONG: values[start : start + CHUNK]}
        found = connection.execute(_rows_among(table, column), wanted)
        yield from (row._asdict() for row in found)


def held(
    connection: sa.Connection, table: sa.Table, tenant: str, column: str, values: Iterable[str]
) -> frozenset[str]:
    """Return those of many values that a column of a tenant's rows holds."""
    wanted = sorted(set(values))
    found: set[str] = set()
    for start in range(0, len(wanted), CHUNK):
        among = {TENANT: tenant, _AMONG: wanted[start : start + CHUNK]}
        found.update(connection.execute(_values_among(table, column), among).scalars())
    return frozenset(found)


def holds(connection: sa.Connection, table: sa.Table, tenant: str, **equal: object) -> bool:
    """Say whether a tenant has such a row."""
    found = connection.execute(_any_that_equals(table, *equal), {TENANT: tenant} | equal)
    return found.first() is not None


def delete(connection: sa.Connection, table: sa.Table, tenant: str, **equal: object) -> int:
    """Delete such rows of a tenant; return how many."""
    _touch(connection, table, [{TENANT: tenant, **equal}])
    return connection.execute(_deletion(table, *equal), {TENANT: tenant} | equal).rowcount


def insert(connection: sa.Connection, table: sa.Table, records: Sequence[Record]) -> None:
    """Add rows that are not there yet."""
    if records:
        connection.execute(sa.insert(table), records)
        _touch(connection, table, records)


def insert_new(
    connection: sa.Connection, table: sa.Table, records: Sequence[Record], key: str
) -> set[object]:
    """Add rows unless another writer has just added them; return the keys of those added.

    Parameters
    ----------
    key
        The column that names a row within its tenant.
    """
    if connection.dialect.name != "postgresql":  # nobody writes at the same time
        insert(connection, table, records)
        return {record[key] for record in records}
    if not records:
        return set()
    statement = postgresql.insert(table).on_conflict_do_nothing().returning(table.c[key])
    added = set(connection.execute(statement, records).scalars())
    _touch(connection, table, [record for record in records if record[key] in added])
    return added


def lock(connection: sa.Connection, tenant: str, *names: str) -> None:
    """Let nobody else change what is named so, until this transaction ends.

    Of SQLite a writer has all to itself anyway.
    """
    if connection.dialect.name == "postgresql":
        number = sa.func.hashtextextended("\x1f".join((tenant, *names)), 0)
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


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


# Each statement is made once: to make one anew costs more than to run it.


@cache
def _rows_that_equal(table: sa.Table, *names: str) -> sa.Select[Any]:
    return sa.select(table).where(*_are(table, names))


@cache
def _any_that_equals(table: sa.Table, *names: str) -> sa.Select[Any]:
    return sa.select(sa.literal(1)).select_from(table).where(*_are(table, names)).limit(1)


@cache
def _rows_among(table: sa.Table, name: str) -> sa.Select[Any]:
    among = table.c[name].in_(sa.bindparam(_AMONG, expanding=True))
    return sa.select(table).where(*_are(table, ()), among)


@cache
def _values_among(table: sa.Table, name: str) -> sa.Select[Any]:
    among = table.c[name].in_(sa.bindparam(_AMONG, expanding=True))
    return sa.select(table.c[name]).distinct().where(*_are(table, ()), among)


@cache
def _deletion(table: sa.Table, *names: str) -> sa.Delete:
    return sa.delete(table).where(*_are(table, names))


def _are(table: sa.Table, names: Sequence[str]) -> Iterator[sa.ColumnElement[bool]]:
    for name in (TENANT, *names):
        yield table.c[name] == sa.bindparam(name)
