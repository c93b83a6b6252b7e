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
    # The secret before the last rotation, for as long as platforms need to change over.
    sa.Column("previous_digest", sa.String(64)),
    sa.Column("previous_until", sa.BigInteger),
    sa.UniqueConstraint("key_id"),
)


def _guest() -> Iterator[sa.Column[Any]]:
    """Yield who is let in: a teacher, or an administrator of an organisation."""
    yield _id("teacher_id", nullable=True)
    yield _id("administrator", nullable=True)
    yield _id("organisation_id", nullable=True)
    yield sa.Column("scopes", sa.Text, nullable=False)


#: Links that let in once; named by the hash of their token, which is kept nowhere.
LINKS = sa.Table(
    "links",
    METADATA,
    _id(TENANT, primary_key=True),
    sa.Column("link_id", sa.String(64), primary_key=True, nullable=False),
    *_guest(),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.Column("used_at", sa.BigInteger),
    sa.UniqueConstraint("link_id"),
    sa.Index(None, TENANT, "teacher_id"),
)

#: Visits that go on; named by the hash of their cookie.
SESSIONS = sa.Table(
    "sessions",
    METADATA,
    _id(TENANT, primary_key=True),
    sa.Column("session_id", sa.String(64), primary_key=True, nullable=False),
    *_guest(),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("session_id"),
    sa.Index(None, TENANT, "teacher_id"),
)

#: Keys by which platforms sign the launches of their teachers.
LAUNCH_KEYS = sa.Table(
    "launch_keys",
    METADATA,
    _id(TENANT, primary_key=True),
    _id("issuer", primary_key=True),
    sa.Column("algorithm", sa.String(16), nullable=False),
    sa.Column("key_text", sa.Text, nullable=False),
    sa.UniqueConstraint("issuer"),
)

#: Launches that were used; each counts once while it would be valid.
LAUNCHES = sa.Table(
    "launches",
    METADATA,
    _id(TENANT, primary_key=True),
    sa.Column("launch_id", sa.String(64), primary_key=True, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
)

#: What a tenant signs and disguises with; the newest of a purpose is used, older ones are taken.
SECRETS = sa.Table(
    "secrets",
    METADATA,
    _id(TENANT, primary_key=True),
    sa.Column("purpose", sa.String(16), primary_key=True, nullable=False),
    sa.Column("secret_id", sa.String(16), primary_key=True, nullable=False),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
)

#: Which id a pseudonym of the audit log stands for; gone when its owner is erased.
PSEUDONYMS = sa.Table(
    "pseudonyms",
    METADATA,
    _id(TENANT, primary_key=True),
    sa.Column("pseudonym", sa.String(64), primary_key=True, nullable=False),
    _id("named"),
    # The same id, or the one that the teacher was merged into.
    _id("owner"),
    sa.Index(None, TENANT, "owner"),
)

#: Teachers who were erased, by pseudonym: nothing about them is taken any more.
TOMBSTONES = sa.Table(
    "tombstones",
    METADATA,
    _id(TENANT, primary_key=True),
    sa.Column("pseudonym", sa.String(64), primary_key=True, nullable=False),
    sa.Column("erased_at", sa.BigInteger, nullable=False),
)

#: What a teacher has corrected, or no longer wants used, of what is used about them.
TEACHER_TAGS = sa.Table(
    "teacher_tags",
    METADATA,
    _id(TENANT, primary_key=True),
    _id("teacher_id", primary_key=True),
    _id("tag", primary_key=True),
    # The corrected value as JSON; nothing for one that is suppressed.
    sa.Column("value", sa.Text),
    sa.Column("changed_at", sa.BigInteger, nullable=False),
)

#: Addresses by which calendar programs follow a teacher's plan; known by the hash of their token.
SUBSCRIPTIONS = sa.Table(
    "subscriptions",
    METADATA,
    _id(TENANT, primary_key=True),
    _id("teacher_id", primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("digest"),
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
    # Whose data it was, and in which request; entries of the first two schemas have neither.
    sa.Column("whose", sa.Text),
    sa.Column("request_id", sa.Text),
    # The place in the tenant's chain, the SHA-256 of the entry before, and that of this one.
    sa.Column("place", sa.BigInteger),
    sa.Column("previous", sa.String(64)),
    sa.Column("digest", sa.String(64)),
    sa.Index(None, TENANT, "place", unique=True),
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
