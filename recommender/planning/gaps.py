"""Competencies to grow in: what a course on one adds, and the next a little less."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.errors import InvalidSetting
from recommender.planning.constraints import Grid
from recommender.planning.draft import Draft, Label


@dataclass(frozen=True, slots=True)
class Gap:
    """One competency in which a teacher is below what is expected.

    Parameters
    ----------
    competency, zh, en
        Its code and its names, empty where there are none.
    level, target
        The level that was diagnosed and the one that is expected.
    courses
        Those that build it beyond that level.
    worth
        Utility of the first, the second, ... of these in a plan; no later one adds anything.

    Raises
    ------
    InvalidSetting
        If a later course is worth more than one before it, or one is worth less than nothing:
        then no bound would hold.
    """

    competency: str
    zh: str
    en: str
    level: float
    target: float
    courses: frozenset[str]
    worth: tuple[float, ...]

    def __post_init__(self) -> None:
        if (np.diff((*self.worth, 0.0)) > 0).any():
            raise InvalidSetting(
                f"the worth of courses on {self.competency}",
                expected="numbers that never rise, none below 0",
                got=str(self.worth),
            )


def draft_gaps(draft: Draft, grid: Grid, gaps: tuple[Gap, ...], steps: int) -> None:
    """Give gain to courses on a competency, as many as are worth anything.

    A falling worth is a sum of gains that each end at a number of courses: min(n, 1) at the
    difference of the first two worths, min(n, 2) at that of the next, and so on. One column and
    one row, ``gap``, for each.

    Parameters
    ----------
    steps
        Of the matrix's gain in one unit of utility.
    """
    for gap in gaps:
        builds = np.array([course in gap.courses for course in grid.courses], dtype=bool)
        options = np.flatnonzero(builds[grid.course])
        worth = np.rint(steps * np.array([*gap.worth, 0.0]))
        for number, gain in enumerate(worth[:-1] - worth[1:], start=1):
            if gain > 0 and len(options):
                filled = draft.columns(upper=[number], gain=[gain])
                draft.row(
                    Label("gap", gap.competency, str(number)),
                    [*options, *filled],
                    [*np.full(len(options), -1.0), 1.0],
                    upper=0,
                )
