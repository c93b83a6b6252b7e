"""What of the truth a list could have held: the rest is out of reach of every model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features.errors import NotEnoughData

#: Teachers looked at at once: bounds memory.
CHUNK = 2_048


def within_reach(
    relevant: sparse.csr_array, allowed: Callable[[NDArray[np.intp]], NDArray[np.bool_]]
) -> sparse.csr_array:
    """Keep the relevant courses that could have been shown.

    Parameters
    ----------
    relevant
        Bool, without stored zeros, shape (n_teachers, n_courses).
    allowed
        Positions of teachers -> what they could be shown, bool, shape (n, n_courses).

    Returns
    -------
    csr_array of bool, shape (n_teachers, n_courses), without stored zeros
    """
    count = np.diff(relevant.indptr)
    asked = np.flatnonzero(count)
    kept = np.zeros(relevant.nnz, bool)
    for start in range(0, len(asked), CHUNK):
        teachers = asked[start : start + CHUNK]
        # Who is not asked stores nothing, so what these teachers store lies side by side.
        own = slice(relevant.indptr[teachers[0]], relevant.indptr[teachers[-1] + 1])
        row = np.repeat(np.arange(len(teachers)), count[teachers])
        kept[own] = allowed(teachers)[row, relevant.indices[own]]
    # A copy, for what is eliminated would go from the arrays of ``relevant`` too.
    places = (relevant.indices.copy(), relevant.indptr.copy())
    reached = sparse.csr_array((kept, *places), shape=relevant.shape)
    reached.eliminate_zeros()
    return reached


def all_closed(name: str, teachers: int) -> NotEnoughData:
    """Return the refusal of a split of which the rules close every choice of so many teachers."""
    return NotEnoughData(
        f"test of {name}",
        expected="a choice of a course that the rules leave open to the teacher",
        got=f"{teachers} teachers, all of whose choices the rules close",
        remedy="check the columns that say whom courses are for, or choose another split",
    )
