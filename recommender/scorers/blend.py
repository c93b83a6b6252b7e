"""The second stage: a weighted sum over the places that the scorers give a course.

Two ways to the weights, of which validation chooses (``choosing.py``): rank fusion of scorers that
count alike, be it one alone; and logistic regression on the logarithm of the places, in which a
scorer may count against a course.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from features.fitted import Fitted
from recommender.scorers.places import LOG, RECIPROCAL, candidates, candidates_first, worth

#: So many candidates that were not chosen are drawn for each teacher, to learn from.
UNCHOSEN = 60
#: Inverse of the ridge, over standardised worths.
C = 0.1

Places = Mapping[str, NDArray[np.int16]]


class SecondStage(Protocol):
    """Scores courses by the places that scorers give them."""

    @property
    def names(self) -> tuple[str, ...]:
        """The scorers that are asked."""
        ...

    @property
    def weights(self) -> Mapping[str, float]:
        """How much each scorer counts, for people to read."""
        ...

    def score(self, places: Places) -> NDArray[np.float32]:
        """Return scores of shape (n, n_courses), 0 or more; all scorers asked have places."""
        ...

    def parts(self, places: Places, course: int) -> dict[str, float]:
        """Return what each scorer's place adds for one course of one teacher.

        Together they are the score, up to what all candidates of the teacher have alike.
        """
        ...

    def to_fitted(self) -> Fitted:
        """Return it as arrays and values, ``form`` among these."""
        ...


@dataclass(frozen=True, slots=True)
class Blend:
    """Weights of scorers, and what a place is worth to them.

    Parameters
    ----------
    form
        ``log`` or ``reciprocal``, see :func:`recommender.scorers.places.worth`.
    weights
        By scorer; those without one are not asked.
    """

    form: str
    weights: Mapping[str, float]

    @classmethod
    def of_ranks(cls, weights: Mapping[str, float]) -> Self:
        """Return the rank fusion with these weights."""
        return cls(RECIPROCAL, dict(weights))

    @property
    def names(self) -> tuple[str, ...]:
        """The scorers that are asked."""
        return tuple(self.weights)

    def score(self, places: Places) -> NDArray[np.float32]:
        """Return the weighted sum; where weights were learned, candidates first."""
        total = np.zeros(next(iter(places.values())).shape, np.float32)
        for name in self.weights:
            total += self._of(name, places[name])
        return total if self.form == RECIPROCAL else candidates_first(total, places)

    def parts(self, places: Places, course: int) -> dict[str, float]:
        """Return what each scorer's place adds for one course of one teacher."""
        return {name: float(self._of(name, places[name][0, course])) for name in self.weights}

    def _of(self, name: str, place: NDArray[np.int16]) -> NDArray[np.float32]:
        return np.asarray(np.float32(self.weights[name]) * worth(self.form)[place])

    def to_fitted(self) -> Fitted:
        """Return form and weights."""
        return Fitted(values={"form": self.form, "weights": dict(self.weights)})

    @classmethod
    def from_fitted(cls, fitted: Fitted) -> Self:
        """Read it back.

        Raises
        ------
        ValueError
            If its form is unknown.
        """
        form = fitted.values["form"]
        if form not in (LOG, RECIPROCAL):
            raise ValueError(f"blend of form {form!r}")
        told = fitted.values["weights"].items()
        return cls(form, {str(name): float(weight) for name, weight in told})


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Courses that teachers chose later, and some that they did not.

    Parameters
    ----------
    worths
        What each scorer's place is worth, shape (n, n_scorers).
    chosen, row
        Whether the course was chosen, and for which teacher; shape (n,).
    """

    names: tuple[str, ...]
    worths: NDArray[np.float32]
    chosen: NDArray[np.bool_]
    row: NDArray[np.intp]

    @classmethod
    def of(
        cls,
        places: Places,
        truth: NDArray[np.bool_],
        closed: NDArray[np.bool_],
        rng: np.random.Generator,
    ) -> Self:
        """Draw them from the candidates that no rule closed."""
        near = candidates(places) & ~closed
        share = UNCHOSEN / np.maximum(near.sum(axis=1, keepdims=True), 1)
        row, course = np.nonzero(near & (truth | (rng.random(near.shape) < share)))
        worths = worth(LOG)
        columns = [worths[place[row, course]] for place in places.values()]
        return cls(tuple(places), np.column_stack(columns), truth[row, course], row)

    def of_rows(self, kept: NDArray[np.bool_]) -> Examples:
        """Return those of some teachers; ``kept`` has shape (n_teachers,)."""
        own = kept[self.row]
        return Examples(self.names, self.worths[own], self.chosen[own], self.row[own])

    @property
    def tell(self) -> NDArray[np.bool_]:
        """Which scorers place any teacher's courses apart, shape (n_scorers,)."""
        _, first, teacher = np.unique(self.row, return_index=True, return_inverse=True)
        return np.asarray((self.worths != self.worths[first[teacher]]).any(axis=0))

    @property
    def teach(self) -> bool:
        """Whether anything can be learned: some were chosen and some not, and scorers tell."""
        return bool(self.chosen.any() and not self.chosen.all() and self.tell.any())


def learn(examples: Examples) -> Blend:
    """Fit logistic regression; the rows of a teacher weigh the less, the more was chosen.

    Scorers that tell no teacher's courses apart have no weight: any would do.
    """
    told = examples.tell
    names = [name for name, tells in zip(examples.names, told, strict=True) if tells]
    worths = examples.worths[:, told]
    centre, spread = worths.mean(axis=0), worths.std(axis=0) + 1e-6
    chosen = np.bincount(examples.row, weights=examples.chosen)
    weight = 1 / np.maximum(chosen[examples.row], 1)
    model = LogisticRegression(C=C, max_iter=500)
    model.fit((worths - centre) / spread, examples.chosen, sample_weight=weight)
    weights = model.coef_[0] / spread
    return Blend(LOG, {n: float(w) for n, w in zip(names, weights, strict=True)})
