"""Removing rows: only what nothing else refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import sqlalchemy as sa

from features.declaration import LIST_SEPARATOR, Table
from features.errors import Refused
from features.tables import TABLES
from serving.store.rows import delete, holds
from serving.store.schema import DATA, TENANT

#: Table -> tables whose rows are parts of its rows, and go with them.
PARTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"offerings": ("offering_stages", "quotas")}
)


def remove(connection: sa.Connection, tenant: str, table: Table, key: str, value: str) -> bool:
    """Delete what has an id, with its parts; say whether there was any.

    Raises
    ------
    Refused
        If rows of other things refer to it: history is not to point at nothing.
    """
    parts = PARTS.get(table.name, ())
    used = sorted(set(_referring(connection, tenant, f"{table.name}.{key}", value)) - set(parts))
    if used:
        raise Refused(
            f"{table.name} {value!r}",
            expected="nothing that refers to it",
            got=f"rows of {', '.join(used)}",
            remedy="keep it, with the day on which it ended, or remove those first",
        )
    for part in parts:
        delete(connection, DATA[part], tenant, **{key: value})
    return bool(delete(connection, DATA[table.name], tenant, **{key: value}))


def _referring(connection: sa.Connection, tenant: str, target: str, value: str) -> Iterator[str]:
    for table in TABLES:
        for column in table.columns:
            if column.references == target:
                rows = DATA[table.name]
                if column.many:
                    found = _listed(connection, rows, tenant, column.name, value)
                else:
                    found = holds(connection, rows, tenant, **{column.name: value})
                if found:
                    yield table.name


def _listed(
    connection: sa.Connection, table: sa.Table, tenant: str, column: str, value: str
) -> bool:
    """Say whether a cell that is a list holds a value."""
    cells = sa.select(table.c[column]).where(
        table.c[TENANT] == tenant, table.c[column].is_not(None)
    )
    return any(value in cell.split(LIST_SEPARATOR) for cell in connection.scalars(cells))
