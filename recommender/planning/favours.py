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
    wanted = set(places)
    if not wanted:
        return np.zeros(len(grid.course), dtype=bool)
    named = zip(grid.course.tolist(), grid.term.tolist(), strict=True)
    found = [(grid.courses[course], grid.terms[term]) in wanted for course, term in named]
    return np.array(found, dtype=bool)


def kept_gain(
    grid: Grid, kept: NDArray[np.bool_], repeatable: Sequence[str], bonus: float
) -> NDArray[np.float64]:
    """Return what each option gains, in thousandths: all of a bonus for staying in its term.

    A course gains half of it in any other term, unless it may be repeated: then one more repeat
    would be taken for keeping.

    Parameters
    ----------
    kept
        Where the courses stood, shape (n_options,).
    repeatable
        Of each course, as in :class:`~recommender.planning.problem.Candidate`.
    """
    once = np.array([each == NEVER_AGAIN for each in repeatable], dtype=bool)
    here = np.zeros(len(grid.courses), dtype=bool)
    here[grid.course[kept]] = True
    elsewhere = (here & once)[grid.course] & ~kept
    gain = np.zeros(len(grid.course))
    gain[kept] = np.rint(UTILITY_STEPS * bonus)
    gain[elsewhere] = np.rint(UTILITY_STEPS * bonus / 2)
    return gain


def preferred_gain(
    grid: Grid, preferred: Iterable[tuple[str, str]], bonus: float
) -> NDArray[np.float64]:
    """Return what each option gains by being in a term that is preferred, in thousandths."""
    return standing(grid, preferred) * np.rint(UTILITY_STEPS * bonus)
