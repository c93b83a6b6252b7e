"""The store's schema: the tables of ``features``, with the tenant first in every key.

An instant is kept as whole microseconds since 1970 in UTC (the number that ``features.moments``
computes with), a list as the ``;``-joined text that it is in memory, so that what comes out of
the store is what went in, on every database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from features.cells import LONGEST_ID
from features.declaration import Column, Kind, Table
from features.tables import BY_NAME, TABLES

TENANT = "tenant_id"
DEFAULT_TENANT = "default"
#: Columns that ``columns.toml`` declares beyond ours, as one JSON object.
FURTHER = "further"
#: Whether the store gave an event its id: such an id is not exported.
GIVEN_ID = "given_id"

METADATA = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

_TYPES: Mapping[Kind, type[sa.types.TypeEngine[Any]]] = MappingProxyType(
    {
        Kind.CODE: sa.Text,
        Kind.CATEGORY: sa.Text,
        Kind.TEXT: sa.Text,
        Kind.INTEGER: sa.BigInteger,
        Kind.NUMBER: sa.Double,
        Kind.AMOUNT: sa.Double,
        Kind.BOOLEAN: sa.Boolean,
        Kind.TIME: sa.BigInteger,
        Kind.DATE: sa.Date,
    }
)


def _type(column: Column) -> sa.types.TypeEngine[Any]:
    if column.many:
        return sa.Text()
    return sa.String(LONGEST_ID) if column.kind is Kind.ID else _TYPES[column.kind]()


def _id(name: str, *, primary_key: bool = False, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(LONGEST_ID), primary_key=primary_key, nullable=nullable)


def _columns(table: Table) -> Iterator[sa.Column[object]]:
    yield sa.Column(TENANT, sa.String(LONGEST_ID), primary_key=True, nullable=False)
    for column in table.columns:
        in_key = column.name in table.key
        required = in_key or column.required
        yield sa.Column(column.name, _type(column), primary_key=in_key, nullable=not required)


def _references(table: Table) -> Iterator[sa.ForeignKeyConstraint]:
    """Yield what the database can hold itself: required references to tables of one row an id.

    An optional reference into a table that a data set lacks is only a word.
    """
    for column in table.columns:
        name, _, target = column.references.partition(".")
        if column.required and name and BY_NAME[name].key == (target,):
            yield sa.ForeignKeyConstraint(
                [TENANT, column.name], [f"{name}.{TENANT}", f"{name}.{target}"]
            )


def _extras(table: Table) -> Iterator[sa.schema.SchemaItem]:
    if table.name in ("teachers", "courses"):
        yield sa.Column(FURTHER, sa.JSON(none_as_null=True))
    if table.name == "events":
        yield sa.Column(GIVEN_ID, sa.Boolean, nullable=False)
        yield sa.Index(None, TENANT, "teacher_id", "occurred_at")
    elif "teacher_id" in table.names and table.key[0] != "teacher_id":
        yield sa.Index(None, TENANT, "teacher_id")


def _table(table: Table) -> sa.Table:
    items = [*_columns(table), *_extras(table), *_references(table)]
    return sa.Table(table.name, METADATA, *items)


#: Name -> table of the database, for every table of ``features``.
DATA: Mapping[str, sa.Table] = MappingProxyType({table.name: _table(table) for table in TABLES})

TENANTS = sa.Table(
    "tenants",
    METADATA,
    _id(TENANT, primary_key=True),
    sa.Column("columns_file", sa.Text, nullable=False),
    # Goes up with every change of courses, offerings or organisations: what is cached of
    # them in a process holds while it stands still.
    sa.Column("catalogue_version", sa.BigInteger, nullable=False),
)

API_KEYS = sa.Table(
    "api_keys",
    METADATA,
    _id(TENANT, primary_key=True),
    _id("key_id", primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger),
    sa.Column("revoked_at", sa.BigInteger),
    sa.UniqueConstraint("key_id"),
)

PLANS = sa.Table(
    "plans",
    METADATA,
    _id(TENANT, primary_key=True),
    _id("plan_id", primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    _id("teacher_id"),
    sa.Column("policy", sa.Text, nullable=False),
    sa.Column("model_version", sa.Text, nullable=False),
    sa.Column("as_of", sa.BigInteger, nullable=False),
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index(None, TENANT, "teacher_id"),
)

TEACHER_VERSIONS = sa.Table(
    "teacher_versions",
    METADATA,
    _id(TENANT, primary_key=True),
    _id("teacher_id", primary_key=True),
    # Another with every change of what a list is made from: what a process remembers of the
    # teacher holds while it stands.
    sa.Column("version", sa.BigInteger, nullable=False),
)

AUDIT_LOG = sa.Table(
    "audit_log",
    METADATA,
    _id(TENANT, primary_key=True),
    _id("entry_id", primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
)

#: How far each tenant's feed of changes has come; a writer of changes locks its row.
FEEDS = sa.Table(
    "feeds",
    METADATA,
    _id(TENANT, primary_key=True),
    sa.Column("last", sa.BigInteger, nullable=False),
    # Changes up to this number may have been kept long enough, and be gone.
    sa.Column("dropped", sa.BigInteger, nullable=False),
    sa.Column("model_version", sa.Text),
)

CHANGES = sa.Table(
    "changes",
    METADATA,
    _id(TENANT, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    _id("teacher_id", nullable=True),
    sa.Index(None, TENANT, "teacher_id"),
)

WEBHOOKS = sa.Table(
    "webhooks",
    METADATA,
    _id(TENANT, primary_key=True),
    _id("webhook_id", primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("kinds", sa.Text, nullable=False),
    # As it is, for it signs: a hash could not.
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("former_secret", sa.Text),
    sa.Column("former_until", sa.BigInteger),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    # The number of the last change that was looked at for it.
    sa.Column("taken_up", sa.BigInteger, nullable=False),
)

DELIVERIES = sa.Table(
    "deliveries",
    METADATA,
    _id(TENANT, primary_key=True),
    _id("webhook_id", primary_key=True),
    _id("delivery_id", primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("due_at", sa.BigInteger, nullable=False),
    sa.Column("outcome", sa.Text),
    sa.ForeignKeyConstraint([TENANT, "webhook_id"], [f"webhooks.{TENANT}", "webhooks.webhook_id"]),
    sa.Index(None, "state", "due_at"),
)

#: Which worker sends a tenant's deliveries, and until when it may.
SENDERS = sa.Table(
    "senders",
    METADATA,
    _id(TENANT, primary_key=True),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),
)

#: Everything that is about one teacher and goes when the teacher goes; the number that says how
#: new it is goes last.
OF_TEACHER: tuple[sa.Table, ...] = tuple(
    table
    for table in METADATA.tables.values()
    if "teacher_id" in table.c and table is not TEACHER_VERSIONS
)
