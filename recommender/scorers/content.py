"""Content: courses like those taken, and of the kind that such teachers choose.

Needs no takers, so it scores a course on the day that it appears.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from features.catalogue import Catalogue
from features.fitted import Fitted
from features.profiles import Profiles
from recommender.scorers.contract import Part, Training, past_parts
from recommender.scorers.space import Span


class Content:
    """Likeness to past courses, plus the content that the teacher's profile points to.

    The profile's part is a ridge regression from profile features to the content of the courses
    chosen; both parts add up.

    Parameters
    ----------
    reg
        Ridge, in choices: a feature held by fewer teachers than this says little.
    """

    name = "content"
    SPACE: ClassVar[Mapping[str, Span]] = {"reg": Span(0.5, 2_000.0)}

    def __init__(self, reg: float = 20.0) -> None:
        self.reg = reg

    def fit(self, training: Training) -> Self:
        """Regress the content of choices on the features of those who chose."""
        choices = training.choices
        told = training.features_before(choices.teacher, choices.moment)
        # Sums over millions of choices in single precision would lose the ridge in rounding.
        inputs = _with_base(told).astype(np.float64)
        gram = (inputs.T @ inputs).toarray()
        gram[np.diag_indices_from(gram)] += self.reg
        picked = sparse.csr_array(
            (np.ones(len(choices), np.float32), (np.arange(len(choices)), choices.course)),
            shape=(len(choices), training.n_fitted),
        )
        right = ((inputs.T @ picked) @ training.catalogue.fitted_features).toarray()
        self.taste_ = linalg.solve(gram, right, assume_a="pos").astype(np.float32)
        return self

    def score(self, profiles: Profiles, catalogue: Catalogue) -> NDArray[np.float32]:
        """Return likeness to past courses plus the profile's taste in content."""
        of_courses = self._of_courses(catalogue)
        asked = of_courses if catalogue.chosen is None else of_courses[catalogue.chosen]
        told = _with_base(profiles.features) @ asked.T
        past = (profiles.histories.lasting @ catalogue.alike).toarray()
        return np.asarray(told + catalogue.columns(past), np.float32)

    def explain(self, profiles: Profiles, catalogue: Catalogue, course: int) -> tuple[Part, ...]:
        """Return what each like course of the past and each profile feature adds."""
        alike = self._alike(catalogue)[[course]].toarray()[0]
        past = profiles.histories.lasting.toarray()[0] * alike
        told = _with_base(profiles.features).toarray()[0] * self._of_courses(catalogue)[course]
        return (
            *past_parts(catalogue, past),
            *(
                Part("profile", profiles.names[i], float(told[i]))
                for i in np.flatnonzero(told[:-1])
            ),
            Part("base", "", float(told[-1])),
        )

    def to_fitted(self) -> Fitted:
        """Return the taste of each profile feature."""
        return Fitted({"taste": self.taste_}, {"reg": self.reg})

    @classmethod
    def from_fitted(cls, fitted: Fitted) -> Self:
        """Read it back."""
        scorer = cls(**fitted.values)
        scorer.taste_ = fitted.arrays["taste"]
        return scorer

    def _of_courses(self, catalogue: Catalogue) -> NDArray[np.float32]:
        """Return what each feature adds to each course, shape (n_courses, n_features + 1)."""
        return catalogue.keep(
            self.taste_, lambda: np.asarray(catalogue.features @ self.taste_.T, np.float32)
        )

    def _alike(self, catalogue: Catalogue) -> sparse.csr_array:
        """Return each course's likeness to fitted ones, shape (n_courses, n_fitted)."""
        return catalogue.keep(catalogue.alike, lambda: sparse.csr_array(catalogue.alike.T))


def _with_base(features: sparse.csr_array) -> sparse.csr_array:
    ones = sparse.csr_array(np.ones((features.shape[0], 1), np.float32))
    return sparse.csr_array(sparse.hstack([features, ones], format="csr"))
