"""The second stage: its sum, what it learns, and what comes behind the candidates."""

from __future__ import annotations

import numpy as np
import pytest

from features.fitted import Fitted
from recommender.scorers import places as module
from recommender.scorers.blend import Blend, Examples, learn
from recommender.scorers.places import LOG, OFFSET, places, worth

N_TEACHERS, N_COURSES = 60, 30


def planted() -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Three are chosen: ``right`` foresees them in part, ``wrong`` not at all, and ``common``
    places the same courses first for everybody, which are the less chosen for it."""
    rng = np.random.default_rng(3)
    appeal = np.linspace(2, -2, N_COURSES)
    taste = rng.normal(size=(N_TEACHERS, N_COURSES))
    truth = places((taste - appeal).astype(np.float32), np.ones(N_COURSES, bool)) <= 3
    scores = {
        "right": taste + 0.5 * rng.normal(size=taste.shape),
        "wrong": rng.normal(size=taste.shape),
        "common": np.broadcast_to(appeal, taste.shape),
    }
    every = np.ones(N_COURSES, bool)
    return {n: places(s.astype(np.float32), every) for n, s in scores.items()}, truth


def examples(closed: np.ndarray | None = None) -> Examples:
    placed, truth = planted()
    nothing = np.zeros(truth.shape, bool)
    return Examples.of(
        placed, truth, nothing if closed is None else closed, np.random.default_rng(0)
    )


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(ValueError, match="magic"):
        Blend.from_fitted(Fitted(values={"form": "magic", "weights": {}}))


def test_what_was_only_chosen_teaches_nothing() -> None:
    found = examples()

    assert found.teach
    assert not found.of_rows(np.zeros(N_TEACHERS, bool)).teach


def test_no_closed_course_is_an_example() -> None:
    placed, truth = planted()
    found = examples(closed=~truth)

    assert found.chosen.all()
    assert not found.teach


def test_what_foresees_weighs_most_and_what_everyone_has_counts_against() -> None:
    weights = learn(examples()).weights

    assert weights["right"] > 5 * abs(weights["wrong"])
    assert weights["common"] < -0.1


def test_a_scorer_that_tells_no_courses_apart_has_no_weight() -> None:
    placed, truth = planted()
    # Blind, but not alike for all teachers: the middle of their places differs.
    placed["blind"] = np.broadcast_to(
        np.arange(5, 5 + N_TEACHERS, dtype=np.int16)[:, None], truth.shape
    )
    nothing, rng = np.zeros(truth.shape, bool), np.random.default_rng(0)

    found = learn(Examples.of(placed, truth, nothing, rng))

    assert set(found.names) == {"right", "wrong", "common"}


def test_where_no_scorer_tells_anything_nothing_is_learned() -> None:
    _, truth = planted()
    blind = {"blind": np.full(truth.shape, 9, np.int16)}

    examples = Examples.of(blind, truth, np.zeros(truth.shape, bool), np.random.default_rng(0))

    assert examples.chosen.any()
    assert not examples.teach


def test_a_blend_reads_back_as_it_was() -> None:
    blend = learn(examples())

    assert Blend.from_fitted(blend.to_fitted()) == blend


def test_rank_fusion_adds_reciprocal_places() -> None:
    blend = Blend.of_ranks({"one": 2.0, "other": 1.0})
    placed = {"one": np.array([[1, 0]], np.int16), "other": np.array([[2, 1]], np.int16)}

    expected = [[2 / (OFFSET + 1) + 1 / (OFFSET + 2), 1 / (OFFSET + 1)]]
    np.testing.assert_allclose(blend.score(placed), expected, rtol=1e-6)


def test_what_is_no_candidate_comes_behind_in_the_order_of_its_mean_place(monkeypatch) -> None:
    monkeypatch.setattr(module, "CANDIDATES", 2)
    placed = {
        "one": np.array([[1, 2, 3, 4, 0]], np.int16),
        "other": np.array([[2, 1, 4, 3, 0]], np.int16),
    }
    blend = Blend(LOG, {"one": -1.0, "other": 0.5})

    (scores,) = blend.score(placed)

    assert (scores[:2] >= 1).all()
    assert ((scores[2:4] > 0) & (scores[2:4] < 1)).all()
    assert scores[4] == 0
    told = -worth(LOG)[[1, 2]] + 0.5 * worth(LOG)[[2, 1]]
    assert scores[0] - scores[1] == pytest.approx(told[0] - told[1], rel=1e-5)
