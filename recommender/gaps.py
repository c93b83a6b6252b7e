"""What a teacher has yet to grow in: diagnosed levels against what is expected of a stage."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.dataset import Dataset
from features.encoding import items
from features.moments import instant, microseconds
from recommender.planning.gaps import Gap

#: Utility of closing a gap of one level; the best course by relevance alone has 1.
PER_LEVEL = 0.2
#: Each course on a competency is taken to close this share of what is left of its gap, and so
#: many of them are counted.
CLOSES, COUNTED = 0.5, 3


def gaps_of(dataset: Dataset, teacher_id: str, as_of: pd.Timestamp, stage: str) -> tuple[Gap, ...]:
    """Return the competencies in which a teacher is below what a stage asks, largest gap first.

    What was never diagnosed is no gap: nothing is known of it. A course builds a competency if it
    reaches beyond the teacher's level, or names none.

    Parameters
    ----------
    stage
        Whose targets count: that of the end of the plan. Without one there is no gap.
    """
    levels = _levels(dataset, teacher_id, as_of)
    if not len(levels) or not stage:
        return ()
    table = dataset.table("competencies")
    targets = table[(table["stage"] == stage) & table["competency"].isin(levels.index)]
    targets = targets.drop_duplicates("competency").set_index("competency")
    short = targets["target"] - levels["level"].reindex(targets.index)
    short = short[short > 0].sort_values(ascending=False, kind="stable")
    builders = _builders(dataset, levels["level"]) if len(short) else {}
    return tuple(
        Gap(
            competency=str(code),
            zh=_text(targets["name_zh"][code]),
            en=_text(targets["name_en"][code]),
            level=float(levels["level"][code]),
            target=float(targets["target"][code]),
            courses=frozenset(builders[code]),
            worth=tuple(PER_LEVEL * gap * CLOSES * (1 - CLOSES) ** np.arange(COUNTED)),
        )
        for code, gap in short.items()
        if builders.get(code)
    )


def _levels(dataset: Dataset, teacher_id: str, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the last level known of each competency, indexed by its code."""
    table = dataset.table("diagnoses")
    when = microseconds(table["diagnosed_at"])
    own = table[(table["teacher_id"] == teacher_id) & (when < instant(as_of))]
    own = own.sort_values("diagnosed_at", kind="stable")
    return own.drop_duplicates("competency", keep="last").set_index("competency")


def _builders(dataset: Dataset, levels: pd.Series) -> dict[str, list[str]]:
    """Return, for each competency, the courses that reach beyond a teacher's level."""
    courses = dataset.table("courses")
    words = courses.set_index("course_id")["competencies"].dropna().map(items).explode().dropna()
    parts = words.str.partition(":")
    code = parts[0]
    reached = pd.to_numeric(parts[2], errors="coerce").fillna(np.inf)
    beyond = reached > code.map(levels).astype(np.float64)
    return {str(key): list(group.index) for key, group in code[beyond].groupby(code[beyond])}


def _text(cell: object) -> str:
    return "" if pd.isna(cell) else str(cell)
