"""A model of rewards, for doubly robust estimates: not asked about whom it learned from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from training.replay.policy import Options

FOLDS = 5


def predictions(
    options: Options, rewarded: NDArray[np.bool_], teacher: NDArray[np.integer]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Predict the reward of the logged course, and of what a policy would show.

    Logistic regression on the new model's standing of the course, its square, the course's takers
    and the rank. Each fifth of the teachers is predicted from the others, so that no reward
    speaks for itself.

    Returns
    -------
    tuple
        ``predicted`` and ``expected`` of :class:`training.replay.estimators.Places`.
    """
    predicted, expected = np.zeros(len(teacher)), np.zeros(len(teacher))
    fold = np.unique(teacher, return_inverse=True)[1] % FOLDS
    n_facts = options.logged.shape[1]
    for number in range(FOLDS):
        asked, learned = np.flatnonzero(fold == number), fold != number
        if not len(asked):
            continue
        odds = _Odds.fit(options.logged[learned], rewarded[learned])
        predicted[asked] = odds.of(options.logged[asked])
        of_options = odds.of(options.facts[asked].reshape(-1, n_facts))
        chance = options.chance[asked]
        expected[asked] = (of_options.reshape(chance.shape) * chance).sum(axis=1)
    return predicted, expected


@dataclass(frozen=True, slots=True)
class _Odds:
    """The chance of a reward as learned from some places; their mean where all are alike."""

    mean: float
    model: Pipeline | None

    @classmethod
    def fit(cls, facts: NDArray[np.float32], rewarded: NDArray[np.bool_]) -> _Odds:
        mean = float(rewarded.mean()) if len(rewarded) else 0.0
        if not 0 < mean < 1:
            return cls(mean, None)
        return cls(mean, make_pipeline(StandardScaler(), LogisticRegression()).fit(facts, rewarded))

    def of(self, facts: NDArray[np.float32]) -> NDArray[np.float64]:
        if self.model is None:
            return np.full(len(facts), self.mean)
        return np.asarray(self.model.predict_proba(facts)[:, 1])
