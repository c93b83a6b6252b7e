"""A whole store as one portable file: a zip of NDJSON tables and a manifest that vouches for them.

The file is the same on every database: one table a member, ``tables/<name>.ndjson``, one row a
line, its columns as JSON (instants as microseconds since 1970 in UTC, days as ``2026-03-01``).
``manifest.json`` names the format, its version, the revision of the schema, and of each table the
number of rows and the SHA-256 of its member.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from serving.store.engine import Store
from serving.store.looking import schema_of
from serving.store.schema import METADATA

FORMAT = "zixuan-dump"
VERSION = 1
MANIFEST = "manifest.json"
#: Rows that are read from the database at a time.
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Dumped:
    """What a table came to.

    Parameters
    ----------
    sha256
        Of its lines.
    """

    rows: int
    sha256: str


def member(table: str) -> str:
    """Return the name of a table within the file."""
    return f"tables/{table}.ndjson"


def dump(store: Store, path: Path, now: pd.Timestamp) -> dict[str, Dumped]:
    """Write everything that a store holds, of all tenants, keys (hashed) and audit log included.

    It is one consistent state, while others go on reading and writing. The file can be read by its
    owner alone, replaces one of its name, and is there whole or not at all.

    Returns
    -------
    dict
        Table -> what it came to.
    """
    with replacing(path) as partial, store.reading() as connection:
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            "schema": schema_of(connection),
            "made_at": now.isoformat(),
        }
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            tables = {
                table.name: _write(connection, table, archive) for table in METADATA.sorted_tables
            }
            told = {
                name: {"rows": each.rows, "sha256": each.sha256} for name, each in tables.items()
            }
            archive.writestr(MANIFEST, json.dumps(manifest | {"tables": told}, indent=1))
    return tables


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a file to write, and put it in a path's place once the block has ended well."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    partial.touch(mode=0o600)
    try:
        yield partial
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _write(connection: sa.Connection, table: sa.Table, archive: zipfile.ZipFile) -> Dumped:
    digest = hashlib.sha256()
    count = 0
    query = sa.select(table).order_by(*table.primary_key)
    found = connection.execution_options(yield_per=BATCH).execute(query)
    with archive.open(member(table.name), "w", force_zip64=True) as file:
        for row in found.mappings():
            line = _line(row)
            digest.update(line)
            file.write(line)
            count += 1
    return Dumped(count, digest.hexdigest())


def _line(row: Mapping[Any, Any]) -> bytes:
    text = json.dumps(dict(row), ensure_ascii=False, default=_day, separators=(",", ":"))
    return text.encode() + b"\n"


def _day(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
