"""A teacher's own plan: the one that was made last, found without knowing its id."""

from __future__ import annotations

import sqlalchemy as sa

from features.errors import UnknownId
from serving.plans import StoredPlan, find_plan
from serving.store.schema import PLANS, TENANT


def latest_plan(connection: sa.Connection, tenant: str, teacher_id: str) -> StoredPlan | None:
    """Return the plan that a teacher made or changed last; None where there is none."""
    query = (
        sa.select(PLANS.c.plan_id)
        .where(PLANS.c[TENANT] == tenant, PLANS.c.teacher_id == teacher_id)
        .order_by(PLANS.c.made_at.desc(), PLANS.c.plan_id, PLANS.c.revision.desc())
        .limit(1)
    )
    plan_id = connection.scalar(query)
    return None if plan_id is None else find_plan(connection, tenant, plan_id)


def require_plan(connection: sa.Connection, tenant: str, teacher_id: str) -> StoredPlan:
    """Return the plan that a teacher made or changed last.

    Raises
    ------
    UnknownId
        If there is none.
    """
    stored = latest_plan(connection, tenant, teacher_id)
    if stored is None:
        raise UnknownId("the plan", remedy="make one on the plan's page first")
    return stored
