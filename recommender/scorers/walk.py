"""Random walks: from the courses taken to those that the same teachers took.

RP3beta (Paudel et al. 2016): a walk course - teacher - course, the reach of popular ends held
down. It looks only at who took what, so it stays sparse however large the catalogue is.
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

#: Courses walked from at once: bounds memory.
CHUNK = 2_048


class Walk:
    """Chances to arrive at a course from the courses of a history.

    Parameters
    ----------
    alpha
        Exponent of each step's chance: above 1, the likelier step counts more.
    beta
        How far popular courses are held down, from 0 (not at all) to 1.
    neighbours
        How many ends are kept of each course.
    """

    name = "walk"
    SPACE: ClassVar[Mapping[str, Span]] = {
        "alpha": Span(0.3, 2.0, log=False),
        "beta": Span(0.0, 1.0, log=False),
        "neighbours": Span(10, 1_000),
    }

    def __init__(self, alpha: float = 1.0, beta: float = 0.2, neighbours: int = 200) -> None:
        self.alpha = alpha
        self.beta = beta
        self.neighbours = neighbours

    def fit(self, training: Training) -> Self:
        """Walk from every fitted course, and keep where most walks end."""
        pairs = training.choices.pairs(len(training.profiles), training.n_fitted)
        to_courses = _steps(pairs, self.alpha)
        to_teachers = _steps(pairs.T.tocsr(), self.alpha)
        popularity = np.maximum(np.asarray(pairs.sum(axis=0)).ravel(), 1)
        held = sparse.dia_array(
            (popularity[None, :] ** -self.beta, 0), shape=(len(popularity),) * 2
        )
        kept = [
            _largest(sparse.csr_array(to_teachers[start : start + CHUNK] @ to_courses @ held), self)
            for start in range(0, training.n_fitted, CHUNK)
        ]
        empty = sparse.csr_array((0, training.n_fitted), dtype=np.float32)
        self.chances_ = sparse.csr_array(sparse.vstack([*kept, empty], format="csr"))
        return self

    def score(self, profiles: Profiles, catalogue: Catalogue) -> NDArray[np.float32]:
        """Return the sum of chances over the history."""
        reached = profiles.histories.lasting @ self.chances_
        return catalogue.carried(np.asarray(reached.toarray(), np.float32))

    def explain(self, profiles: Profiles, catalogue: Catalogue, course: int) -> tuple[Part, ...]:
        """Return the chance from each past course."""
        history = profiles.histories.lasting
        added = np.zeros(history.shape[1], np.float32)
        own = history.indices
        added[own] = history.data * (self.chances_[own] @ catalogue.weights_of(course))
        return past_parts(catalogue, added)

    def to_fitted(self) -> Fitted:
        """Return the chances kept."""
        values = {"alpha": self.alpha, "beta": self.beta, "neighbours": self.neighbours}
        return Fitted(values=values) | Fitted.of_matrix("chances", self.chances_)

    @classmethod
    def from_fitted(cls, fitted: Fitted) -> Self:
        """Read it back."""
        scorer = cls(**fitted.values)
        scorer.chances_ = fitted.matrix("chances")
        return scorer


def _steps(matrix: sparse.csr_array, alpha: float) -> sparse.csr_array:
    """Scale rows to sum to 1, and raise each chance to ``alpha``."""
    total = np.maximum(np.asarray(matrix.sum(axis=1)).ravel(), 1)
    scale = sparse.dia_array((1 / total[None, :], 0), shape=(len(total), len(total)))
    return sparse.csr_array((scale @ matrix).power(alpha))


def _largest(walks: sparse.csr_array, walk: Walk) -> sparse.csr_array:
    """Keep each row's largest entries, at most ``walk.neighbours``."""
    row = np.repeat(np.arange(walks.shape[0]), np.diff(walks.indptr))
    order = np.lexsort((-walks.data, row))
    place = np.arange(len(row)) - walks.indptr[row[order]]
    kept = np.sort(order[place < walk.neighbours])
    entries = (walks.data[kept].astype(np.float32), (row[kept], walks.indices[kept]))
    return sparse.csr_array(entries, shape=walks.shape)
