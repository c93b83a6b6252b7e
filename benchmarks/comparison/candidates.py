"""Scorers that might ship, and scorers that are fitted once however many hybrids hold them.

They do what a hybrid asks of scorers until it is stored: fit and score.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from comparison import baselines
from features.catalogue import Catalogue
from features.profiles import Profiles
from recommender.scorers.contract import Scorer, Training
from recommender.scorers.registry import default_names, made


class Linear:
    """Histories times weights from course to course.

    Parameters
    ----------
    name
        What it is called.
    learn
        Returns the weights, shape (n_fitted, n_fitted).
    history
        What they are multiplied by, shape (n_teachers, n_fitted).
    """

    def __init__(
        self,
        name: str,
        learn: Callable[[Training], sparse.csr_array | NDArray[np.float32]],
        history: Callable[[Profiles], sparse.csr_array],
    ) -> None:
        self.name = name
        self.learn = learn
        self.history = history

    def fit(self, training: Training) -> Self:
        """Learn the weights."""
        self.weights_ = self.learn(training)
        return self

    def score(self, profiles: Profiles, catalogue: Catalogue) -> NDArray[np.float32]:
        """Return histories times weights."""
        found = self.history(profiles) @ self.weights_
        dense = found.toarray() if sparse.issparse(found) else found
        return catalogue.carried(np.asarray(dense, np.float32))


def _ease(training: Training) -> NDArray[np.float32]:
    pairs = training.choices.pairs(len(training.profiles), training.n_fitted)
    return baselines.ease(pairs, reg=200.0)


#: Those that do not ship, by name.
MIGHT_SHIP: dict[str, Callable[[], Scorer]] = {
    "EASE": lambda: Linear("EASE", _ease, lambda profiles: profiles.histories.lasting.sign()),
}


def makers() -> dict[str, Callable[[], Scorer]]:
    """Return what makes each scorer that ships, and then each that might."""
    ships = {name: (lambda name=name: made([name])[name]) for name in default_names()}
    return ships | MIGHT_SHIP


class Once:
    """A scorer that is fitted once on each past, whichever hybrid asks.

    Parameters
    ----------
    make
        Makes the scorer.
    """

    def __init__(self, make: Callable[[], Scorer]) -> None:
        self.make = make
        self.name = make().name
        self._fitted: dict[str, Scorer] = {}

    def fit(self, training: Training) -> Self:
        """Fit it, or take what was fitted on the same past."""
        key = _past(training)
        if key not in self._fitted:
            self._fitted[key] = self.make().fit(training)
        self._now = self._fitted[key]
        return self

    def score(self, profiles: Profiles, catalogue: Catalogue) -> NDArray[np.float32]:
        """Return the scores of what was fitted last."""
        return self._now.score(profiles, catalogue)


def _past(training: Training) -> str:
    """Tell what was known apart: choices, courses and features."""
    digest = hashlib.sha256(f"{training.as_of} {training.seed} {training.n_fitted}".encode())
    features = training.profiles.features
    for part in (
        training.choices.teacher,
        training.choices.course,
        training.choices.moment,
        training.catalogue.fitted_courses.positions(training.dataset.courses.ids),
        np.asarray(features.sum(axis=0)),
    ):
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()
