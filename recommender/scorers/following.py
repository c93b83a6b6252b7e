"""What followed what: counted transitions between courses, the nearer ones counting for more.

A Markov chain over the courses of a history. It needs no more than two teachers who went the same
way, so it knows short series long before a regression does.
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
from recommender.scorers.contract import Choices, Part, Training, past_parts
from recommender.scorers.space import Span

#: Choices ahead that are counted.
HORIZON = 8


class Following:
    """How often a course was chosen after those of a history.

    Parameters
    ----------
    discount
        What a choice one further ahead counts, relative to the one before.
    shrinkage
        A course chosen this often is half believed.
    """

    name = "following"
    SPACE: ClassVar[Mapping[str, Span]] = {
        "discount": Span(0.05, 0.95, log=False),
        "shrinkage": Span(0.1, 300.0),
    }

    def __init__(self, discount: float = 0.5, shrinkage: float = 10.0) -> None:
        self.discount = discount
        self.shrinkage = shrinkage

    def fit(self, training: Training) -> Self:
        """Count what was chosen next, and next but one, and so on."""
        counts = _followed(training.choices, training.n_fitted, self.discount)
        chosen = np.bincount(training.choices.course, minlength=training.n_fitted)
        scale = sparse.dia_array((1 / (chosen + self.shrinkage)[None, :], 0), shape=counts.shape)
        self.chances_ = sparse.csr_array(scale @ counts, dtype=np.float32)
        return self

    def score(self, profiles: Profiles, catalogue: Catalogue) -> NDArray[np.float32]:
        """Return the sum of chances over the history, of late more than of old."""
        followed = _late(profiles) @ self.chances_
        return catalogue.carried(np.asarray(followed.toarray(), np.float32))

    def explain(self, profiles: Profiles, catalogue: Catalogue, course: int) -> tuple[Part, ...]:
        """Return the chance after each past course."""
        history = _late(profiles)
        added = np.zeros(history.shape[1], np.float32)
        own = history.indices
        added[own] = history.data * (self.chances_[own] @ catalogue.weights_of(course))
        return past_parts(catalogue, added)

    def to_fitted(self) -> Fitted:
        """Return the chances."""
        values = {"discount": self.discount, "shrinkage": self.shrinkage}
        return Fitted(values=values) | Fitted.of_matrix("chances", self.chances_)

    @classmethod
    def from_fitted(cls, fitted: Fitted) -> Self:
        """Read it back."""
        scorer = cls(**fitted.values)
        scorer.chances_ = fitted.matrix("chances")
        return scorer


def _late(profiles: Profiles) -> sparse.csr_array:
    """Return the histories that fade by half with five further courses."""
    return profiles.histories.by_steps[1]


def _followed(choices: Choices, n_courses: int, discount: float) -> sparse.csr_array:
    """Return discounted counts of course after course, shape (n_courses, n_courses)."""
    order = np.argsort(choices.teacher, kind="stable")
    teacher, course = choices.teacher[order], choices.course[order]
    row, column, value = [], [], []
    for ahead in range(1, HORIZON + 1):
        same = teacher[:-ahead] == teacher[ahead:]
        row.append(course[:-ahead][same])
        column.append(course[ahead:][same])
        value.append(np.full(int(same.sum()), discount ** (ahead - 1), np.float32))
    entries = (np.concatenate(value), (np.concatenate(row), np.concatenate(column)))
    return sparse.csr_array(entries, shape=(n_courses, n_courses))
