"""Tenants: whose data it is, what their columns mean, and how new their catalogue is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa

from features.columns import ColumnsFile
from features.columns_toml import parse_columns, to_toml
from features.errors import UnknownId
from serving.store.rows import find, holds, lock
from serving.store.schema import TENANT, TENANTS


@dataclass(frozen=True, slots=True)
class Tenant:
    """One tenant.

    Parameters
    ----------
    columns
        What its ``columns.toml`` declared: zone, word lists, features.
    catalogue_version
        Goes up with every change of what all its teachers share.
    """

    name: str
    columns: ColumnsFile
    catalogue_version: int


def find_tenant(connection: sa.Connection, name: str) -> Tenant:
    """Return a tenant.

    Raises
    ------
    UnknownId
        If there is none of this name.
    """
    rows = find(connection, TENANTS, name)
    if not rows:
        raise UnknownId(f"tenant {name!r}", remedy="import its data, or make a key for it, first")
    return Tenant(name, _parsed(rows[0]["columns_file"]), rows[0]["catalogue_version"])


def all_tenants(connection: sa.Connection) -> tuple[Tenant, ...]:
    """Return every tenant, in the order of their names."""
    names = connection.execute(sa.select(TENANTS.c[TENANT]).order_by(TENANTS.c[TENANT])).scalars()
    return tuple(find_tenant(connection, name) for name in names.all())


@lru_cache(maxsize=64)
def _parsed(columns_file: str) -> ColumnsFile:
    return parse_columns(columns_file)


def add_tenant(connection: sa.Connection, name: str) -> None:
    """Make a tenant, if there is none of this name."""
    lock(connection, name)
    if not holds(connection, TENANTS, name):
        values = {TENANT: name, "columns_file": to_toml(ColumnsFile()), "catalogue_version": 0}
        connection.execute(sa.insert(TENANTS).values(values))


def declare_columns(connection: sa.Connection, name: str, columns: ColumnsFile) -> None:
    """Set what a tenant's columns mean."""
    _change(connection, name, {"columns_file": to_toml(columns)})


def touch_catalogue(connection: sa.Connection, name: str) -> None:
    """Say that what all of a tenant's teachers share has changed."""
    _change(connection, name, {"catalogue_version": TENANTS.c.catalogue_version + 1})


def _change(connection: sa.Connection, name: str, values: dict[str, object]) -> None:
    connection.execute(sa.update(TENANTS).where(TENANTS.c[TENANT] == name).values(values))
