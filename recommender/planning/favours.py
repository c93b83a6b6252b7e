"""What is gained by staying where an earlier plan was, and by the terms that a teacher prefers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from features.done import NEVER_AGAIN
from recommender.planning.constraints import Grid

#: Utilities are whole thousandths inside the problem.
UTILITY_STEPS = 1000


def standing(grid: Grid, places: Iterable[tuple[str, str]]) -> NDArray[np.bool_]:
    """Return which options are at these (course, key of a term), shape (n_options,).

    Places that are no option are passed over.
    """
    numbers, terms = grid.numbers(), {key: at for at, key in enumerate(grid.terms)}
    wanted = [
        numbers[course] * len(terms) + terms[term]
        for course, term in places
        if course in numbers and term in terms
    ]
    return np.isin(grid.course * len(terms) + grid.term, np.array(wanted, dtype=np.int64))


def kept_gain(
    grid: Grid, places: Sequence[tuple[str, str]], repeatable: Sequence[str], bonus: float
) -> NDArray[np.float64]:
    """Return what each option gains, in thousandths: all of a bonus for staying in its term.

    A course gains half of it in any other term, unless it may be repeated: then one more repeat
    would be taken for keeping.

    Parameters
    ----------
    places
        Where the courses stood, as (course, key of its term), also in terms that are over.
    repeatable
        Of each course, as in :class:`~recommender.planning.problem.Candidate`.
    """
    kept = standing(grid, places)
    names = {course for course, _ in places}
    once = [
        course in names and each == NEVER_AGAIN
        for course, each in zip(grid.courses, repeatable, strict=True)
    ]
    gain = np.zeros(len(grid.course))
    gain[np.array(once, dtype=bool)[grid.course]] = np.rint(UTILITY_STEPS * bonus / 2)
    gain[kept] = np.rint(UTILITY_STEPS * bonus)
    return gain


def preferred_gain(
    grid: Grid, preferred: Iterable[tuple[str, str]], bonus: float
) -> NDArray[np.float64]:
    """Return what each option gains by being in a term that is preferred, in thousandths."""
    return standing(grid, preferred) * np.rint(UTILITY_STEPS * bonus)
