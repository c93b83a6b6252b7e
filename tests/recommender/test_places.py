"""Places of courses, against a full sort, and what they are worth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recommender.scorers import places as module
from recommender.scorers.places import LOG, RECIPROCAL, candidates, places, worth

shapes = st.shared(st.tuples(st.integers(1, 4), st.integers(1, 9)), key="shape")
scores = arrays(np.float32, shapes, elements=st.sampled_from([0.0, 0.5, 1.0, -2.0]))
allowed = arrays(bool, shapes)


def by_sorting(row: np.ndarray, may: np.ndarray, depth: int) -> list[int]:
    """Sort everything, the slow and obvious way."""
    found = []
    for course in range(len(row)):
        better = sum(may[c] and row[c] > row[course] for c in range(len(row)))
        equal = sum(may[c] and row[c] == row[course] for c in range(len(row)))
        # Equals take the places from better + 1 to better + equal, and share their middle.
        has = may[course] and better + equal <= depth
        found.append((better + 1 + better + equal) // 2 if has else 0)
    return found


@given(scores, allowed)
def test_places_are_those_of_sorting_what_is_allowed(scores: np.ndarray, allowed: np.ndarray):
    expected = [by_sorting(*row, depth=99) for row in zip(scores, allowed, strict=True)]

    assert places(scores, allowed).tolist() == expected


@given(scores, st.randoms())
def test_the_order_of_courses_says_nothing(scores: np.ndarray, random) -> None:
    order = list(range(scores.shape[1]))
    random.shuffle(order)
    everything = np.ones(scores.shape, bool)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "DEPTH", 4)
        moved, kept = places(scores[:, order], everything), places(scores, everything)
    assert moved.tolist() == kept[:, order].tolist()


def test_beyond_the_depth_there_is_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DEPTH", 3)
    scores = np.random.default_rng(0).permutation(40).astype(np.float32).reshape(2, 20)
    everything = np.ones((2, 20), bool)

    expected = [by_sorting(row, may, 3) for row, may in zip(scores, everything, strict=True)]
    assert places(scores, everything).tolist() == expected


@pytest.mark.parametrize("form", [LOG, RECIPROCAL])
def test_an_earlier_place_is_worth_more_and_none_is_worth_nothing(form: str) -> None:
    value = worth(form)

    assert value[0] == 0
    assert (np.diff(value[1:]) < 0).all()
    assert (value[1:] > 0).all()


def test_candidates_are_the_first_of_any_scorer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CANDIDATES", 1)
    placed = {
        "one": np.array([[1, 2, 0]], np.int16),
        "other": np.array([[2, 1, 3]], np.int16),
    }

    assert candidates(placed).tolist() == [[True, True, False]]
