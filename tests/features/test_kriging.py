"""A new course borrows what is expected of it, from those that are like it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse

from features import kriging

NOISE = 0.5


def _content(rng: np.random.Generator, n: int) -> sparse.csr_array:
    rows = (rng.random((n, 6)) < 0.4).astype(np.float32)
    length = np.sqrt((rows**2).sum(axis=1, keepdims=True))
    return sparse.csr_array(rows / np.maximum(length, 1))


def _dense(found: NDArray[np.float32] | sparse.csr_array) -> NDArray[np.float32]:
    return found.toarray() if sparse.issparse(found) else found


def _oracle(alike: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Solve the system as textbooks write it, with a multiplier that makes weights sum to 1."""
    n = len(alike)
    system = np.ones((n + 1, n + 1))
    system[:n, :n] = alike + NOISE * np.eye(n)
    system[n, n] = 0
    return np.linalg.solve(system, np.append(target, 1))[:n]


@given(st.integers(0, 10_000))
def test_weights_are_those_of_the_textbook(seed: int) -> None:
    rng = np.random.default_rng(seed)
    content, new = _content(rng, 12), _content(rng, 3)
    alike, target = (content @ content.T).toarray(), (content @ new.T).toarray()

    found = _dense(kriging.weights(content, new, NOISE))

    for column in range(3):
        if target[:, column].any():
            np.testing.assert_allclose(
                found[:, column], _oracle(alike, target[:, column]), atol=1e-5
            )
        else:
            assert not found[:, column].any()


def test_of_many_courses_the_nearest_are_borrowed_from(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    content, new = _content(rng, 40), _content(rng, 5)
    whole = _dense(kriging.weights(content, new, NOISE))

    monkeypatch.setattr(kriging, "MOST", 10)
    monkeypatch.setattr(kriging, "CHUNK", 2)
    monkeypatch.setattr(kriging, "NEAREST", 40)
    np.testing.assert_allclose(_dense(kriging.weights(content, new, NOISE)), whole, atol=1e-5)

    monkeypatch.setattr(kriging, "NEAREST", 7)
    few = _dense(kriging.weights(content, new, NOISE))
    assert (np.count_nonzero(few, axis=0) <= 7).all()
    np.testing.assert_allclose(few.sum(axis=0), (content @ new.T).toarray().any(axis=0), atol=1e-5)


def test_without_content_nothing_is_borrowed() -> None:
    nothing = sparse.csr_array((30, 4), dtype=np.float32)

    assert not _dense(kriging.weights(nothing, nothing[:2], NOISE)).any()
    assert kriging.noise_of(nothing, np.arange(30)) == kriging.UNJUDGED


def test_the_error_of_a_course_left_out_is_that_of_leaving_it_out() -> None:
    rng = np.random.default_rng(1)
    content, told = _content(rng, 15), rng.random(15)
    alike = (content @ content.T).toarray().astype(float)
    errors = []
    for left in range(15):
        others = np.arange(15) != left
        weights = _oracle(alike[np.ix_(others, others)], alike[others, left])
        errors.append((told[left] - weights @ told[others]) ** 2)

    found = kriging._left_out(*np.linalg.eigh(alike), NOISE, told)

    assert found == pytest.approx(np.mean(errors))


def test_few_courses_cannot_judge_the_noise() -> None:
    content = _content(np.random.default_rng(2), 19)

    assert kriging.noise_of(content, np.arange(19)) == kriging.UNJUDGED
