"""What a plan does for the competencies that a teacher is short of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recommender.planning.gaps import Gap


@dataclass(frozen=True, slots=True)
class Grown:
    """A competency below what is expected, which courses of the plan build.

    Parameters
    ----------
    zh, en
        Its names, empty where there are none.
    level, target
        What was diagnosed, and what is expected.
    """

    competency: str
    zh: str
    en: str
    level: float
    target: float
    courses: tuple[str, ...]


def grown(gaps: Sequence[Gap], planned: Sequence[str]) -> tuple[Grown, ...]:
    """Return the competencies that courses of a plan build."""
    found = [
        Grown(
            gap.competency,
            gap.zh,
            gap.en,
            gap.level,
            gap.target,
            tuple(sorted(gap.courses.intersection(planned))),
        )
        for gap in gaps
    ]
    return tuple(each for each in found if each.courses)
