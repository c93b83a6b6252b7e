"""Courses as the model sees them: content, and how a new course borrows from its neighbours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from features.dataset import Dataset
from features.ids import IdMap
from features.moments import NEVER, instant, microseconds

Kept = TypeVar("Kept")
#: So many things are kept beside a catalogue: those of one model's scorers, not of all ever tried.
KEPT = 32


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """The courses of a data set at a moment, beside the courses a model was fitted on.

    Parameters
    ----------
    courses
        Ids of all courses of the data set; the columns of every score matrix.
    features
        Content, rows of length 1 (or 0), float32, shape (n_courses, n_content).
    n_codes
        How many of the content columns are codes; the rest is text.
    fitted_courses, fitted_features
        Ids of the courses a model was fitted on, sorted: the columns of every scorer; and their
        content, shape (n_fitted, n_content).
    alike
        Cosines of each course's nearest fitted neighbours, itself left out, float32, shape
        (n_fitted, n_courses), at most 20 in a column.
    carry
        Takes histories of all courses to the fitted ones, float32, shape (n_fitted, n_courses): a
        fitted course counts as itself; a new one as its nearest neighbours, whose shares sum to 1.
    borrowed
        Takes scores of fitted courses to new ones, in the order of their positions; float32,
        shape (n_fitted, n_new); see :mod:`features.kriging`.
    appeared
        Which courses can be seen at the moment, shape (n_courses,).
    position
        Of each course among the fitted ones, -1 for a new one; shape (n_courses,).
    takers
        How many teachers had chosen each course when the model was fitted, 0 for a new one;
        shape (n_courses,). What few have taken is uncertain.
    chosen
        Positions of the courses that are to be scored, ascending; None for all. Where some are
        chosen, ``appeared``, ``position`` and ``takers`` are theirs alone, and all else is of all.
    """

    courses: IdMap
    features: sparse.csr_array
    n_codes: int
    fitted_courses: IdMap
    fitted_features: sparse.csr_array
    alike: sparse.csr_array
    carry: sparse.csr_array
    borrowed: NDArray[np.float32] | sparse.csc_array
    appeared: NDArray[np.bool_]
    position: NDArray[np.int32]
    takers: NDArray[np.int32]
    chosen: NDArray[np.intp] | None = None
    _whole: Catalogue | None = field(default=None, repr=False)
    _kept: dict[int, tuple[object, Any]] = field(default_factory=dict, repr=False)

    @property
    def width(self) -> int:
        """How many courses are to be scored: the columns of every score matrix."""
        return len(self.position)

    @property
    def whole(self) -> Catalogue:
        """The catalogue in which no courses are chosen."""
        return self if self._whole is None else self._whole

    def only(self, chosen: NDArray[np.intp]) -> Catalogue:
        """Return the same courses, of which only those at these positions are to be scored.

        Whoever may be shown few of many courses is scored in a fraction of the time.
        """
        return replace(
            self,
            appeared=self.appeared[chosen],
            position=self.position[chosen],
            takers=self.takers[chosen],
            chosen=chosen,
            _whole=self.whole,
        )

    def keep(self, owner: object, make: Callable[[], Kept]) -> Kept:
        """Return what an owner makes of all courses, made once for as long as these stand.

        It must not depend on the moment, nor on which courses are chosen.
        """
        kept = self._kept.get(id(owner))
        if kept is None:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            # The owner is kept beside it, lest another take its number.
            kept = self._kept[id(owner)] = owner, make()
        return cast(Kept, kept[1])

    def columns(self, matrix: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the columns of the courses to be scored, out of those of all courses."""
        return matrix if self.chosen is None else matrix[:, self.chosen]

    def at(self, dataset: Dataset, as_of: pd.Timestamp) -> Catalogue:
        """Return the same courses at another moment, which decides only which have appeared."""
        return replace(self, appeared=visible(dataset, as_of))

    def carried(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take scores of shape (n, n_fitted) to all courses, shape (n, n_courses)."""
        known = np.flatnonzero(self.position >= 0)
        new = np.flatnonzero(self.position < 0)
        out = np.empty((len(scores), self.width), np.float32)
        out[:, known] = scores[:, self.position[known]]
        if len(new):
            out[:, new] = scores @ self._borrowed_by(new)
        return out

    def product(
        self, owner: object, left: NDArray[np.float32], right: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return ``carried(left @ right)``, shape (n, width).

        Where few courses are to be scored, only their columns are multiplied, out of what is
        kept for the owner of ``right``, a matrix of shape (m, n_fitted).
        """
        if self.chosen is None:
            return self.carried(left @ right)
        rows = self.keep(owner, lambda: np.ascontiguousarray(self.whole.carried(right).T))
        return np.asarray(left @ rows[self.chosen].T, np.float32)

    def weighed(self, matrix: NDArray[np.float32], course: int) -> NDArray[np.float32]:
        """Return ``matrix @ weights_of(course)``; the matrix has n_fitted columns."""
        own = self.position[course]
        return matrix[:, own] if own >= 0 else np.asarray(matrix @ self.weights_of(course))

    def _borrowed_by(self, new: NDArray[np.intp]) -> NDArray[np.float32] | sparse.csc_array:
        if self.chosen is None:
            return self.borrowed
        number = np.cumsum(self.whole.position < 0) - 1
        return self.borrowed[:, number[self.chosen[new]]]

    def weights_of(self, course: int) -> NDArray[np.float32]:
        """Return what a course's score takes of each fitted course's, shape (n_fitted,)."""
        own = self.position[course]
        if own >= 0:
            return np.asarray(np.arange(len(self.fitted_courses)) == own, np.float32)
        column = int((self.position[:course] < 0).sum())
        one = np.zeros(self.borrowed.shape[1], np.float32)
        one[column] = 1
        return np.asarray(self.borrowed @ one)


def appeared(table: pd.DataFrame, as_of: pd.Timestamp) -> NDArray[np.bool_]:
    """Say which rows of the courses table had appeared before a moment; undated ones had."""
    since = microseconds(table["available_from"])
    return np.asarray((since < instant(as_of)) | (since == NEVER))


def visible(dataset: Dataset, as_of: pd.Timestamp) -> NDArray[np.bool_]:
    """Say which courses of a data set had appeared before a moment, shape (n_courses,)."""
    table = dataset.table("courses")
    seen = np.zeros(len(dataset.courses), bool)
    seen[dataset.courses.positions(table["course_id"])] = appeared(table, as_of)
    return seen
