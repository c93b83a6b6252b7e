"""A teacher's own diagnosis: levels of the framework's competencies, stated by the teacher."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd
import sqlalchemy as sa

from features.dataset import Dataset
from features.errors import InvalidSetting
from features.labels import Label
from features.moments import instant
from serving.privacy import Whose
from serving.store import audit
from serving.store.records import Record
from serving.store.rows import find, put
from serving.store.schema import DATA, TENANT

INSTRUMENT: Final = "self_report"
SOURCE: Final = "teacher"
#: How far a level that somebody states of themselves is trusted: a standard error in levels.
UNCERTAINTY: Final = 0.6
#: What each level means, from 0 on; a framework's own levels go to 5 in this service.
LEVELS: Final[tuple[Label, ...]] = (
    ("尚未接触", "new to me"),
    ("了解：知道要点，需要他人带领", "aware: I know the main points and need guidance"),
    ("尝试：在指导下能做", "trying: I can do it with support"),
    ("熟练：日常教学中能独立做好", "able: I do it well on my own in daily teaching"),
    ("精通：能应对复杂情形并改进", "skilled: I handle hard cases and improve on them"),
    ("引领：能指导他人", "leading: I guide others in it"),
)


@dataclass(frozen=True, slots=True)
class Competency:
    """One competency of a framework, and how a teacher stands in it.

    Parameters
    ----------
    level
        The last one that was diagnosed; None where none was.
    target
        What the teacher's stage asks; None where the stage, or its target, is not known.
    own
        Whether the level is the teacher's own word.
    """

    framework: str
    code: str
    name: Label
    level: float | None
    target: float | None
    own: bool

    @property
    def gap(self) -> float:
        """How many levels are missing to the target."""
        if self.level is None or self.target is None:
            return 0.0
        return max(0.0, self.target - self.level)


def competencies(
    connection: sa.Connection, tenant: str, shared: Dataset, teacher_id: str, stage: str | None
) -> tuple[Competency, ...]:
    """Return the competencies of the tenant's framework in its order, each once."""
    table = shared.table("competencies")
    last: dict[str, Record] = {}
    rows = find(connection, DATA["diagnoses"], tenant, teacher_id=teacher_id)
    for row in sorted(rows, key=lambda row: int(row["diagnosed_at"])):
        last[row["competency"]] = row
    of_stage = table[table["stage"] == stage] if stage else table.iloc[:0]
    targets = dict(zip(of_stage["competency"], of_stage["target"], strict=True))
    found = table.drop_duplicates("competency")
    cells = zip(*(found[name] for name in _COLUMNS), strict=True)
    return tuple(
        Competency(
            framework,
            code,
            (_text(zh) or _text(en) or code, _text(en) or _text(zh) or code),
            float(last[code]["level"]) if code in last else None,
            float(targets[code]) if code in targets else None,
            code in last and last[code]["source"] == SOURCE,
        )
        for framework, code, zh, en in cells
    )


_COLUMNS: Final = ("framework", "competency", "name_zh", "name_en")


def diagnose(
    connection: sa.Connection,
    whose: Whose,
    known: tuple[Competency, ...],
    levels: Mapping[str, int],
    now: pd.Timestamp,
) -> None:
    """Keep the levels that a teacher states; the next list and plan take them into account.

    Parameters
    ----------
    known
        The competencies that there are.
    levels
        Competency -> level; what is left out stays as it was.

    Raises
    ------
    InvalidSetting
        If a competency is unknown, or a level is not one of ``LEVELS``.
    """
    frameworks = {each.code: each.framework for each in known}
    for code, level in levels.items():
        if code not in frameworks or not 0 <= level < len(LEVELS):
            raise InvalidSetting(
                f"the level of {code[:40]!r}",
                expected=f"a known competency, and 0 to {len(LEVELS) - 1}",
                got=str(level),
                remedy="choose one of the levels of the form",
            )
    rows = [_row(whose, frameworks[code], code, level, now) for code, level in levels.items()]
    put(connection, DATA["diagnoses"], rows)
    if rows:
        audit.write(connection, whose.tenant, whose.deed("diagnosis.state", now))


def _row(whose: Whose, framework: str, code: str, level: int, now: pd.Timestamp) -> Record:
    return {
        TENANT: whose.tenant,
        "teacher_id": whose.teacher_id,
        "competency": code,
        "diagnosed_at": instant(now),
        "level": float(level),
        "uncertainty": UNCERTAINTY,
        "framework": framework,
        "instrument": INSTRUMENT,
        "source": SOURCE,
    }


def _text(cell: object) -> str:
    return "" if pd.isna(cell) else str(cell)
