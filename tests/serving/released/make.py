"""Write what a database of a schema looks like, as SQL text, before a later schema is added.

python -m tests.serving.released.make REVISION

Run it at the commit whose newest schema that is. The files are kept as they are ever after.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from features.columns_toml import to_toml
from features.dataset import Dataset
from features.tables import TABLES
from serving.store import audit
from serving.store.engine import migrate
from serving.store.events import with_ids
from serving.store.records import to_records
from serving.store.schema import API_KEYS, DATA, PLANS, TENANTS
from tests.serving import databases
from tests.serving.test_store import dataset, filled

HERE = Path(__file__).parent
MOMENT = 1_767_225_600_000_000
KEY = {"key_id": "0123456789abcdef", "digest": "ab" * 32, "scopes": "platform", "label": "试点"}
AT = pd.Timestamp(MOMENT, unit="us", tz="UTC")
PLAN = {
    "plan_id": "p-1",
    "revision": 1,
    "teacher_id": "t1",
    "policy": "national-2011",
    "model_version": "m",
    "as_of": MOMENT,
    "seed": 0,
    "state": "draft",
    "made_at": MOMENT,
    "body": '{"plan": "“引号” \\n"}',
}


def fill(connection: sa.Connection, revision: str) -> None:
    """Make the tables of a schema, with rows of two tenants in every one of them."""
    migrate(connection, revision)
    whole = Dataset.of({table.name: filled(table) for table in TABLES})
    for tenant, tables in (("default", whole), ("other", dataset())):
        row = {"tenant_id": tenant, "columns_file": to_toml(tables.columns)}
        connection.execute(sa.insert(TENANTS), [row | {"catalogue_version": 3}])
        for table in TABLES:
            if table.name in tables.tables:
                rows = to_records(table, tables.table(table.name), tables.columns, tenant)
                rows = with_ids(rows) if table.name == "events" else rows
                connection.execute(sa.insert(DATA[table.name]), rows)
    other = {"tenant_id": "other"}
    connection.execute(sa.insert(API_KEYS), [other | KEY | {"created_at": MOMENT}])
    audit.write(connection, "other", audit.Deed("local", "key.create", "0123", AT))
    connection.execute(sa.insert(PLANS), [other | PLAN])


def main() -> None:
    """Write both files of a revision."""
    (revision,) = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "released.db"
        _made(f"sqlite:///{file}", revision)
        with closing(sqlite3.connect(file)) as connection:
            _write(f"{revision}.sqlite.sql", list(connection.iterdump()))
    with databases.postgres() as new_url:
        url = sa.make_url(new_url.bare())
        _made(url.render_as_string(hide_password=False), revision)
        program = Path(databases.wheel().__file__).parent / "pginstall18" / "bin" / "pg_dump"
        where = ["--host", str(url.query["host"]), "--username", "postgres", str(url.database)]
        command = [program, "--inserts", "--no-owner", "--no-privileges", *where]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        lines = [line for line in text.splitlines() if line and not line.startswith(("\\", "--"))]
        _write(f"{revision}.postgresql.sql", lines)


def _made(url: str, revision: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        fill(connection, revision)
    engine.dispose()


def _write(name: str, lines: list[str]) -> None:
    (HERE / name).write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
