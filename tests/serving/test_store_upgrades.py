"""A store of any released schema is brought up to date with nothing lost, and a dump of it too."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg
import pytest
import sqlalchemy as sa

from serving.store import dump
from serving.store.engine import Store
from serving.store.looking import known_schemas, newest_schema, schema_of
from serving.store.restore import restore
from serving.store.transfer import export_dataset
from tests.serving.databases import NewUrl

RELEASED = Path(__file__).parent / "released"
REVISIONS = sorted(path.name.split(".")[0] for path in RELEASED.glob("*.sqlite.sql"))
NOW = pd.Timestamp("2026-03-01T00:00:00Z")


@pytest.fixture(params=REVISIONS)
def released(request: pytest.FixtureRequest, new_url: NewUrl) -> str:
    """The URL of a database as a released schema has left it."""
    url = new_url.bare()
    load(url, request.param)
    return url


def load(url: str, revision: str) -> None:
    parsed = sa.make_url(url)
    name = parsed.get_backend_name()
    script = (RELEASED / f"{revision}.{name}.sql").read_text("utf-8")
    if name == "sqlite":
        with closing(sqlite3.connect(parsed.database)) as connection:
            connection.executescript(script)
    else:
        plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain) as connection:
            connection.execute(script)


def rows(url: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every row of every table, as the database itself tells it."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        for name, table in tables.tables.items():
            if name != "alembic_version":
                yield from (
                    (name, dict(row)) for row in connection.execute(sa.select(table)).mappings()
                )
    engine.dispose()


def holds(after: list[tuple[str, dict[str, Any]]], name: str, row: dict[str, Any]) -> bool:
    return any(name == other and row.items() <= found.items() for other, found in after)


def test_the_way_from_every_earlier_schema_is_tested():
    """Before a schema is added: ``python -m tests.serving.released.make`` with the newest one."""
    assert set(REVISIONS) >= known_schemas() - {newest_schema()}


def test_a_released_store_is_brought_up_to_date_with_nothing_lost(released: str):
    before = list(rows(released))
    assert {name for name, _ in before} >= {"teachers", "events", "credits", "plans", "api_keys"}
    store = Store.open(released)
    with store.reading() as connection:
        assert schema_of(connection) == newest_schema()
    for tenant in ("default", "other"):
        assert len(export_dataset(store, tenant=tenant).log) == 3
    store.close()
    after = list(rows(released))
    assert [row for name, row in before if not holds(after, name, row)] == []


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_dump_of_a_released_store_is_restored_up_to_date(
    store: Store, tmp_path: Path, revision: str
):
    old = f"sqlite:///{tmp_path / 'old.db'}"
    load(old, revision)
    path = tmp_path / "dump.zip"
    engine = sa.create_engine(old)
    tables = sa.MetaData()
    with engine.connect() as connection, zipfile.ZipFile(path, "w") as archive:
        tables.reflect(connection)
        told = {
            name: dump._write(connection, table, archive)
            for name, table in tables.tables.items()
            if name != "alembic_version"
        }
        manifest = {
            "format": dump.FORMAT,
            "version": 1,
            "schema": revision,
            "tables": {n: {"rows": t.rows, "sha256": t.sha256} for n, t in told.items()},
        }
        archive.writestr(dump.MANIFEST, json.dumps(manifest))
    engine.dispose()
    restore(store, path, NOW)
    upgraded = Store.open(old)
    for tenant in ("default", "other"):
        hashes = {export_dataset(each, tenant=tenant).content_hash for each in (store, upgraded)}
        assert len(hashes) == 1
    upgraded.close()
