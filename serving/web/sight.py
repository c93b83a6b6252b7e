"""What a page knows of the teacher who visits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pandas as pd

from features.errors import InvalidPolicy
from serving.advising import View
from serving.api import sight
from serving.api.context import Service
from serving.latest_plans import latest_plan
from serving.web.bars import Credits, credits_shown
from serving.web.visitor import Visitor

Made = TypeVar("Made")


def view_of(here: Service, visitor: Visitor, as_of: pd.Timestamp | None = None) -> View:
    """See the visiting teacher, now or at a moment."""
    return by_model(here, visitor, lambda view: view, as_of)


def by_model(
    here: Service, visitor: Visitor, make: Callable[[View], Made], as_of: pd.Timestamp | None = None
) -> Made:
    """Make something of what is known of the visiting teacher, by the teacher's model.

    ``make`` is called once more, with the champion's view, where a candidate fails.
    """
    return sight.by_model(here, visitor.tenant, visitor.teacher(), make, as_of)


def credits_or_none(here: Service, view: View, visitor: Visitor) -> Credits | None:
    """Return how the teacher stands; None where no rules are known for the place."""
    with here.store.reading() as connection:
        stored = latest_plan(connection, visitor.tenant, visitor.teacher())
    try:
        return credits_shown(view, stored.plan if stored else None, here.settings.policies)
    except InvalidPolicy:
        return None
