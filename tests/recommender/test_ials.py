"""Implicit ALS keeps the contract, and solves what it says it solves."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from recommender.scorers.ials import ImplicitALS
from tests.recommender.scorer_contract import ScorerContract


class TestImplicitALS(ScorerContract):
    scorer = "ials"


def test_a_vector_solves_the_ridge_regression_of_its_row() -> None:
    """Against the normal equations written out: every pair counts alpha0, a choice 1 more."""
    rng = np.random.default_rng(0)
    als = ImplicitALS(dimensions=3, alpha0=0.2, reg=0.05)
    others = rng.normal(size=(7, 3)).astype(np.float32)
    rows = (rng.random((4, 7)) < 0.4) * rng.random((4, 7))

    solved = als._solved(sparse.csr_array(rows.astype(np.float32)), others, als._everyone(others))

    for row, vector in zip(rows, solved, strict=True):
        ridge = 0.05 * (row.sum() + 0.2 * 7)
        weight = np.diag(0.2 + row)
        left = others.T @ weight @ others + ridge * np.eye(3)
        np.testing.assert_allclose(vector, np.linalg.solve(left, others.T @ row), rtol=1e-4)


def test_a_row_of_nothing_has_no_vector() -> None:
    als = ImplicitALS(dimensions=3)
    others = np.ones((5, 3), np.float32)

    assert not als._solved(
        sparse.csr_array((2, 5), dtype=np.float32), others, als._everyone(others)
    ).any()
