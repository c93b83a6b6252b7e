"""Of each teacher the plan that was made last, as it was last revised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import sqlalchemy as sa

from recommender.planning.plan import Plan
from serving.plans import StoredPlan
from serving.store.records import Record
from serving.store.rows import find_any
from serving.store.schema import PLANS


def latest_plans(
    connection: sa.Connection, tenant: str, teachers: Sequence[str]
) -> dict[str, StoredPlan]:
    """Return the latest plan of each of some teachers who has one."""
    latest: dict[str, Record] = {}
    for row in find_any(connection, PLANS, tenant, "teacher_id", teachers):
        before = latest.get(row["teacher_id"])
        if before is None or _newness(row) > _newness(before):
            latest[row["teacher_id"]] = row
    return {teacher: _stored(row) for teacher, row in latest.items()}


def latest_plan(connection: sa.Connection, tenant: str, teacher_id: str) -> StoredPlan | None:
    """Return a teacher's latest plan; None where there is none."""
    return latest_plans(connection, tenant, [teacher_id]).get(teacher_id)


def _newness(row: Record) -> tuple[int, int, str]:
    return row["made_at"], row["revision"], row["plan_id"]


def _stored(row: Record) -> StoredPlan:
    plan = replace(Plan.from_json(row["body"]), state=row["state"])
    return StoredPlan(row["plan_id"], plan, pd.Timestamp(row["made_at"], unit="us", tz="UTC"))
