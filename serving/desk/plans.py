"""The plans of a jurisdiction: of each teacher the one made last, as it was last revised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd
import sqlalchemy as sa

from features.errors import UnknownId
from recommender.planning.plan import Plan, State
from serving.desk.jurisdiction import Jurisdiction
from serving.plans import StoredPlan, check_revision, find_plan, move_plan
from serving.store.records import Record
from serving.store.rows import find_any
from serving.store.schema import PLANS


def plans_of(connection: sa.Connection, within: Jurisdiction) -> dict[str, StoredPlan]:
    """Return the plan of each teacher who has one."""
    latest: dict[str, Record] = {}
    for row in find_any(connection, PLANS, within.tenant, "teacher_id", within.teachers):
        before = latest.get(row["teacher_id"])
        if before is None or _newness(row) > _newness(before):
            latest[row["teacher_id"]] = row
    return {teacher: _stored(row) for teacher, row in latest.items()}


def waiting(plans: Mapping[str, StoredPlan]) -> list[StoredPlan]:
    """Return the plans that wait for the school's word, the oldest first."""
    found = [each for each in plans.values() if each.plan.state == "submitted"]
    return sorted(found, key=lambda each: (each.made_at, each.plan_id))


def answer(
    connection: sa.Connection, within: Jurisdiction, plan_id: str, revision: int, state: State
) -> StoredPlan:
    """Confirm a plan that was submitted, or return it to its teacher.

    Parameters
    ----------
    revision
        That was looked at: another one is not answered unseen.

    Raises
    ------
    UnknownId
        If none of the own school's teachers has such a plan.
    Refused
        If it cannot go there from where it is.
    """
    stored = find_plan(connection, within.tenant, plan_id)
    if not within.named or stored.plan.teacher_id not in within.teachers:
        raise UnknownId(f"plan {plan_id!r}", remedy="make one for the teacher first")
    check_revision(stored, revision)
    return move_plan(connection, within.tenant, plan_id, state)


def _newness(row: Record) -> tuple[int, int, str]:
    return row["made_at"], row["revision"], row["plan_id"]


def _stored(row: Record) -> StoredPlan:
    plan = replace(Plan.from_json(row["body"]), state=row["state"])
    return StoredPlan(row["plan_id"], plan, pd.Timestamp(row["made_at"], unit="us", tz="UTC"))


def courses_of(plans: Sequence[StoredPlan]) -> list[str]:
    """Return the courses of some plans, each once, sorted."""
    return sorted({item.course for each in plans for item in each.plan.items})
