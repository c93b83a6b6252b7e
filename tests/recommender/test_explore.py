"""Exploration: exact chances, no repeats, nothing ineligible, and none at a share of 0."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from features.dataset import Dataset
from features.errors import InvalidSetting
from recommender import explore, ranking
from recommender.advise import Recommendation, recommend
from recommender.eligibility import Eligibility
from recommender.explore import EVEN, Beliefs, Exploration, drawn, explored_ranks
from recommender.model import Model
from recommender.ranking import NONE, Ranking, rank
from recommender.reasons import SHOWN
from tests.builders import at, checkerboard, course

NOW = at("2025-06-01")
LIGHT = ("popularity", "content", "sequence")


@pytest.fixture(scope="module")
def board() -> Dataset:
    return checkerboard()


@pytest.fixture(scope="module")
def model(board: Dataset) -> Model:
    return Model.fit(board, as_of=NOW, scorers=LIGHT)


def lists(model: Model, dataset: Dataset, share: float, seed: int = 0, k: int = 7) -> Ranking:
    rng = np.random.default_rng(seed)
    (found,) = rank(model, dataset, as_of=NOW, k=k, explore=share, rng=rng)
    return found


def listed(model: Model, dataset: Dataset, who: str, seed: int = 0) -> tuple[Recommendation, ...]:
    return recommend(
        model,
        dataset,
        teacher_id=who,
        as_of=NOW,
        k=5,
        explore=0.4,
        rng=np.random.default_rng(seed),
    )


@pytest.mark.parametrize("share", [-0.1, 1.1, np.nan, np.inf])
def test_a_share_that_is_none_is_refused(model: Model, board: Dataset, share: float) -> None:
    with pytest.raises(InvalidSetting, match="explore: expected a share of 0 to 1, got"):
        lists(model, board, share)


def test_exploring_without_a_generator_is_refused(model: Model, board: Dataset) -> None:
    with pytest.raises(InvalidSetting, match="rng: expected a generator to draw with, got none"):
        next(rank(model, board, as_of=NOW, k=7, explore=0.5))


def test_a_list_of_no_courses_is_refused(model: Model, board: Dataset) -> None:
    with pytest.raises(InvalidSetting, match="k: expected at least 1, got 0"):
        lists(model, board, 0.5, k=0)


@given(st.integers(1, 100), st.integers(1, 200))
def test_of_so_many_ranks_the_share_explores_and_the_first_only_if_all_do(
    percent: int, k: int
) -> None:
    ranks = explored_ranks(percent / 100, k)

    assert ranks.sum() == percent * k // 100
    assert ranks[0] == (percent == 100)


def test_a_share_of_nothing_is_exactly_the_ranking(model: Model, board: Dataset) -> None:
    (plain,) = rank(model, board, as_of=NOW, k=7)
    found = lists(model, board, 0)

    assert (found.courses == plain.courses).all()
    assert (found.scores == plain.scores).all()
    assert (found.chance == 1).all()


WORLDS = st.tuples(st.integers(0, 10**6), st.integers(1, 8), st.integers(1, 12))


def drawn_world(
    world: tuple[int, int, int],
) -> tuple[NDArray[np.float32], NDArray[np.bool_], Beliefs]:
    """Scores, what is allowed and beliefs: a few teachers, a few courses, ties among them."""
    seed, n, n_courses = world
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 6, (n, n_courses)).astype(np.float32)
    allowed = rng.random((n, n_courses)) < 0.7
    takers = rng.integers(0, 50, n_courses) ** 2
    return scores, allowed, Beliefs.of(scores, allowed, takers)


@given(WORLDS)
def test_chances_of_a_place_sum_to_one_and_none_that_is_left_has_none(
    world: tuple[int, int, int],
) -> None:
    _, allowed, beliefs = drawn_world(world)

    chances = beliefs.chances()

    assert chances.sum(axis=1) == pytest.approx(allowed.any(axis=1).astype(float))
    floor = EVEN / np.maximum(beliefs.left.sum(axis=1), 1)
    assert (chances >= np.where(beliefs.left, floor[:, None] * (1 - 1e-9), 0)).all()
    assert (chances[~beliefs.left] == 0).all()


@given(WORLDS, st.floats(0, 1), st.integers(1, 12))
def test_a_list_repeats_nothing_holds_nothing_forbidden_and_all_that_fits(
    world: tuple[int, int, int], share: float, k: int
) -> None:
    scores, allowed, beliefs = drawn_world(world)
    k = min(k, scores.shape[1])
    order = ranking.best(np.arange(len(scores)), scores, allowed, k).courses
    exploration = Exploration.of(share, k, len(scores), np.random.default_rng(0))
    if exploration is None:
        return

    found, chance = exploration.lists(order, beliefs, scores.shape[1])

    for row, one in enumerate(found):
        there = one[one != NONE].tolist()
        assert len(set(there)) == len(there) == min(k, allowed[row].sum())
        assert allowed[row, there].all()
        assert (one[len(there) :] == NONE).all()
    assert ((chance > 0) & (chance <= 1)).all()
    assert (chance[:, ~exploration.ranks] == 1).all()


@settings(max_examples=20)
@given(WORLDS)
def test_a_chance_is_how_often_sampled_worths_make_a_course_the_best(
    world: tuple[int, int, int],
) -> None:
    """The slow way: Thompson sampling as it is usually done."""
    _, allowed, beliefs = drawn_world(world)
    rng = np.random.default_rng(1)
    n, n_pool = beliefs.mean.shape
    worth = beliefs.mean + beliefs.spread * rng.normal(size=(20_000, n, n_pool))
    winner = np.where(beliefs.left, worth, -np.inf).argmax(axis=2)
    share = np.stack([(winner == place).mean(axis=0) for place in range(n_pool)], axis=1)

    rows = allowed.any(axis=1)
    even = beliefs.left / np.maximum(beliefs.left.sum(axis=1, keepdims=True), 1)
    expected = (1 - EVEN) * share + EVEN * even

    np.testing.assert_allclose(beliefs.chances()[rows], expected[rows], atol=0.025)


def test_courses_are_drawn_as_often_as_their_chance_says() -> None:
    chances = np.tile([0.5, 0.0, 0.2, 0.3], (40_000, 1))

    place = drawn(chances, np.random.default_rng(0).random(40_000))

    assert np.bincount(place, minlength=4) / 40_000 == pytest.approx(chances[0], abs=0.01)


def test_no_luck_however_high_draws_what_has_no_chance() -> None:
    chances = np.array([[1 / 3, 1 / 3, 1 / 3, 0.0]])

    assert drawn(chances, np.array([np.nextafter(1, 0)])).tolist() == [2]


def test_of_two_like_courses_the_one_with_fewer_takers_is_tried_more_often() -> None:
    scores = np.array([[9, 5, 5, 1]], np.float32)
    beliefs = Beliefs.of(scores, np.ones((1, 4), bool), np.array([500, 500, 0, 500]))

    chance = dict(zip(beliefs.courses[0].tolist(), beliefs.chances()[0].tolist(), strict=True))

    assert chance[2] > 2 * chance[1]


def test_a_new_course_far_down_competes_where_the_pool_is_smaller_than_the_catalogue() -> None:
    scores = np.arange(1_000, dtype=np.float32)[None]
    takers = np.full(1_000, 400)
    takers[600] = 0

    pool = Beliefs.of(scores, np.ones((1, 1_000), bool), takers).courses[0]

    assert len(pool) == explore.POOL
    assert {600, 999} <= set(pool.tolist())


def test_the_same_seed_makes_the_same_lists_and_another_others(
    model: Model, board: Dataset
) -> None:
    one, again, other = (lists(model, board, 0.5, seed) for seed in (1, 1, 2))

    assert (one.courses == again.courses).all()
    assert (one.chance == again.chance).all()
    assert (one.courses != other.courses).any()


def test_only_what_is_eligible_is_explored(model: Model, board: Dataset) -> None:
    found = lists(model, board, 1)
    allowed = Eligibility.of(board, NOW).allowed(found.teachers)

    assert (found.chance < 1).any()
    for row, courses in enumerate(found.courses):
        assert allowed[row, courses[courses != NONE]].all()


def test_where_the_chunks_end_does_not_matter(
    model: Model, board: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = lists(model, board, 0.5)
    monkeypatch.setattr(ranking, "CHUNK", 7)
    rng = np.random.default_rng(0)
    parts = list(rank(model, board, as_of=NOW, k=7, explore=0.5, rng=rng))

    assert len(parts) > 1
    assert (np.concatenate([part.courses for part in parts]) == whole.courses).all()


def test_an_explored_course_says_so_first_and_the_others_do_not(
    model: Model, board: Dataset
) -> None:
    found = [each for seed in range(5) for each in listed(model, board, "t00", seed)]

    for each in found:
        codes = [reason.code for reason in each.reasons]
        assert (each.propensity < 1) == ("exploration" in codes)
        assert len(codes) <= SHOWN
        if each.propensity < 1:
            first = each.reasons[0]
            assert (first.code, first.source) == ("exploration", "exploration")
            assert first.value == each.propensity
            assert "按概率抽取" in first.zh
            assert "chance drew this one" in first.en
    assert {each.rank for each in found if each.propensity < 1} == {3, 5}


def test_a_new_course_is_said_to_have_had_no_takers(model: Model, board: Dataset) -> None:
    new = pd.DataFrame([course("c99", title_en="laboratory safety", domain="odd")])
    frame = pd.concat([board.table("courses"), new], ignore_index=True)
    dataset = Dataset.of({**board.tables, "courses": frame})

    for seed in range(20):
        for each in listed(model, dataset, "t00", seed):
            if each.course_id == "c99" and each.propensity < 1:
                assert "尚无人选学" in each.reasons[0].zh
                assert "nobody had chosen it" in each.reasons[0].en
                return
    pytest.fail("the new course was never tried")


def test_with_personalisation_off_nothing_is_explored(model: Model, board: Dataset) -> None:
    frame = board.table("teachers").copy()
    frame.loc[frame["teacher_id"].isin(["t00", "t01", "t02"]), "personalisation"] = False
    dataset = Dataset.of({**board.tables, "teachers": frame})
    (plain,) = rank(model, dataset, as_of=NOW, k=7)
    found = lists(model, dataset, 1)

    assert (found.courses[:3] == plain.courses[:3]).all()
    assert (found.chance[:3] == 1).all()
    assert (found.chance[3:] < 1).any()
