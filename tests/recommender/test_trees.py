"""Boosted trees as the second stage: kept as arrays, walked as LightGBM walks them."""

from __future__ import annotations

import numpy as np
import pytest

from features.errors import InvalidSetting, MissingComponent
from features.fitted import Fitted
from recommender.model import Model
from recommender.scorers import stages, trees
from recommender.scorers.hybrid import Hybrid
from recommender.scorers.places import LOG, candidates, worth
from recommender.scorers.trees import LEAF, Trees, grow
from tests.builders import checkerboard
from tests.recommender.scorer_contract import NOW
from tests.recommender.test_blend import examples, planted
from tests.recommender.test_hybrid import LIGHT, in_order_of_the_shelf


def one_question(**changed: object) -> Fitted:
    """A tree that asks one thing: 2 to the left, 5 to the right, 3 had it not asked."""
    arrays = {
        "roots": np.array([0], np.int32),
        "feature": np.array([0, LEAF, LEAF], np.int32),
        "threshold": np.array([worth(LOG)[2], 0, 0]),
        "left": np.array([1, LEAF, LEAF], np.int32),
        "right": np.array([2, LEAF, LEAF], np.int32),
        "value": np.array([3.0, 2.0, 5.0]),
    }
    return Fitted(arrays | changed, {"form": trees.FORM, "names": ["one"]})


@pytest.mark.parametrize(
    "changed",
    [
        {"left": np.array([0, LEAF, LEAF], np.int32)},
        {"right": np.array([9, LEAF, LEAF], np.int32)},
        {"feature": np.array([4, LEAF, LEAF], np.int32)},
        {"feature": np.array([0.5, LEAF, LEAF])},
        {"value": np.array([1.0])},
        {"roots": np.array([7], np.int32)},
    ],
    ids=["a loop", "out of range", "unknown scorer", "half a scorer", "too short", "no root"],
)
def test_arrays_that_are_no_trees_are_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="trees"):
        Trees.from_fitted(one_question(**changed))


def test_an_unknown_second_stage_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="logistic or trees, got 'oracle'"):
        Hybrid({}, second_stage="oracle")


def test_without_lightgbm_growing_is_refused_with_the_way_out(monkeypatch) -> None:
    monkeypatch.setattr(trees, "available", lambda: False)

    with pytest.raises(MissingComponent, match="lightgbm to be installed"):
        grow(examples())


def test_a_better_place_goes_right_and_what_it_adds_is_told() -> None:
    tree = Trees.from_fitted(one_question())
    placed = {"one": np.array([[1, 2, 3, 0]], np.int16)}

    (scores,) = tree.score(placed)

    assert scores[:3].tolist() == [4, 1, 1]
    assert tree.parts(placed, 0) == {"one": 5 - 3}
    assert tree.parts(placed, 2) == {"one": 2 - 3}
    assert tree.weights == {"one": 1.0}


def test_trees_are_walked_as_lightgbm_walks_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from lightgbm import LGBMRanker

    fitted = []
    fit = LGBMRanker.fit
    monkeypatch.setattr(LGBMRanker, "fit", lambda self, *a, **k: fitted.append(fit(self, *a, **k)))
    found = examples()
    grown = grow(found)

    expected = fitted[0].predict(found.worths.astype(np.float64))
    np.testing.assert_allclose(grown._sums(found.worths), expected, rtol=1e-9)


def test_parts_and_what_all_have_alike_add_up() -> None:
    grown = grow(examples())
    placed, _ = planted()
    near = candidates(placed)
    rest = []
    for course in np.flatnonzero(near[0]):
        one = {name: place[:1] for name, place in placed.items()}
        rest.append(grown.score(one)[0, course] - sum(grown.parts(one, course).values()))

    np.testing.assert_allclose(rest, rest[0], atol=1e-4)


def test_trees_read_back_score_the_same() -> None:
    grown, (placed, _) = grow(examples()), planted()

    again = Trees.from_fitted(grown.to_fitted())

    np.testing.assert_array_equal(again.score(placed), grown.score(placed))


def test_a_hybrid_of_trees_is_stored_and_read_back(monkeypatch, tmp_path) -> None:
    from recommender.artifact import load, save

    monkeypatch.setattr(stages, "MIN_TEACHERS", 5)
    monkeypatch.setattr(stages, "MIN_GROUP", 5)
    monkeypatch.setattr("recommender.scorers.choosing._standard_error", lambda _: 1.0)
    monkeypatch.setattr("recommender.scorers.choosing.LEARNED", -9.0)
    dataset = in_order_of_the_shelf()
    model = Model.fit(dataset, as_of=NOW, scorers=LIGHT, second_stage="trees")
    save(model, tmp_path)
    catalogue = model.catalogue(dataset, NOW)
    profiles = model.profiles(dataset, NOW, catalogue)

    again = load(tmp_path)

    assert isinstance(again.hybrid.stages_.blends["warm"], Trees)
    np.testing.assert_array_equal(
        again.score(profiles, catalogue), model.score(profiles, catalogue)
    )


def test_a_board_too_small_to_judge_takes_no_trees() -> None:
    model = Model.fit(checkerboard(n_teachers=8), as_of=NOW, scorers=LIGHT, second_stage="trees")

    assert not any(isinstance(each, Trees) for each in model.hybrid.stages_.blends.values())
