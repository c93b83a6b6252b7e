"""Popularity over the years: what has long been chosen, whether or not it is in fashion."""

from __future__ import annotations

from recommender.scorers.popularity import OF_ALL, Popularity


class Lasting(Popularity):
    """As ``popularity``, but of all teachers alike, and a choice counts half after a year.

    Beside the other scorers it mostly counts against a course: what everybody has always taken
    needs no history to be foreseen.
    """

    name = "lasting"

    def __init__(self, half_life: float = 365.0, shrinkage: float = OF_ALL) -> None:
        super().__init__(half_life, shrinkage)
