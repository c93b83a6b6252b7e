"""A dumped store, put back: all of it, or nothing."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from features.errors import Refused
from serving.store import audit
from serving.store.dump import BATCH, FORMAT, MANIFEST, VERSION, Dumped, member
from serving.store.engine import Store, migrate
from serving.store.graves import bury_again, graves
from serving.store.looking import known_schemas
from serving.store.schema import METADATA, TENANT, TENANTS

_REVISION = "alembic_version"
_OURS = frozenset({*METADATA.tables, _REVISION})


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a dump says of itself.

    Parameters
    ----------
    schema
        The revision that its tables are of.
    """

    schema: str
    tables: Mapping[str, Dumped]


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of a dump.

    Parameters
    ----------
    tables
        Table -> what it came to.
    erased
        How many teachers had been erased since, and were again.
    """

    tables: Mapping[str, Dumped]
    erased: int


def restore(store: Store, path: Path, now: pd.Timestamp, *, replace: bool = False) -> Restored:
    """Put a dump into a store, in one transaction; a dump of an older schema is brought up to date.

    Parameters
    ----------
    replace
        Let go what the store holds, but for the tombstones: whoever was erased since the dump was
        made is erased again. Without it only an empty store is taken.

    Raises
    ------
    Refused
        If the file is damaged or no dump, comes from a later version, or the store is not empty;
        then nothing has changed.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(path, archive)
            for name, told in manifest.tables.items():
                _verify(path, archive, name, told)
            with store.writing(alone=True) as connection:
                buried = graves(connection)
                _make_room(connection, replace=replace)
                _fill(connection, archive, manifest, path)
                erased = bury_again(connection, buried, now)
                _tell(connection, path, now)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise _damaged(path, "a zip that can be read") from error
    return Restored(manifest.tables, erased)


def _manifest(path: Path, archive: zipfile.ZipFile) -> Manifest:
    try:
        told = json.loads(archive.read(MANIFEST))
        version = int(told["version"])
        if told["format"] != FORMAT:
            raise ValueError
        if version > VERSION or told["schema"] not in known_schemas():
            raise Refused(
                str(path),
                expected=f"a dump of version {VERSION} or earlier, of a schema that is known",
                got=f"version {version}, schema {told['schema']}",
                remedy="restore it with the version of zixuan that made it, or a later one",
            )
        tables = {
            str(name): Dumped(int(each["rows"]), str(each["sha256"]))
            for name, each in told["tables"].items()
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(path, f"a {MANIFEST} of a dump") from error
    return Manifest(str(told["schema"]), tables)


def _verify(path: Path, archive: zipfile.ZipFile, name: str, told: Dumped) -> None:
    digest, rows = hashlib.sha256(), 0
    try:
        with archive.open(member(name)) as file:
            for line in file:
                digest.update(line)
                rows += 1
    except KeyError as error:
        raise _damaged(path, f"a table {name}") from error
    if Dumped(rows, digest.hexdigest()) != told:
        raise _damaged(path, f"{told.rows} rows of {name} with the checksum of the manifest")


def _make_room(connection: sa.Connection, *, replace: bool) -> None:
    """Drop the store's tables, those that hold something only if told."""
    if not replace:
        full = [
            table.name
            for table in METADATA.sorted_tables
            if connection.execute(sa.select(table).limit(1)).first() is not None
        ]
        if full:
            raise Refused(
                "the store",
                expected="an empty one",
                got=f"rows of {', '.join(full)}",
                remedy="restore into a new database, or let go what it holds with --replace",
            )
    _tables(connection).drop_all(connection)


def _tables(connection: sa.Connection) -> sa.MetaData:
    found = sa.MetaData()
    found.reflect(connection, only=lambda name, _: name in _OURS)
    return found


def _fill(
    connection: sa.Connection, archive: zipfile.ZipFile, manifest: Manifest, path: Path
) -> None:
    migrate(connection, manifest.schema)
    tables = _tables(connection)
    if set(tables.tables) - {_REVISION} != set(manifest.tables):
        raise _damaged(path, f"the tables of schema {manifest.schema}")
    for table in tables.sorted_tables:
        if table.name != _REVISION:
            _insert(connection, table, archive, path)
    migrate(connection)


def _insert(
    connection: sa.Connection, table: sa.Table, archive: zipfile.ZipFile, path: Path
) -> None:
    for column in table.columns:
        if isinstance(column.type, sa.JSON):
            column.type = sa.JSON(none_as_null=True)
    with archive.open(member(table.name)) as file:
        rows = (_row(table, line, path) for line in file)
        while batch := list(islice(rows, BATCH)):
            try:
                connection.execute(sa.insert(table), batch)
            except (sa.exc.IntegrityError, sa.exc.DataError, sa.exc.StatementError) as error:
                if isinstance(error, sa.exc.OperationalError):
                    raise
                raise _damaged(path, f"rows of {table.name} that the schema takes") from error


def _row(table: sa.Table, line: bytes, path: Path) -> dict[str, Any]:
    try:
        row = json.loads(line)
        if row.keys() != set(table.columns.keys()):
            raise ValueError
        for name, value in row.items():
            if value is not None and isinstance(table.c[name].type, sa.Date):
                row[name] = date.fromisoformat(value)
    except (ValueError, TypeError, AttributeError) as error:
        expected = f"rows of {table.name} with exactly its columns"
        raise _damaged(path, expected) from error
    return row


def _tell(connection: sa.Connection, path: Path, now: pd.Timestamp) -> None:
    """Write into each tenant's audit log that its data was put back."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    names: Iterator[str] = connection.scalars(sa.select(TENANTS.c[TENANT]))
    for tenant in sorted(names):
        audit.write(connection, tenant, audit.Deed("local", "store.restore", digest, now))


def _damaged(path: Path, expected: str) -> Refused:
    remedy = "nothing was changed; take an intact copy"
    return Refused(str(path), expected=expected, got="none: the file is damaged", remedy=remedy)
