"""Levels against targets as a drawing: bars of an SVG, with the numbers beside them in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from features.labels import Label
from serving.diagnosing import LEVELS, Competency

ROW: Final = 44
LEFT: Final = 8
WIDE: Final = 300
HIGHEST: Final = len(LEVELS) - 1


@dataclass(frozen=True, slots=True)
class Bar:
    """One competency, placed in the drawing.

    Parameters
    ----------
    top
        Of its row.
    length
        Of its bar; 0 where no level is known.
    mark
        Where its target is; None where there is none.
    """

    name: Label
    top: int
    length: float
    mark: float | None
    short: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """The drawing."""

    bars: tuple[Bar, ...]
    height: int
    grid: tuple[float, ...]


def bars(competencies: Sequence[Competency]) -> Chart:
    """Place a bar for each competency, one under the other."""
    placed = tuple(
        Bar(
            each.name,
            number * ROW,
            _across(each.level or 0),
            None if each.target is None else LEFT + _across(each.target),
            each.gap > 0,
        )
        for number, each in enumerate(competencies)
    )
    grid = tuple(LEFT + _across(level) for level in range(HIGHEST + 1))
    return Chart(placed, len(placed) * ROW + 18, grid)


def _across(level: float) -> float:
    return round(WIDE * min(level, HIGHEST) / HIGHEST, 1)
