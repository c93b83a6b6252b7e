"""What the courses and terms of plans are called: titles of the store, terms of a policy."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa

from features.errors import InvalidPolicy
from recommender.planning import policy
from recommender.planning.names import Names
from recommender.planning.plan import Plan
from recommender.planning.terms import Cycle
from serving.advising import View
from serving.store.rows import find_any
from serving.store.schema import DATA


def names_of(
    connection: sa.Connection, tenant: str, plan: Plan, courses: Iterable[str], folder: Path | None
) -> Names:
    """Return what some courses, and the terms of a plan's policy, are called.

    Parameters
    ----------
    folder
        Of further policies beside those shipped; where the plan's is no longer there, terms are
        called by their keys.
    """
    found = find_any(connection, DATA["courses"], tenant, "course_id", sorted({*courses}))
    titles = {row["course_id"]: (row["title_zh"] or "", row["title_en"] or "") for row in found}
    return Names(titles, _cycle(plan, folder))


def names_seen(view: View, plan: Plan, folder: Path | None) -> Names:
    """Return what every course that a view shows, and the terms of a plan's policy, are called."""
    return Names(view.backdrop.titles, _cycle(plan, folder))


def _cycle(plan: Plan, folder: Path | None) -> Cycle | None:
    try:
        return policy.load(plan.policy.partition("@")[0], folder).cycle
    except InvalidPolicy:
        return None
