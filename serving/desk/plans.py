"""Plans that wait for the school's word, and the word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pandas as pd
import sqlalchemy as sa

from features.errors import UnknownId
from serving.desk.jurisdiction import Jurisdiction
from serving.latest_plans import latest_plans
from serving.plans import StoredPlan, check_revision, find_plan, move_plan

#: What a school says of a plan: it is confirmed, or returned to its teacher.
Word = Literal["school_confirmed", "draft"]


def plans_of(connection: sa.Connection, within: Jurisdiction) -> dict[str, StoredPlan]:
    """Return the latest plan of each teacher of a jurisdiction who has one."""
    return latest_plans(connection, within.tenant, within.teachers)


def waiting(plans: Mapping[str, StoredPlan]) -> list[StoredPlan]:
    """Return the plans that wait for the school's word, the oldest first."""
    found = [each for each in plans.values() if each.plan.state == "submitted"]
    return sorted(found, key=lambda each: (each.made_at, each.plan_id))


def answer(
    connection: sa.Connection,
    within: Jurisdiction,
    plan_id: str,
    revision: int,
    word: Word,
    now: pd.Timestamp,
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
    InvalidSetting
        If another revision is the latest.
    Refused
        If it cannot go there from where it is.
    """
    stored = find_plan(connection, within.tenant, plan_id)
    if not within.named or stored.plan.teacher_id not in within.teachers:
        raise UnknownId(f"plan {plan_id!r}", remedy="make one for the teacher first")
    check_revision(stored, revision)
    return move_plan(connection, within.tenant, plan_id, word, now)
