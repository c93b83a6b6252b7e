"""A dump comes back whole, on either database, or changes nothing."""

from __future__ import annotations

import hashlib
import json
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from features.dataset import Dataset
from features.errors import InvalidSetting, Refused
from features.tables import TABLES
from serving.identity import create_key
from serving.store.backup import backup
from serving.store.dump import MANIFEST, dump, member
from serving.store.engine import Store
from serving.store.restore import restore
from serving.store.rows import holds, insert
from serving.store.schema import DATA, METADATA, PLANS
from serving.store.transfer import export_dataset, import_dataset
from tests.serving import databases
from tests.serving.databases import NewUrl
from tests.serving.test_store import dataset, filled

NOW = pd.Timestamp("2026-03-01T00:00:00Z")
PLAN = {
    "plan_id": "p1",
    "revision": 1,
    "teacher_id": "t1",
    "policy": "ours",
    "model_version": "m",
    "as_of": 1,
    "seed": 2**62,
    "state": "draft",
    "made_at": 2,
    "body": '{"a": "“引号”\\n"}',
}


def plain(table: sa.Table) -> dict[str, object]:
    """Return a row of a table, each cell as plain as its type."""
    return {
        column.name: 7 if isinstance(column.type, sa.Integer) else "7"
        for column in table.c
        if column.name != "tenant_id"
    }


@pytest.fixture
def full(store: Store) -> Store:
    """A store with rows in every table, of two tenants."""
    import_dataset(store, Dataset.of({table.name: filled(table) for table in TABLES}), now=NOW)
    import_dataset(store, dataset(), now=NOW, tenant="other")
    create_key(store, "other", ["platform"], NOW, label="试点")
    with store.writing() as connection:
        insert(connection, PLANS, [{"tenant_id": "other"} | PLAN])
        for table in METADATA.tables.values():
            if table.name not in DATA and not holds(connection, table, "other"):
                insert(connection, table, [{"tenant_id": "other"} | plain(table)])
    return store


@pytest.fixture(scope="module", params=databases.DATABASES)
def new_target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> NewUrl:
    """Makes databases to restore into, of each kind for each kind dumped from."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres")
    return databases.Files(tmp_path_factory.mktemp("target"))


@pytest.fixture
def target(new_target: NewUrl) -> Iterator[Store]:
    store = Store.open(new_target())
    yield store
    store.close()


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path / 'target.db'}")
    yield store
    store.close()


def contents(store: Store) -> dict[str, list[Any]]:
    """Every row of every table, but of the audit log what restoring adds to it."""
    with store.reading() as connection:
        rows = {
            name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr)
            for name, table in METADATA.tables.items()
        }
    rows["audit_log"] = [row for row in rows["audit_log"] if "store.restore" not in row]
    return rows


def rewritten(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A copy of a dump with some members changed."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    copy = path.with_name("changed.zip")
    with zipfile.ZipFile(copy, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return copy


def manifest_with(**changes: Any) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        members[MANIFEST] = json.dumps(json.loads(members[MANIFEST]) | changes).encode()

    return change


def of_courses(old: bytes, new: bytes, *, vouched: bool) -> Callable[[dict[str, bytes]], None]:
    """Change what a table holds, and the manifest with it if it is to vouch for that."""

    def change(members: dict[str, bytes]) -> None:
        name = member("courses")
        members[name] = members[name].replace(old, new)
        manifest = json.loads(members[MANIFEST])
        if vouched:
            manifest["tables"]["courses"]["sha256"] = hashlib.sha256(members[name]).hexdigest()
        members[MANIFEST] = json.dumps(manifest).encode()

    return change


@pytest.mark.parametrize(
    "change",
    [
        lambda members: members.pop(MANIFEST),
        lambda members: members.pop(member("events")),
        lambda members: members.update({MANIFEST: b"[]"}),
        lambda members: members.update({MANIFEST: b"\xff"}),
        lambda members: members.update({member("events"): b""}),
        manifest_with(format="other"),
        manifest_with(version=2),
        manifest_with(schema="9999"),
        manifest_with(tables={}),
        of_courses(b'"course"', b'"kourse"', vouched=False),
        of_courses(b'"title_zh"', b'"title_xx"', vouched=True),
        of_courses(b'"kind":"course"', b'"kind":["c"]', vouched=True),
        of_courses(b"{", b"[", vouched=True),
        of_courses(b'"course_id":"b"', b'"course_id":"a"', vouched=True),
    ],
)
def test_a_damaged_or_later_dump_is_refused_and_changes_nothing(
    full: Store, on_sqlite: Store, tmp_path: Path, change: Callable[[dict[str, bytes]], None]
):
    dump(full, tmp_path / "dump.zip", NOW)
    import_dataset(on_sqlite, dataset(), now=NOW)
    before = contents(on_sqlite)
    with pytest.raises(Refused):
        restore(on_sqlite, rewritten(tmp_path / "dump.zip", change), NOW, replace=True)
    assert contents(on_sqlite) == before


@pytest.mark.parametrize("kept", [0, 10, 0.5, 0.99])
def test_a_file_that_was_cut_short_is_refused(on_sqlite: Store, tmp_path: Path, kept: float):
    path = tmp_path / "dump.zip"
    import_dataset(on_sqlite, dataset(), now=NOW)
    dump(on_sqlite, path, NOW)
    content = path.read_bytes()
    path.write_bytes(content[: kept if isinstance(kept, int) else int(kept * len(content))])
    with pytest.raises(Refused, match="damaged"):
        restore(on_sqlite, path, NOW, replace=True)


def test_a_store_that_holds_something_is_kept_unless_told(full: Store, target: Store, tmp_path):
    path = tmp_path / "dump.zip"
    dump(full, path, NOW)
    import_dataset(target, dataset(), now=NOW)
    before = contents(target)
    with pytest.raises(Refused, match="--replace"):
        restore(target, path, NOW)
    assert contents(target) == before
    restore(target, path, NOW, replace=True)
    assert contents(target) == contents(full)


def test_what_is_dumped_on_one_database_comes_back_on_another(full: Store, target: Store, tmp_path):
    path = tmp_path / "dump.zip"
    told = dump(full, path, NOW)
    assert {table.rows > 0 for table in told.values()} == {True}
    restore(target, path, NOW)
    assert contents(target) == contents(full)
    hashes = [export_dataset(store, tenant="other").content_hash for store in (full, target)]
    assert hashes[0] == hashes[1]
    # And it goes on from there.
    import_dataset(target, dataset(), now=NOW, tenant="third")


def test_a_dump_is_whole_or_not_there_and_of_its_owner_alone(full: Store, tmp_path: Path):
    path = tmp_path / "dump.zip"
    dump(full, path, NOW)
    first = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with full.writing() as connection:
        connection.execute(sa.text("ALTER TABLE plans RENAME TO hidden"))
    with pytest.raises(sa.exc.DatabaseError):
        dump(full, path, NOW)
    assert [file.name for file in tmp_path.iterdir() if ".db" not in file.name] == ["dump.zip"]
    assert path.read_bytes() == first


def test_a_backup_is_for_sqlite_alone(postgres: NewUrl, tmp_path: Path):
    store = Store.open(postgres())
    with pytest.raises(InvalidSetting, match="pg_dump"):
        backup(store, tmp_path / "copy.db")
    store.close()


def test_a_backup_made_while_others_write_is_a_store(on_sqlite: Store, tmp_path: Path):
    import_dataset(on_sqlite, dataset(), now=NOW)
    before = contents(on_sqlite)
    with on_sqlite.writing() as connection:
        insert(connection, PLANS, [{"tenant_id": "default"} | PLAN])
        backup(on_sqlite, tmp_path / "copy.db")
    copy = Store.open(f"sqlite:///{tmp_path / 'copy.db'}")
    assert contents(copy) == before
    copy.close()
    assert contents(on_sqlite) != before
