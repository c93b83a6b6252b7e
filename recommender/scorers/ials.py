"""Implicit alternating least squares: what is taken together, in a few dimensions.

Hu et al. (2008), with the frequency-scaled ridge of Rendle et al. (2022). A teacher's vector is
no parameter but a solution: it follows from the courses taken, so it is made anew from any
history, and a score is a sum over past courses.

Notation: ``V`` holds the courses' vectors, ``G = alpha0 V'V``; a teacher with the history ``h``
has the vector ``x = A^-1 V'h`` with ``A = G + V' diag(h) V + lambda I``, scores are ``V x``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features.catalogue import Catalogue
from features.fitted import Fitted
from features.profiles import Profiles
from recommender.scorers.contract import Part, Training, past_parts
from recommender.scorers.space import Span

#: Outer products held at once, in numbers: bounds memory.
BLOCK = 20_000_000


class ImplicitALS:
    """Factors of choices, of which every pair not chosen is weak evidence against.

    Parameters
    ----------
    dimensions
        Length of the vectors.
    epochs
        How often both sides are solved.
    alpha0
        Weight of a pair not chosen, against 1 for a choice.
    reg
        Ridge; scaled by how often the teacher or course occurs.
    """

    name = "ials"
    SPACE: ClassVar[Mapping[str, Span]] = {
        "dimensions": Span(8, 128),
        "epochs": Span(3, 30),
        "alpha0": Span(0.003, 1.0),
        "reg": Span(1e-4, 0.3),
    }

    def __init__(
        self, dimensions: int = 48, epochs: int = 10, alpha0: float = 0.1, reg: float = 0.003
    ) -> None:
        self.dimensions = dimensions
        self.epochs = epochs
        self.alpha0 = alpha0
        self.reg = reg

    def fit(self, training: Training) -> Self:
        """Solve for teachers and courses in turn; only the courses' vectors are kept."""
        pairs = training.choices.pairs(len(training.profiles), training.n_fitted)
        pairs = pairs[np.diff(pairs.indptr) > 0]
        rng = np.random.default_rng(training.seed)
        scale = 0.1 / np.sqrt(self.dimensions)
        shape = (training.n_fitted, self.dimensions)
        self.courses_ = rng.normal(0, scale, shape).astype(np.float32)
        by_course = pairs.T.tocsr()
        for _ in range(self.epochs):
            teachers = self._solved(pairs, self.courses_, self._everyone(self.courses_))
            self.courses_ = self._solved(by_course, teachers, self._everyone(teachers))
        self.everyone_ = self._everyone(self.courses_)
        return self

    def score(self, profiles: Profiles, catalogue: Catalogue) -> NDArray[np.float32]:
        """Return affinities of the vectors that follow from the histories."""
        vectors = self._solved(_positive(profiles), self.courses_, self.everyone_)
        return catalogue.product(self.courses_, vectors, self.courses_.T)

    def explain(self, profiles: Profiles, catalogue: Catalogue, course: int) -> tuple[Part, ...]:
        """Return what each past course adds: ``h_i v_i' A^-1 v_course``."""
        history = _positive(profiles)
        target = catalogue.weighed(self.courses_.T, course)
        gram = self._grams(history, self.courses_, self.everyone_)[0]
        added = np.zeros(history.shape[1], np.float32)
        own = history.indices
        added[own] = history.data * (self.courses_[own] @ np.linalg.solve(gram, target))
        return past_parts(catalogue, added)

    def to_fitted(self) -> Fitted:
        """Return the courses' vectors; no teacher's."""
        names = ("dimensions", "epochs", "alpha0", "reg")
        return Fitted({"courses": self.courses_}, {name: getattr(self, name) for name in names})

    @classmethod
    def from_fitted(cls, fitted: Fitted) -> Self:
        """Read it back."""
        scorer = cls(**fitted.values)
        scorer.courses_ = fitted.arrays["courses"]
        scorer.everyone_ = scorer._everyone(scorer.courses_)
        return scorer

    def _everyone(self, others: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return ``G``, which is the same for every row."""
        return np.asarray(self.alpha0 * (others.T @ others), np.float32)

    def _solved(
        self,
        matrix: sparse.csr_array,
        others: NDArray[np.float32],
        everyone: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Return the vector of each row that follows from the others', some rows at a time."""
        out = np.zeros((matrix.shape[0], self.dimensions), np.float32)
        right = matrix @ others
        for rows in _blocks(len(out), self.dimensions):
            grams = self._grams(matrix[rows], others, everyone)
            out[rows] = np.linalg.solve(grams, right[rows][:, :, None])[:, :, 0]
        return out

    def _grams(
        self,
        matrix: sparse.csr_array,
        others: NDArray[np.float32],
        everyone: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Return ``A`` of each row, shape (n_rows, dimensions, dimensions)."""
        weight = np.asarray(matrix.sum(axis=1), np.float32).ravel()
        # The ridge of Rendle et al., eq. 11: what occurs often is held as firmly as what does not.
        ridge = self.reg * (weight + self.alpha0 * len(others))
        grams = everyone + ridge[:, None, None] * np.eye(self.dimensions, dtype=np.float32)
        for row, (start, end) in enumerate(zip(matrix.indptr, matrix.indptr[1:], strict=False)):
            own = others[matrix.indices[start:end]]
            grams[row] += (own * matrix.data[start:end, None]).T @ own
        return np.asarray(grams, np.float32)


def _positive(profiles: Profiles) -> sparse.csr_array:
    """Return lasting histories without what speaks against a course."""
    history = sparse.csr_array(profiles.histories.lasting).copy()
    history.data = np.maximum(history.data, 0)
    history.eliminate_zeros()
    return history


def _blocks(n: int, dimensions: int) -> list[slice]:
    """Cut n rows into blocks whose Gram matrices fit into ``BLOCK`` numbers."""
    size = max(1, BLOCK // dimensions**2)
    return [slice(start, min(start + size, n)) for start in range(0, n, size)]
