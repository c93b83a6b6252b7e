"""Rows drafted in blocks, and amounts found for many options at once, against slow truths."""

import datetime as dt

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from features.done import NEVER_AGAIN, YEARLY, free_from
from recommender.planning.constraints import Grid, after, once
from recommender.planning.draft import Draft, Label
from recommender.planning.lines import Line, worth_of
from recommender.planning.problem import build
from tests.recommender.planning.test_planning_checker import Case, cases

#: The days on which the terms end.
DAYS = [dt.date(2026 + at // 2, 7 if at % 2 == 0 else 12, 31) for at in range(6)]
REPEATS = (NEVER_AGAIN, YEARLY, "8", "18")


@st.composite
def grids(draw: st.DrawFn) -> tuple[Grid, list[str]]:
    """Three courses, each in any of the terms, and how each may be repeated."""
    terms = [draw(st.sets(st.integers(0, len(DAYS) - 1), max_size=5)) for _ in range(3)]
    places = [(number, term) for number, own in enumerate(terms) for term in sorted(own)]
    course = np.array([number for number, _ in places], dtype=np.int64)
    term = np.array([term for _, term in places], dtype=np.int64)
    days = np.array([DAYS[each].toordinal() for each in term], dtype=np.int64)
    named = tuple(f"t{at}" for at in range(len(DAYS)))
    grid = Grid(("a", "b", "c"), named, course, term, np.ones(len(places), np.int64), days)
    return grid, [draw(st.sampled_from(REPEATS)) for _ in range(3)]


def exclude_each_other(grid: Grid, options: list[int], repeatable: str) -> list[list[int]]:
    """Group the options of which one may be taken, day by day."""
    if repeatable == NEVER_AGAIN or not options:
        return [options]
    days = {each: DAYS[grid.term[each]] for each in options}
    if repeatable == YEARLY:
        years = sorted({day.year for day in days.values()})
        return [[each for each in options if days[each].year == year] for year in years]
    groups = []
    for day in sorted(set(days.values())):
        again = free_from(pd.DatetimeIndex([day]), repeatable)[0]
        groups.append([each for each in options if day <= days[each] < again.date()])
    return groups


def of_course(grid: Grid, number: int) -> list[int]:
    return [at for at, course in enumerate(grid.course.tolist()) if course == number]


def drafted(draft: Draft) -> list[tuple[Label, dict[int, float], float, float]]:
    matrix = draft.matrix()
    rows = matrix.rows
    return [
        (
            label,
            dict(
                zip(
                    rows.indices[rows.indptr[at] : rows.indptr[at + 1]].tolist(),
                    rows.data[rows.indptr[at] : rows.indptr[at + 1]].tolist(),
                    strict=True,
                )
            ),
            matrix.lower[at],
            matrix.upper[at],
        )
        for at, label in enumerate(matrix.labels)
    ]


def empty(grid: Grid) -> Draft:
    draft = Draft()
    draft.columns(upper=np.ones(len(grid.course)), gain=np.zeros(len(grid.course)), whole=True)
    return draft


@given(grids())
def test_a_course_is_taken_once_in_each_group_of_options_that_exclude_each_other(
    case: tuple[Grid, list[str]],
) -> None:
    grid, repeatable = case
    draft = empty(grid)
    once(draft, grid, repeatable)
    slowly = [
        dict.fromkeys(group, 1.0)
        for number in range(3)
        for group in exclude_each_other(grid, of_course(grid, number), repeatable[number])
    ]
    assert [cells for _, cells, _, _ in drafted(draft)] == slowly
    assert all(upper == 1 for _, _, _, upper in drafted(draft))


@given(grids())
def test_by_any_term_a_course_is_taken_no_more_often_than_its_prerequisite_was_before(
    case: tuple[Grid, list[str]],
) -> None:
    grid, repeatable = case
    draft = empty(grid)
    after(draft, grid, [(1, 0), (2, 1)], repeatable)
    slowly = []
    for course, before in ((1, 0), (2, 1)):
        options = of_course(grid, course)
        groups = exclude_each_other(grid, options, repeatable[course])
        for option in options:
            term = grid.term[option]
            so_far = [[each for each in group if grid.term[each] <= term] for group in groups]
            here = max((group for group in so_far if option in group), key=len)
            enabling = [each for each in of_course(grid, before) if grid.term[each] < term]
            cells = dict.fromkeys(here, 1.0) | dict.fromkeys(enabling, -1.0)
            slowly.append((Label("after", grid.courses[course], grid.terms[term]), cells))
    assert [(label, cells) for label, cells, _, _ in drafted(draft)] == slowly
    assert all(upper == 0 for _, _, _, upper in drafted(draft))


@settings(max_examples=50)
@given(cases(most=6, repeatable=True))
def test_each_option_is_worth_what_its_own_line_is_worth(case: Case) -> None:
    inputs = case.inputs()
    problem = build(inputs)
    slowly = [
        worth_of(
            inputs.policy,
            Line("", each.earned_on, each.attributes, each.hours, each.credits, state="planned"),
            inputs.career,
        ).steps
        for _, each in problem.places
    ]
    assert problem.amounts.tolist() == slowly
