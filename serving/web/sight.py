"""What a page knows of the teacher who visits."""

from __future__ import annotations

import pandas as pd

from features.errors import InvalidPolicy
from serving.advising import View, Window
from serving.api.context import Service
from serving.latest_plans import latest_plan
from serving.web.bars import Credits, credits_shown
from serving.web.visitor import Visitor


def view_of(here: Service, visitor: Visitor, as_of: pd.Timestamp | None = None) -> View:
    """See the visiting teacher, now or at a moment."""
    loaded = here.models.current()
    with here.store.reading() as connection:
        window = Window(connection, visitor.tenant, here.shelves, loaded, here.clock(), here.skew)
        return window.view(visitor.teacher(), as_of)


def credits_or_none(here: Service, view: View, visitor: Visitor) -> Credits | None:
    """Return how the teacher stands; None where no rules are known for the place."""
    with here.store.reading() as connection:
        stored = latest_plan(connection, visitor.tenant, visitor.teacher())
    try:
        return credits_shown(view, stored.plan if stored else None, here.settings.policies)
    except InvalidPolicy:
        return None
