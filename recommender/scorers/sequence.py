"""The linear next-course model: what is chosen next, after these courses, by such a teacher.

One row for each choice of the past; its columns are the teacher's histories just before, fading
with each further course at several half-lives, and the profile; its targets are that choice and,
discounted, the next few. Ridge regression by one Cholesky solve. Idea: SLIST (Choi et al. 2021,
"Session-aware linear item-item models"), of which EASE (Steck 2019) is the order-blind case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from features.catalogue import Catalogue
from features.fitted import Fitted
from features.histories import Histories
from features.profiles import Profiles
from recommender.scorers.contract import Part, Training
from recommender.scorers.space import Span


class Sequence:
    """Closed-form next-course model; every score is a sum over past courses and profile.

    Parameters
    ----------
    reg
        Ridge, relative to the mean of the Gram matrix's diagonal.
    row_half_life
        Days after which a row of the past counts half.
    horizon
        How many choices ahead are targets.
    discount
        What each further choice ahead counts, relative to the one before.
    max_rows
        The latest rows that are fitted on.
    max_columns
        History columns above which only the most taken courses are kept as columns.
    """

    name = "sequence"
    SPACE: ClassVar[Mapping[str, Span]] = {
        "reg": Span(0.05, 200.0),
        "row_half_life": Span(15.0, 3_000.0),
        "horizon": Span(1, 12),
        "discount": Span(0.05, 1.0, log=False),
    }

    def __init__(
        self,
        *,
        reg: float = 3.0,
        row_half_life: float = 180.0,
        horizon: int = 4,
        discount: float = 0.6,
        max_rows: int = 500_000,
        max_columns: int = 9_000,
    ) -> None:
        self.reg = reg
        self.row_half_life = row_half_life
        self.horizon = horizon
        self.discount = discount
        self.max_rows = max_rows
        self.max_columns = max_columns

    def fit(self, training: Training) -> Self:
        """Solve the ridge regression of next choices on histories and profiles."""
        choices = training.choices
        rows = np.arange(len(choices))[-self.max_rows :]
        teacher, moment = choices.teacher[rows], choices.moment[rows]
        self.columns_ = self._kept_columns(training)
        inputs = self._inputs(
            training.histories_before(teacher, moment), training.features_before(teacher, moment)
        )
        weight = np.exp2(-training.age_in_days(moment) / self.row_half_life)
        weighted = sparse.dia_array((weight[None, :], 0), shape=(len(rows), len(rows)))
        left = (inputs.T @ weighted).tocsr()
        # Summed in double precision, as ``weight`` is; only the solving is single.
        gram = (left @ inputs).toarray().astype(np.float32)
        gram[np.diag_indices_from(gram)] += self.reg * max(float(np.trace(gram)), 1e-6) / len(gram)
        right = (left @ self._targets(training, rows)).toarray().astype(np.float32)
        self.weights_ = np.ascontiguousarray(
            linalg.solve(gram, right, assume_a="pos", overwrite_a=True, overwrite_b=True)
        )
        return self

    def score(self, profiles: Profiles, catalogue: Catalogue) -> NDArray[np.float32]:
        """Return the expected, discounted next choices."""
        inputs = self._inputs(profiles.histories, profiles.features)
        return catalogue.carried(np.asarray(inputs @ self.weights_, np.float32))

    def explain(self, profiles: Profiles, catalogue: Catalogue, course: int) -> tuple[Part, ...]:
        """Return what each past course, each profile feature and the base adds."""
        inputs = self._inputs(profiles.histories, profiles.features)
        weights = self.weights_ @ catalogue.carry[:, [course]].toarray()[:, 0]
        added = inputs.toarray()[0] * weights
        n_past = inputs.shape[1] - profiles.features.shape[1] - 1
        past = added[:n_past].reshape(-1, len(self.columns_)).sum(axis=0)
        ids = catalogue.fitted_courses.ids
        own = [
            Part("past_course", str(ids[self.columns_[i]]), float(past[i]))
            for i in np.flatnonzero(past)
        ]
        profile = added[n_past:-1]
        told = [
            Part("profile", profiles.names[i], float(profile[i])) for i in np.flatnonzero(profile)
        ]
        return (*own, *told, Part("base", "", float(added[-1])))

    def to_fitted(self) -> Fitted:
        """Return the weights and the history columns they are for."""
        values = {
            name: getattr(self, name)
            for name in (
                "reg",
                "row_half_life",
                "horizon",
                "discount",
                "max_rows",
                "max_columns",
            )
        }
        return Fitted({"weights": self.weights_, "columns": self.columns_}, values)

    @classmethod
    def from_fitted(cls, fitted: Fitted) -> Self:
        """Read it back."""
        scorer = cls(**fitted.values)
        scorer.weights_ = fitted.arrays["weights"]
        scorer.columns_ = fitted.arrays["columns"]
        return scorer

    def _past(self, histories: Histories) -> tuple[sparse.csr_array, ...]:
        """Return the histories that the model reads."""
        return histories.by_steps

    def _kept_columns(self, training: Training) -> NDArray[np.int64]:
        """Return the fitted courses whose histories are columns: all, or the most taken."""
        limit = self.max_columns // len(self._past(training.profiles.histories))
        taken = np.bincount(training.choices.course, minlength=training.n_fitted)
        return np.sort(np.argsort(-taken, kind="stable")[:limit])

    def _inputs(self, histories: Histories, features: sparse.csr_array) -> sparse.csr_array:
        """Return histories at each half-life, features and a 1, shape (n_rows, n_inputs)."""
        ones = sparse.csr_array(np.ones((features.shape[0], 1), np.float32))
        past = [history[:, self.columns_] for history in self._past(histories)]
        return sparse.csr_array(sparse.hstack([*past, features, ones], format="csr"))

    def _targets(self, training: Training, rows: NDArray[np.integer]) -> sparse.csr_array:
        """Return each row's choice and the next ones, discounted, shape (n_rows, n_fitted)."""
        choices = training.choices
        order = np.lexsort((np.arange(len(choices)), choices.teacher))
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        row, column, value = [], [], []
        for ahead in range(self.horizon):
            later = np.minimum(place[rows] + ahead, len(order) - 1)
            same = choices.teacher[order[later]] == choices.teacher[rows]
            same &= place[rows] + ahead < len(order)
            row.append(np.flatnonzero(same))
            column.append(choices.course[order[later[same]]])
            value.append(np.full(int(same.sum()), self.discount**ahead))
        return sparse.csr_array(
            (np.concatenate(value), (np.concatenate(row), np.concatenate(column))),
            shape=(len(rows), training.n_fitted),
        )
