"""The best k of each row, against a full sort."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recommender.scorers.top import ndcg, top

scores = arrays(
    np.float32,
    st.tuples(st.integers(1, 4), st.integers(1, 7)),
    elements=st.sampled_from([-np.inf, 0.0, 0.5, 1.0]),
)


@given(scores, st.integers(1, 7))
def test_the_best_k_agree_with_sorting_everything(scores: np.ndarray, k: int) -> None:
    k = min(k, scores.shape[1])

    assert (top(scores, k) == np.argsort(-scores, axis=1, kind="stable")[:, :k]).all()


def test_a_row_without_truth_has_no_ndcg() -> None:
    assert np.isnan(ndcg(np.array([[0]]), np.array([[False]]))).all()


def test_ndcg_discounts_by_the_logarithm_of_the_rank() -> None:
    truth = np.array([[True, False, True]])

    found = ndcg(np.array([[1, 0, 2]]), truth)[0]

    expected = (1 / np.log2(3) + 1 / np.log2(4)) / (1 / np.log2(2) + 1 / np.log2(3))
    assert found == pytest.approx(expected)
