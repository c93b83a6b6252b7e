"""A whole data set into the store, and out of it again unchanged."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from features.dataset import Dataset
from features.declaration import Table
from features.tables import TABLES
from serving.store import audit
from serving.store.engine import Store
from serving.store.events import record, with_ids
from serving.store.pseudonyms import require_living
from serving.store.records import Record, to_frame, to_records
from serving.store.rows import find, put
from serving.store.schema import DATA, DEFAULT_TENANT, GIVEN_ID
from serving.store.tags import all_tags, corrected
from serving.store.tenants import Tenant, add_tenant, declare_columns, find_tenant, touch_catalogue


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows of each table an import brought."""

    rows: dict[str, int]


def import_dataset(
    store: Store, dataset: Dataset, *, now: pd.Timestamp, tenant: str = DEFAULT_TENANT
) -> Imported:
    """Put a data set into the store, in one transaction.

    Rows of the same key are replaced, events of the same id count once; what the store holds
    beside them stays.

    Raises
    ------
    Refused
        If an event's id is known with another content, or a teacher was erased; then nothing is
        imported.
    """
    rows = {}
    with store.writing(alone=True) as connection:
        add_tenant(connection, tenant)
        declare_columns(connection, tenant, dataset.columns)
        for table in TABLES:
            if table.name in dataset.tables:
                frame = dataset.table(table.name)
                records = to_records(table, frame, dataset.columns, tenant)
                if table.name == "teachers":
                    require_living(connection, tenant, sorted({r["teacher_id"] for r in records}))
                _write(connection, table, records, tenant)
                rows[table.name] = len(records)
        touch_catalogue(connection, tenant)
        audit.write(
            connection, tenant, audit.Deed("import", "dataset.import", dataset.content_hash, now)
        )
    return Imported(rows)


def _write(connection: sa.Connection, table: Table, records: list[Record], tenant: str) -> None:
    if table.name == "events":
        record(connection, tenant, with_ids(records))
    else:
        put(connection, DATA[table.name], records)


def export_dataset(store: Store, *, tenant: str = DEFAULT_TENANT) -> Dataset:
    """Return what the store holds of a tenant as a data set.

    Events that came without an id leave without one, so that what was imported into an empty
    store comes out with the same ``content_hash``.

    Raises
    ------
    UnknownId
        If there is no such tenant.
    """
    with store.reading() as connection:
        owner = find_tenant(connection, tenant)
        return Dataset.of(
            {table.name: _frame(connection, table, owner) for table in TABLES}, owner.columns
        )


def _frame(connection: sa.Connection, table: Table, owner: Tenant) -> pd.DataFrame:
    rows = find(connection, DATA[table.name], owner.name)
    if table.name == "teachers":
        tags = all_tags(connection, owner.name)
        rows = [each for row in rows for each in corrected([row], tags.get(row["teacher_id"], {}))]
    frame = to_frame(table, rows, owner.columns)
    if table.name == "events":
        given = pd.Series([row[GIVEN_ID] for row in rows], dtype=bool)
        frame["event_id"] = frame["event_id"].mask(given)
    return frame
