"""The store keeps what it is given: every table, exactly, once, durably."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from features.columns import ColumnsFile
from features.dataset import Dataset
from features.declaration import Kind, Table
from features.errors import InvalidSetting, Refused, UnknownId
from features.tables import TABLES
from serving.store.engine import Store
from serving.store.schema import DATA, METADATA
from serving.store.teachers import frames_of
from serving.store.tenants import find_tenant
from serving.store.transfer import export_dataset, import_dataset

NOW = pd.Timestamp("2026-03-01T00:00:00Z")


def dataset(**tables: pd.DataFrame) -> Dataset:
    frames = {
        "teachers": pd.DataFrame(
            {
                "teacher_id": ["t1", "t1", "t2"],
                "valid_from": pd.to_datetime([None, "2025-09-01", "2024-09-01"], utc=True),
                "subjects": ["语文;音乐", "语文", None],
                "employed_on": pd.to_datetime(["2019-08-15", None, None]),
                "key_county": pd.array([True, None, False], dtype="boolean"),
                "years_of_service": [None, 0.1, 30.0],
                "job": ["班主任", None, "教研组长"],
                "load": [12.5, np.nan, -0.0],
            }
        ),
        "courses": pd.DataFrame(
            {
                "course_id": ["c1", "c2"],
                "title_zh": ["𠮷林方言与普通话", "汉字"],
                "available_from": pd.to_datetime([None, "2025-01-01T08:30:00.000001Z"], utc=True),
                "hours": [0.3, None],
                "contains": [None, "c1"],
            }
        ),
        "offerings": pd.DataFrame(
            {"offering_id": ["o1"], "course_id": ["c1"], "capacity": [2**40]}
        ),
        "events": pd.DataFrame(
            {
                "event_id": ["e1", None, None],
                "teacher_id": ["t1", "t2", "t2"],
                "course_id": ["c1", "c1", "c1"],
                "offering_id": ["o1", None, None],
                "occurred_at": pd.to_datetime(["2025-10-01"] * 3, utc=True),
                "value": [4.5, None, None],
            }
        ),
    }
    columns = ColumnsFile(
        zone="Asia/Urumqi",
        features={"teachers": {"job": "category", "load": "number"}},
        codes={"localities": ("城", "乡")},
    )
    return Dataset.of(frames | tables, columns)


def events(**columns: list[object]) -> pd.DataFrame:
    base = {"teacher_id": ["t1"], "course_id": ["c1"], "occurred_at": ["2025-10-01"]} | columns
    return pd.DataFrame(base | {"occurred_at": pd.to_datetime(base["occurred_at"], utc=True)})


#: Two values of each kind of column.
VALUES = {
    Kind.ID: ["a", "𠮷"],
    Kind.CATEGORY: ["语文", "a/b"],
    Kind.TEXT: ["“引号”\n换行", "x"],
    Kind.INTEGER: [1, 2**53 - 1],
    Kind.NUMBER: [0.1, 1e-300],
    Kind.AMOUNT: [0.5, 12.25],
    Kind.BOOLEAN: [True, False],
    Kind.TIME: pd.to_datetime(
        ["1901-01-01T00:00:00.000001Z", "2198-12-31"], utc=True, format="ISO8601"
    ),
    Kind.DATE: pd.to_datetime(["1901-01-01", "2198-12-31"]),
}


def filled(table: Table) -> pd.DataFrame:
    """Two rows in which every cell is filled, and one in which only what must be is."""
    columns = {}
    for column in table.columns:
        values = list(column.codes[:2] if column.codes else VALUES[column.kind])
        values = [";".join(values), values[0]] if column.many else values
        needed = column.required or (column.name in table.key and column.name != "valid_from")
        # The third row has keys of its own, and refers to what is there.
        own = column.kind is Kind.ID and column.name in table.key and not column.references
        columns[column.name] = [*values, ("b" if own else values[0]) if needed else None]
    if "stage" in table.key and table.name == "offering_stages":
        columns["stage"][2] = 3
    frame = pd.DataFrame(columns)
    return frame.drop_duplicates(list(table.key)) if table.key else frame


@pytest.mark.parametrize("url", ["nonsense", "nodialect://x", "sqlite:////no/such/folder/x.db"])
def test_a_database_that_cannot_be_opened_is_named_in_the_error(url: str):
    with pytest.raises(InvalidSetting, match="database_url"):
        Store.open(url)


def test_the_error_about_a_database_hides_its_password():
    with pytest.raises(InvalidSetting) as error:
        Store.open("nodialect://zixuan:hunter2@host/db")
    assert "hunter2" not in str(error.value)


def test_an_unknown_tenant_has_nothing_to_export(store: Store):
    with pytest.raises(UnknownId, match="'nobody'"):
        export_dataset(store, tenant="nobody")


def test_an_event_id_with_another_content_refuses_the_whole_import(store: Store):
    import_dataset(store, dataset(), now=NOW)
    other = dataset(
        events=events(event_id=["e1"], course_id=["c2"]),
        courses=pd.DataFrame({"course_id": ["c1", "c2", "c3"]}),
    )
    with pytest.raises(Refused, match="another course_id"):
        import_dataset(store, other, now=NOW)
    assert "c3" not in export_dataset(store).courses


def test_a_write_that_fails_leaves_nothing_behind(store: Store):
    with pytest.raises(sa.exc.IntegrityError), store.writing() as connection:  # noqa: PT012
        connection.execute(sa.insert(DATA["courses"]), {"tenant_id": "default", "course_id": "c1"})
        connection.execute(
            sa.insert(DATA["offerings"]),
            {"tenant_id": "default", "offering_id": "o", "course_id": "no such course"},
        )
    with store.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(DATA["courses"])) == 0


def test_the_migrated_schema_is_the_declared_one(store: Store):
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_every_key_starts_with_the_tenant():
    assert {table.primary_key.columns[0].name for table in METADATA.tables.values()} == {
        "tenant_id"
    }


def test_sqlite_runs_with_a_log_that_survives_a_power_cut(tmp_path: Path):
    store = Store.open(f"sqlite:///{tmp_path / 'store.db'}")
    with store.reading() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }
    store.close()


def test_a_data_set_comes_out_as_it_went_in(store: Store):
    before = dataset()
    import_dataset(store, before, now=NOW)
    after = export_dataset(store)
    assert after.content_hash == before.content_hash
    assert after.columns == before.columns
    assert set(after.tables) == set(before.tables)


def test_every_column_of_every_table_comes_out_as_it_went_in(store: Store):
    before = Dataset.of({table.name: filled(table) for table in TABLES})
    assert set(before.tables) == {table.name for table in TABLES}
    import_dataset(store, before, now=NOW)
    assert export_dataset(store).content_hash == before.content_hash


def test_importing_twice_changes_nothing(store: Store):
    import_dataset(store, dataset(), now=NOW)
    import_dataset(store, dataset(), now=NOW)
    assert export_dataset(store).content_hash == dataset().content_hash


def test_a_second_import_replaces_rows_of_the_same_key_and_keeps_the_rest(store: Store):
    import_dataset(store, dataset(), now=NOW)
    import_dataset(
        store,
        dataset(courses=pd.DataFrame({"course_id": ["c1"], "title_zh": ["新标题"]})),
        now=NOW,
    )
    courses = export_dataset(store).table("courses").set_index("course_id")["title_zh"]
    assert courses.to_dict() == {"c1": "新标题", "c2": "汉字"}


def test_what_was_imported_is_there_after_reopening(store: Store):
    import_dataset(store, dataset(), now=NOW)
    store.close()
    again = Store.open(store.engine.url.render_as_string(hide_password=False))
    assert export_dataset(again).content_hash == dataset().content_hash
    again.close()


def test_tenants_do_not_see_each_other(store: Store):
    import_dataset(store, dataset(), now=NOW, tenant="a")
    import_dataset(store, dataset(events=events(event_id=["e1"])), now=NOW, tenant="b")
    assert export_dataset(store, tenant="a").content_hash == dataset().content_hash
    assert len(export_dataset(store, tenant="b").log) == 1


def test_that_a_ledger_is_kept_is_told_of_a_teacher_without_an_entry(store: Store):
    entry = {
        "entry_id": ["e1"],
        "teacher_id": ["t1"],
        "kind": ["offering"],
        "earned_on": pd.to_datetime(["2025-05-01"]),
        "recorded_at": pd.to_datetime(["2025-05-20"], utc=True),
        "amount": [4.0],
        "unit": ["hour"],
    }
    import_dataset(store, dataset(), now=NOW, tenant="without")
    import_dataset(store, dataset(credits=pd.DataFrame(entry)), now=NOW, tenant="with")
    with store.reading() as connection:
        told = {
            name: frames_of(connection, find_tenant(connection, name), "t2").get("credits")
            for name in ("without", "with")
        }
    assert told["without"] is None
    assert told["with"] is not None
    assert told["with"].empty
