"""The linear next-course model: what is chosen next, after these courses, by such a teacher.

One row for each choice of the past; its columns are the teacher's histories just before, fading
with each further course at several half-lives, and the profile; its targets are that choice and,
discounted, the next few. Ridge regression by one Cholesky solve. Idea: SLIST (Choi et al. 2021,
"Session-aware linear item-item models"), of which EASE (Steck 2019) is the order-blind case.

For a large catalogue the targets are first projected onto their main directions (reduced-rank
regression, Izenman 1975): what is solved for and kept then grows with the catalogue, and not
with its square.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse
from sklearn.utils.extmath import randomized_svd

from features.catalogue import Catalogue
from features.fitted import Fitted
from features.histories import Histories
from features.profiles import Profiles
from recommender.scorers.contract import Part, Training, past_parts
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
    dense_courses
        Courses up to which every course is a target of its own.
    rank
        Directions that the targets of a larger catalogue are projected onto.
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
        dense_courses: int = 1_000,
        rank: int = 256,
    ) -> None:
        self.reg = reg
        self.row_half_life = row_half_life
        self.horizon = horizon
        self.discount = discount
        self.max_rows = max_rows
        self.max_columns = max_columns
        self.dense_courses = dense_courses
        self.rank = rank

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
        right, self.directions_ = self._projected(left @ self._targets(training, rows), training)
        self.weights_ = np.ascontiguousarray(
            linalg.solve(gram, right, assume_a="pos", overwrite_a=True, overwrite_b=True)
        )
        return self

    def score(self, profiles: Profiles, catalogue: Catalogue) -> NDArray[np.float32]:
        """Return the expected, discounted next choices."""
        inputs = self._inputs(profiles.histories, profiles.features)
        found = np.asarray(inputs @ self.weights_, np.float32)
        if self.directions_.size:
            return catalogue.product(self.directions_, found, self.directions_)
        return catalogue.carried(found)

    def explain(self, profiles: Profiles, catalogue: Catalogue, course: int) -> tuple[Part, ...]:
        """Return what each past course, each profile feature and the base adds."""
        inputs = self._inputs(profiles.histories, profiles.features)
        told = inputs.indices
        if self.directions_.size:
            weights = self.weights_[told] @ catalogue.weighed(self.directions_, course)
        else:
            weights = catalogue.weighed(self.weights_[told], course)
        added = np.zeros(inputs.shape[1], np.float32)
        added[told] = inputs.data * weights
        n_past = inputs.shape[1] - profiles.features.shape[1] - 1
        past = np.zeros(len(catalogue.fitted_courses))
        past[self.columns_] = added[:n_past].reshape(-1, len(self.columns_)).sum(axis=0)
        profile = added[n_past:-1]
        named = [
            Part("profile", profiles.names[i], float(profile[i])) for i in np.flatnonzero(profile)
        ]
        return (*past_parts(catalogue, past), *named, Part("base", "", float(added[-1])))

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
                "dense_courses",
                "rank",
            )
        }
        arrays = {
            "weights": self.weights_,
            "columns": self.columns_,
            "directions": self.directions_,
        }
        return Fitted(arrays, values)

    @classmethod
    def from_fitted(cls, fitted: Fitted) -> Self:
        """Read it back."""
        scorer = cls(**fitted.values)
        scorer.weights_ = fitted.arrays["weights"]
        scorer.columns_ = fitted.arrays["columns"]
        scorer.directions_ = fitted.arrays["directions"]
        return scorer

    def _past(self, histories: Histories) -> tuple[sparse.csr_array, ...]:
        """Return the histories that the model reads."""
        return histories.by_steps

    def _projected(
        self, right: sparse.csr_array, training: Training
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the right-hand side to solve for, and the directions that it is told in.

        None, shape (0, n_fitted), where every course is a target of its own.
        """
        if training.n_fitted <= self.dense_courses:
            none = np.zeros((0, training.n_fitted), np.float32)
            return right.toarray().astype(np.float32), none
        rank = min(self.rank, min(right.shape))
        # Popular courses would take all directions: what counts is the share of a course's own.
        scale = np.sqrt(np.maximum(np.asarray(right.sum(axis=0)).ravel(), 1e-6))
        shares = right @ sparse.dia_array((1 / scale[None, :], 0), shape=(len(scale),) * 2)
        _, _, directions = randomized_svd(
            sparse.csr_matrix(shares), rank, n_iter=2, random_state=training.seed
        )
        told = np.asarray(shares @ directions.T, np.float32)
        return told, np.ascontiguousarray(directions * scale, np.float32)

    def _kept_columns(self, training: Training) -> NDArray[np.int64]:
        """Return the fitted courses whose histories are columns: all, or the most taken."""
        limit = self.max_columns // len(self._past(training.profiles.histories))
        taken = np.bincount(training.choices.course, minlength=training.n_fitted)
        return np.sort(np.argsort(-taken, kind="stable")[:limit])

    def _inputs(self, histories: Histories, features: sparse.csr_array) -> sparse.csr_array:
        """Return histories at each half-life, features and a 1, shape (n_rows, n_inputs)."""
        ones = sparse.csr_array(np.ones((features.shape[0], 1), np.float32))
        past = self._past(histories)
        if len(self.columns_) < past[0].shape[1]:
            past = tuple(_columns(history, self.columns_) for history in past)
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


def _columns(history: sparse.csr_array, chosen: NDArray[np.int64]) -> sparse.csr_array:
    """Return some columns, ascending; quicker for one row than ``history[:, chosen]``."""
    number = np.full(history.shape[1], -1, np.int32)
    number[chosen] = np.arange(len(chosen), dtype=np.int32)
    column = number[history.indices]
    kept = column >= 0
    until = np.concatenate([[0], np.cumsum(kept)])[history.indptr]
    shape = (history.shape[0], len(chosen))
    return sparse.csr_array((history.data[kept], column[kept], until), shape=shape)
