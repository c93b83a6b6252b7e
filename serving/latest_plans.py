"""The plan that a teacher made or changed last: found without knowing its id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import sqlalchemy as sa

from features.errors import UnknownId
from recommender.planning.plan import Plan
from serving.plans import StoredPlan
from serving.store.records import Record
from serving.store.rows import find_any
from serving.store.schema import PLANS


def latest_plan(connection: sa.Connection, tenant: str, teacher_id: str) -> StoredPlan | None:
    """Return the latest plan of one teacher; None where there is none."""
    return latest_plans(connection, tenant, [teacher_id]).get(teacher_id)


def require_plan(connection: sa.Connection, tenant: str, teacher_id: str) -> StoredPlan:
    """Return the latest plan of one teacher.

    Raises
    ------
    UnknownId
        If there is none.
    """
    stored = latest_plan(connection, tenant, teacher_id)
    if stored is None:
        raise UnknownId(f"a plan of {teacher_id!r}", remedy="make one first")
    return stored


def latest_plans(
    connection: sa.Connection, tenant: str, teachers: Sequence[str]
) -> dict[str, StoredPlan]:
    """Return the latest plan of each of some teachers who has one."""
    rows = find_any(connection, PLANS, tenant, "teacher_id", teachers)
    latest: dict[str, Record] = {}
    for row in sorted(rows, key=lambda row: (-row["made_at"], row["plan_id"], -row["revision"])):
        latest.setdefault(row["teacher_id"], row)
    return {teacher: _stored(row) for teacher, row in latest.items()}


def _stored(row: Record) -> StoredPlan:
    plan = replace(Plan.from_json(row["body"]), state=row["state"])
    return StoredPlan(row["plan_id"], plan, pd.Timestamp(row["made_at"], unit="us", tz="UTC"))
