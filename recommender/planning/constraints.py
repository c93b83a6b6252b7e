"""The rules of any plan of courses over terms, one function for each.

They know courses, terms and loads, and no policy: a curriculum to balance is drafted with the
same functions as a teacher's plan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.done import NEVER_AGAIN, YEARLY, free_from
from recommender.planning.draft import Draft, Label
from recommender.planning.load import LOAD_STEPS
from recommender.planning.matching import Attributes
from recommender.planning.shares import Share

#: Costs are whole hundredths of a yuan.
FEN = 100
#: Shares are in hundredths.
PERCENT = 100


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Where each course can go; arrays of shape (n_options,), option i being column i.

    Parameters
    ----------
    courses
        The ids of the courses.
    terms
        The keys of the terms.
    course, term
        For each option, its course and term.
    load
        Its load in hundredths of an hour.
    days
        The day on which it is earned, as ``date.toordinal``.
    spread
        The part of its load in each term, shape (n_options, n_terms); where left out, all of it
        is in the option's own term.
    fixed
        Which options are taken in any case; where left out, none.
    """

    courses: tuple[str, ...]
    terms: tuple[str, ...]
    course: NDArray[np.int64]
    term: NDArray[np.int64]
    load: NDArray[np.int64]
    days: NDArray[np.int64]
    spread: NDArray[np.int64] | None = None
    fixed: NDArray[np.bool_] | None = None
    _order: NDArray[np.int64] = field(init=False, repr=False)
    _starts: list[int] = field(init=False, repr=False)

    @property
    def held(self) -> NDArray[np.bool_]:
        """Which options are taken in any case, shape (n_options,)."""
        return np.zeros(self.course.shape, dtype=bool) if self.fixed is None else self.fixed

    def most_of(self, options: NDArray[np.int64] | Sequence[int]) -> int:
        """Return how many of these options one rule of one at a time lets through."""
        return 1 if self.fixed is None else max(1, int(self.fixed[options].sum()))

    def load_in(self, terms: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the load of each option in some terms, a mask of shape (n_terms,)."""
        if self.spread is None:
            return np.where(terms[self.term], self.load, 0)
        found: NDArray[np.int64] = self.spread[:, terms].sum(axis=1)
        return found

    def __post_init__(self) -> None:
        # The options of each course are looked for several times.
        order = np.argsort(self.course, kind="stable")
        starts = np.searchsorted(self.course[order], np.arange(len(self.courses) + 1))
        object.__setattr__(self, "_order", order)
        object.__setattr__(self, "_starts", starts.tolist())

    def of_course(self, number: int) -> NDArray[np.int64]:
        """Return the options of a course, ascending."""
        return self._order[self._starts[number] : self._starts[number + 1]]

    def numbers(self) -> dict[str, int]:
        """Return course id -> number."""
        return {course: number for number, course in enumerate(self.courses)}


def once(draft: Draft, grid: Grid, repeatable: Sequence[str], least: int = 0) -> None:
    """Let a course be taken at most once; one that may be repeated, once in each of its spans."""
    labels, groups = [], []
    for number, course in enumerate(grid.courses):
        rule = "once" if repeatable[number] == NEVER_AGAIN else "repeat"
        for key, group in _spans(grid.of_course(number), grid, repeatable[number]):
            labels.append(Label(rule, course, key))
            groups.append(group)
    sizes = [len(group) for group in groups]
    columns = np.concatenate([np.zeros(0, np.int64), *groups])
    upper = [grid.most_of(group) for group in groups]
    draft.rows(labels, sizes, columns, np.ones(len(columns)), lower=least, upper=upper)


def _spans(
    options: NDArray[np.int64], grid: Grid, repeatable: str
) -> list[tuple[str, NDArray[np.int64]]]:
    """Group the options of a course of which at most one may be taken."""
    if repeatable == NEVER_AGAIN or not len(options):
        return [("", options)]
    keys, inside = _repeats(options, grid, repeatable)
    return [(key, options[each]) for key, each in zip(keys, inside, strict=True)]


def _repeats(
    options: NDArray[np.int64], grid: Grid, repeatable: str
) -> tuple[Sequence[str], NDArray[np.bool_]]:
    """Name the stretches in which a repeatable course is taken once, and say what lies in each.

    The mask has shape (n_stretches, n_options).
    """
    days = grid.days[options]
    keys, since, until = _stretches(tuple(sorted(set(days.tolist()))), repeatable)
    return keys, (since <= days) & (days < until)


@lru_cache(maxsize=1024)
def _stretches(
    ordinals: tuple[int, ...], repeatable: str
) -> tuple[tuple[str, ...], NDArray[np.int64], NDArray[np.int64]]:
    """Return the stretches of days, as ordinals, in which a course is taken at most once.

    The first day of each and the first after it are columns, shape (n_stretches, 1). Terms and
    offerings end on few days: catalogues repeat them course by course.
    """
    days = [dt.date.fromordinal(each) for each in ordinals]
    if repeatable == YEARLY:
        years = sorted({day.year for day in days})
        keys = tuple(str(year) for year in years)
        spans = [(dt.date(year, 1, 1), dt.date(year + 1, 1, 1)) for year in years]
    else:
        keys = tuple(str(day) for day in days)
        spans = list(zip(days, free_from(pd.DatetimeIndex(days), repeatable), strict=True))
    since, until = (
        np.array([[span[side].toordinal()] for span in spans], dtype=np.int64) for side in (0, 1)
    )
    return keys, since, until


def equivalent(
    draft: Draft, grid: Grid, groups: Mapping[str, Sequence[int]], repeatable: Sequence[str]
) -> None:
    """Let at most one of a group of equivalent courses be taken.

    Where every course of the group may be repeated, at most one in each calendar year.
    """
    for group, members in groups.items():
        options = np.flatnonzero(np.isin(grid.course, np.asarray(members)))
        again = all(repeatable[member] != NEVER_AGAIN for member in members)
        for key, here in _spans(options, grid, YEARLY if again else NEVER_AGAIN):
            if len(members) > 1 and len(here):
                draft.row(
                    Label("equivalent", group, key),
                    here,
                    np.ones(len(here)),
                    upper=grid.most_of(here),
                )


def after(
    draft: Draft, grid: Grid, pairs: Iterable[tuple[int, int]], repeatable: Sequence[str]
) -> None:
    """Put a course in a later term than each of its prerequisites.

    ``pairs`` holds (course, prerequisite) as numbers. By any term at which the course has been
    taken, the prerequisite has been taken before it. Options of which at most one may be taken
    are summed over the terms so far: the same choices, and a much closer bound.
    """
    for course, before in pairs:
        options, first = grid.of_course(course), grid.of_course(before)
        terms = grid.term[options]
        so_far = _so_far(options, grid, repeatable[course])
        enabling = grid.term[first] < terms[:, None]
        row, cell = np.nonzero(np.hstack([so_far, enabling]))
        draft.rows(
            [Label("after", grid.courses[course], grid.terms[term]) for term in terms.tolist()],
            np.bincount(row, minlength=len(options)).tolist(),
            np.concatenate([options, first])[cell],
            np.where(cell < len(options), 1.0, -1.0),
            upper=0,
        )


def _so_far(options: NDArray[np.int64], grid: Grid, repeatable: str) -> NDArray[np.bool_]:
    """Say which options stand with each in a row: not later, and at most one of all is taken.

    Returns
    -------
    ndarray
        Shape (n_options, n_options): in row i the largest such group that holds option i.
    """
    terms = grid.term[options]
    earlier = terms <= terms[:, None]
    if repeatable == NEVER_AGAIN or not len(options):
        return earlier
    spans = _repeats(options, grid, repeatable)[1]
    sizes = np.where(spans.T, earlier.astype(np.int64) @ spans.T, -1)
    return earlier & spans[sizes.argmax(axis=1)]


def loads(
    draft: Draft,
    grid: Grid,
    spans: Sequence[tuple[str, NDArray[np.bool_]]],
    *,
    least: Sequence[float],
    most: Sequence[float],
) -> None:
    """Keep the load of each span between two bounds, in hundredths of an hour.

    ``spans`` holds a key and the terms inside, as a mask of shape (n_terms,).
    """
    for (key, inside), low, high in zip(spans, least, most, strict=True):
        load = grid.load_in(inside)
        options = np.flatnonzero(load)
        draft.row(Label("load", "", key), options, load[options], lower=low, upper=high)


def shares(
    draft: Draft, grid: Grid, asked: Sequence[Share], attributes: Sequence[Attributes]
) -> None:
    """Keep the parts that some options take of all hours between bounds.

    What is fixed is taken whatever its part. Each row is written so that a limit is an upper
    bound, in hundredths of the load's unit.
    """
    for rule in asked:
        for name, inside in rule.groups(attributes):
            for bound, sign, percent in (("least", -1, rule.least), ("most", 1, rule.most)):
                over = sign * (PERCENT * inside - (percent or 0)) * grid.load
                options = np.flatnonzero(over)
                if percent is not None and len(options):
                    limit = max(0, int(over[grid.held].sum()))
                    draft.row(Label("share", name, bound), options, over[options], upper=limit)


def budget(draft: Draft, cost: NDArray[np.int64], left: Decimal) -> None:
    """Keep what a plan costs within what is left, in yuan; ``cost`` in fen, shape (n_options,)."""
    options = np.flatnonzero(cost)
    if len(options):
        draft.row(Label("budget", ""), options, cost[options], upper=int(FEN * left))


def even(draft: Draft, grid: Grid, targets: NDArray[np.float64]) -> None:
    """Make the hours of each term above its target something to keep small.

    Parameters
    ----------
    targets
        In the unit of ``grid.load``, shape (n_terms,).
    """
    for number, term in enumerate(grid.terms):
        load = grid.load_in(np.arange(len(grid.terms)) == number)
        options = np.flatnonzero(load)
        above = draft.roughness(1.0)
        draft.row(
            Label("even", "", term),
            np.append(options, above),
            np.append(load[options], -LOAD_STEPS),
            upper=targets[number],
        )


def largest(draft: Draft, grid: Grid) -> None:
    """Make the load of the fullest term what is kept small: the gain is that load, negative."""
    most = float(grid.load.sum())
    fullest = draft.columns(upper=[most], gain=[-1], whole=True)
    for number, term in enumerate(grid.terms):
        options = np.flatnonzero(grid.term == number)
        draft.row(
            Label("largest", "", term),
            np.append(options, fullest),
            np.append(grid.load[options], -1),
            upper=0,
        )


def counts(draft: Draft, grid: Grid, least: int, most: int) -> None:
    """Keep the number of courses of each term between two bounds."""
    for number, term in enumerate(grid.terms):
        options = np.flatnonzero(grid.term == number)
        draft.row(Label("count", "", term), options, np.ones(len(options)), lower=least, upper=most)
