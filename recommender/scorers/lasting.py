"""Popularity over the years: what has long been chosen, whether or not it is in fashion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from recommender.scorers.popularity import OF_ALL, Popularity
from recommender.scorers.space import Span


class Lasting(Popularity):
    """As ``popularity``, but of all teachers alike, and a choice counts half after a year.

    Beside the other scorers it mostly counts against a course: what everybody has always taken
    needs no history to be foreseen.
    """

    name = "lasting"
    SPACE: ClassVar[Mapping[str, Span]] = {"half_life": Span(90.0, 3_000.0)}

    def __init__(self, half_life: float = 365.0, shrinkage: float = OF_ALL) -> None:
        super().__init__(half_life, shrinkage)
