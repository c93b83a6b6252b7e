"""LightFM's hybrid factorisation, with teachers folded in and scored by one matrix product.

LightFM (Kula 2015) learns a vector for each teacher, course and feature. A model file may hold
no teacher, so a teacher's own vector is predicted from the history: ridge regression from the
sum of the past courses' vectors, over the square root of their number, to the learned vector.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from features.catalogue import Catalogue
from features.errors import MissingComponent
from features.fitted import Fitted
from features.profiles import Profiles
from recommender.scorers.contract import Part, Training, past_parts
from recommender.scorers.space import Span

LEARNING_RATE = 0.05


def available() -> bool:
    """Say whether LightFM is installed; all else works without it."""
    return importlib.util.find_spec("lightfm") is not None


class Factorisation:
    """WARP factorisation over ids and features.

    Parameters
    ----------
    dimensions
        Length of the vectors.
    epochs
        Passes over the choices.
    fold_reg
        Ridge of the fold-in, relative to the mean of the Gram matrix's diagonal.
    """

    name = "factorisation"
    SPACE: ClassVar[Mapping[str, Span]] = {
        "dimensions": Span(8, 128),
        "epochs": Span(3, 60),
        "fold_reg": Span(1e-3, 10.0),
    }

    def __init__(self, dimensions: int = 32, epochs: int = 20, fold_reg: float = 0.1) -> None:
        self.dimensions = dimensions
        self.epochs = epochs
        self.fold_reg = fold_reg

    def fit(self, training: Training) -> Self:
        """Factorise choices, then learn how a history stands for a teacher.

        Raises
        ------
        MissingComponent
            If LightFM is not installed.
        """
        # Those who never chose would only stir the random numbers.
        choosers, row = np.unique(training.choices.teacher, return_inverse=True)
        profiles = training.profiles.rows(choosers)
        # Codes only: thousands of n-grams a course would make each step a hundred times dearer.
        of_courses = training.catalogue.fitted_features[:, : training.catalogue.n_codes]
        ones = np.ones(len(row), np.float32)
        shape = (len(choosers), training.n_fitted)
        interactions = sparse.coo_matrix((ones, (row, training.choices.course)), shape=shape)
        model = self._factorise(interactions, profiles.features, of_courses, training.seed)
        n_teachers, n_fitted = shape
        self.courses_ = of_courses @ model.item_embeddings[n_fitted:]
        self.courses_ += model.item_embeddings[:n_fitted]
        self.biases_ = of_courses @ model.item_biases[n_fitted:] + model.item_biases[:n_fitted]
        self.features_ = np.ascontiguousarray(model.user_embeddings[n_teachers:])
        self.fold_ = self._fold(profiles.histories.lasting, model.user_embeddings[:n_teachers])
        return self

    def score(self, profiles: Profiles, catalogue: Catalogue) -> NDArray[np.float32]:
        """Return affinities; a teacher's constant bias is left out, it ranks nothing."""
        told = profiles.features @ self.features_
        vectors = told + _pooled(profiles.histories.lasting, self.courses_) @ self.fold_
        bias = catalogue.carried(self.biases_[None, :].astype(np.float32))
        vectors = np.asarray(vectors, np.float32)
        return catalogue.product(self.courses_, vectors, self.courses_.T) + bias

    def explain(self, profiles: Profiles, catalogue: Catalogue, course: int) -> tuple[Part, ...]:
        """Return what each past course, each profile feature and the course itself adds."""
        target = catalogue.weighed(self.courses_.T, course)
        history = profiles.histories.lasting
        past = np.zeros(history.shape[1], np.float32)
        own = history.indices
        fold = self.courses_[own] @ (self.fold_[:-1] @ target)
        past[own] = history.data * fold / _root(history)[0, 0]
        bias = catalogue.weighed(self.biases_[None, :], course)[0]
        base = float(self.fold_[-1] @ target + bias)
        told = profiles.features.toarray()[0] * (self.features_ @ target)
        return (
            *past_parts(catalogue, past),
            *(Part("profile", profiles.names[i], float(told[i])) for i in np.flatnonzero(told)),
            Part("base", "", base),
        )

    def to_fitted(self) -> Fitted:
        """Return vectors of courses and features, and the fold-in; no teacher's."""
        return Fitted(
            {
                "courses": self.courses_,
                "biases": self.biases_,
                "features": self.features_,
                "fold": self.fold_,
            },
            {
                "dimensions": self.dimensions,
                "epochs": self.epochs,
                "fold_reg": self.fold_reg,
            },
        )

    @classmethod
    def from_fitted(cls, fitted: Fitted) -> Self:
        """Read it back; LightFM itself is not needed for scoring."""
        scorer = cls(**fitted.values)
        scorer.courses_ = fitted.arrays["courses"]
        scorer.biases_ = fitted.arrays["biases"]
        scorer.features_ = fitted.arrays["features"]
        scorer.fold_ = fitted.arrays["fold"]
        return scorer

    def _factorise(
        self,
        interactions: sparse.coo_matrix,
        of_teachers: sparse.csr_array,
        of_courses: sparse.csr_array,
        seed: int,
    ) -> Any:
        if not available():
            raise MissingComponent(
                "LightFM",
                expected="lightfm-next to be installed for the scorer 'factorisation'",
                remedy="run 'make lightfm' (needs gcc), or leave this scorer out",
            )
        from lightfm import LightFM

        model = LightFM(
            no_components=self.dimensions,
            loss="warp",
            learning_rate=LEARNING_RATE,
            random_state=seed,
        )
        # One thread: two would make the result depend on their race.
        return model.fit(
            interactions,
            user_features=_with_identity(of_teachers),
            item_features=_with_identity(of_courses),
            epochs=self.epochs,
            num_threads=1,
        )

    def _fold(
        self, histories: sparse.csr_array, vectors: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return the map from pooled histories to teachers' vectors, shape (d + 1, d)."""
        inputs = _pooled(histories, self.courses_)
        seen = np.asarray(abs(histories).sum(axis=1)).ravel() > 0
        gram = inputs[seen].T @ inputs[seen]
        gram[np.diag_indices_from(gram)] += self.fold_reg * (np.trace(gram) / len(gram) + 1e-6)
        fold = linalg.solve(gram, inputs[seen].T @ vectors[seen], assume_a="pos")
        return np.asarray(fold, np.float32)


def _root(histories: sparse.csr_array) -> NDArray[np.float32]:
    """Return the square root of each history's weight, at least 1, shape (n, 1)."""
    weight = np.asarray(abs(histories).sum(axis=1), np.float32).reshape(-1, 1)
    return np.sqrt(np.maximum(weight, 1))


def _pooled(histories: sparse.csr_array, courses: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the sum of past courses' vectors over the root of their weight, and a 1."""
    pooled = (histories @ courses) / _root(histories)
    return np.hstack([pooled, np.ones((len(pooled), 1), np.float32)])


def _with_identity(features: sparse.csr_array) -> sparse.csr_matrix:
    identity = sparse.eye_array(features.shape[0], dtype=np.float32)
    return sparse.csr_matrix(sparse.hstack([identity, features], format="csr"))
