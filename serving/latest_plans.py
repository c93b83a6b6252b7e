"""The plan that a teacher made or changed last: found without knowing its id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd
import sqlalchemy as sa

from features.errors import UnknownId
from recommender.planning.plan import Plan
from serving.plans import StoredPlan
from serving.store.rows import CHUNK
from serving.store.schema import PLANS, TENANT

_AMONG = "among"


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
    found = {}
    for start in range(0, len(teachers), CHUNK):
        wanted = {TENANT: tenant, _AMONG: teachers[start : start + CHUNK]}
        for row in connection.execute(_latest(), wanted):
            found[row.teacher_id] = _stored(row)
    return found


@cache
def _latest() -> sa.Select[Any]:
    """Return a query for the last plan of each of some teachers: no other is read."""
    last_first = (PLANS.c.made_at.desc(), PLANS.c.plan_id, PLANS.c.revision.desc())
    place = sa.func.row_number().over(partition_by=PLANS.c.teacher_id, order_by=last_first)
    ranked = (
        sa.select(PLANS, place.label("place"))
        .where(
            PLANS.c[TENANT] == sa.bindparam(TENANT),
            PLANS.c.teacher_id.in_(sa.bindparam(_AMONG, expanding=True)),
        )
        .subquery()
    )
    return sa.select(ranked).where(ranked.c.place == 1)


def _stored(row: sa.Row[Any]) -> StoredPlan:
    plan = replace(Plan.from_json(row.body), state=row.state)
    return StoredPlan(row.plan_id, plan, pd.Timestamp(row.made_at, unit="us", tz="UTC"))
