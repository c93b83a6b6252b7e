"""Other projects' factorisations, each on one thread and with a seed."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.preprocessing import normalize

from comparison.task import Task, features


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """Vectors of teachers and courses, and biases of courses.

    ``knows_the_new`` says whether the vectors of teachers without history mean something.
    """

    teachers: NDArray[np.float32]
    courses: NDArray[np.float32]
    biases: NDArray[np.float32] | float = 0.0
    knows_the_new: bool = False

    def scores(self, teachers: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return products of vectors, shape (n, n_courses)."""
        return np.asarray(self.teachers[teachers] @ self.courses.T + self.biases, np.float32)


def als(task: Task, seed: int, **parameters: Any) -> Factors:
    """Fit implicit's alternating least squares (Hu et al. 2008)."""
    from implicit.cpu.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(**parameters, num_threads=1, random_state=seed)
    model.fit(sparse.csr_matrix(task.pairs), show_progress=False)
    return Factors(model.user_factors, model.item_factors)


def bpr(task: Task, seed: int, **parameters: Any) -> Factors:
    """Fit implicit's Bayesian personalised ranking (Rendle et al. 2009); its biases are columns."""
    from implicit.cpu.bpr import BayesianPersonalizedRanking

    model = BayesianPersonalizedRanking(**parameters, num_threads=1, random_state=seed)
    model.fit(sparse.csr_matrix(task.pairs), show_progress=False)
    return Factors(model.user_factors, model.item_factors)


def ials(task: Task, seed: int, **parameters: Any) -> Factors:
    """Fit irspack's iALS with its scaled regularisation (Rendle et al. 2022)."""
    from irspack.recommenders.ials import IALSRecommender

    pairs = sparse.csr_matrix(task.pairs)
    model = IALSRecommender(pairs, **parameters, random_seed=seed, n_threads=1)
    with contextlib.redirect_stdout(io.StringIO()):  # it draws a bar of its own
        model.learn()
    return Factors(model.get_user_embedding(), model.get_item_embedding())


def lightfm_ids(task: Task, seed: int, **parameters: Any) -> Factors:
    """Fit LightFM without features (Kula 2015)."""
    n_teachers, n_courses = task.pairs.shape
    return _lightfm(task, _identity(n_teachers), _identity(n_courses), seed, **parameters)


def lightfm_hybrid(task: Task, seed: int, *, normalised: int, **parameters: Any) -> Factors:
    """Fit LightFM with ids and features; ``normalised``, 0 or 1, scales each row to sum to 1.

    What was never seen has an id vector of noise, as it was drawn; it is set to 0, so that a
    new teacher and a new course are known by their features alone.
    """
    of_teachers, of_courses = features(task)
    stacked = [
        sparse.csr_matrix(
            sparse.hstack([_identity(len(seen)).multiply(seen[:, None]), told]), dtype="float32"
        )
        for seen, told in (
            (np.diff(task.pairs.indptr) > 0, of_teachers),
            (np.diff(task.pairs.tocsc().indptr) > 0, of_courses),
        )
    ]
    if normalised:  # as LightFM's own builder of data sets does unless told otherwise
        stacked = [normalize(each, norm="l1") for each in stacked]
    return _lightfm(task, *stacked, seed, knows_the_new=True, **parameters)


def _lightfm(
    task: Task,
    of_teachers: sparse.csr_matrix,
    of_courses: sparse.csr_matrix,
    seed: int,
    *,
    knows_the_new: bool = False,
    alpha: float,
    epochs: int,
    **parameters: Any,
) -> Factors:
    from lightfm import LightFM

    model = LightFM(
        **parameters, loss="warp", user_alpha=alpha, item_alpha=alpha, random_state=seed
    )
    # What was never chosen is not shown as a choice declined.
    rows, columns = np.unique(task.choices.teacher), np.unique(task.choices.course)
    model.fit(
        sparse.coo_matrix(task.pairs[rows][:, columns]),
        user_features=of_teachers[rows],
        item_features=of_courses[columns],
        epochs=epochs,
        num_threads=1,
    )
    return Factors(
        of_teachers @ model.user_embeddings,
        of_courses @ model.item_embeddings,
        of_courses @ model.item_biases,
        knows_the_new,
    )


def _identity(size: int) -> sparse.csr_matrix:
    return sparse.csr_matrix(sparse.eye_array(size, dtype=np.float32))
