"""What is known of a teacher, seen by the teacher's own model."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pandas as pd

from serving.advising import View, Window
from serving.api.context import Service
from serving.models import Loaded

Made = TypeVar("Made")


def by_model(
    here: Service,
    tenant: str,
    teacher_id: str,
    make: Callable[[View], Made],
    as_of: pd.Timestamp | None = None,
) -> Made:
    """Make something of what is known of a teacher, now or at a moment.

    Parameters
    ----------
    make
        Called once more, with the champion's view, where a candidate fails.
    """

    def answer(loaded: Loaded) -> Made:
        with here.store.reading() as connection:
            window = Window(connection, tenant, here.shelves, loaded, here.clock(), here.skew)
            view = window.view(teacher_id, as_of)
        return make(view)

    return here.canary.answer(tenant, teacher_id, answer)
