"""One teacher's rows: replaced, read, forgotten, always whole."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa

from features.tables import TABLES
from serving.store.records import to_frame
from serving.store.rows import delete, find, holds
from serving.store.schema import DATA, OF_TEACHER, TEACHER_VERSIONS
from serving.store.tags import corrected, own_tags
from serving.store.tenants import Tenant

#: What a model, a rule or a plan looks at; impressions are for judging models.
SEEN = tuple(
    table for table in TABLES if "teacher_id" in table.names and table.name != "impressions"
)


def forget(connection: sa.Connection, tenant: str, teacher_id: str) -> bool:
    """Delete every row about a teacher; say whether there was any."""
    counts = [delete(connection, table, tenant, teacher_id=teacher_id) for table in OF_TEACHER]
    # Each deletion gave the teacher another version.
    delete(connection, TEACHER_VERSIONS, tenant, teacher_id=teacher_id)
    return any(counts)


def frames_of(
    connection: sa.Connection, tenant: Tenant, teacher_id: str
) -> dict[str, pd.DataFrame]:
    """Return one teacher's rows, typed, events in order of time; no optional empty table.

    The ledger apart: that the tenant keeps one is a fact about a teacher without an entry, too.
    """
    frames = {}
    for table in SEEN:
        rows = find(connection, DATA[table.name], tenant.name, teacher_id=teacher_id)
        if table.name == "teachers":
            rows = corrected(rows, own_tags(connection, tenant.name, teacher_id))
        if table.name == "events":
            rows.sort(key=lambda row: (row["occurred_at"], row["event_id"]))
        ledger = table.name == "credits" and holds(connection, DATA["credits"], tenant.name)
        if rows or table.required or ledger:
            frames[table.name] = to_frame(table, rows, tenant.columns)
    return frames
