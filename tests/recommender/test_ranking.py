"""From scores to lists."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest

from features.dataset import Dataset
from features.errors import InvalidSetting
from recommender import ranking
from recommender.model import Model
from recommender.ranking import NONE, best, rank
from tests.builders import at, checkerboard, course, teacher, took, world

NOW = at("2025-06-01")
LIGHT = ("popularity", "content", "sequence")


@pytest.fixture(scope="module")
def board() -> Dataset:
    return checkerboard()


@pytest.fixture(scope="module")
def model(board: Dataset) -> Model:
    return Model.fit(board, as_of=NOW, scorers=LIGHT)


def test_a_list_of_no_courses_is_refused(model: Model, board: Dataset) -> None:
    with pytest.raises(InvalidSetting, match="k: expected at least 1, got 0"):
        next(rank(model, board, as_of=NOW, k=0))


def test_an_unknown_scorer_is_refused(model: Model, board: Dataset) -> None:
    with pytest.raises(InvalidSetting, match="one of popularity, content, sequence, hybrid"):
        next(rank(model, board, as_of=NOW, k=1, scorer="oracle"))


def test_a_list_longer_than_what_is_eligible_is_padded(model: Model, board: Dataset) -> None:
    (lists,) = rank(model, board, as_of=NOW, k=12)

    assert lists.courses.shape == lists.scores.shape == (24, 12)
    assert lists.courses.dtype == np.int32
    assert lists.scores.dtype == np.float32
    assert ((lists.courses >= 0).sum(axis=1) == 7).all()
    assert (lists.courses[:, 7:] == NONE).all()
    assert np.isneginf(lists.scores[:, 7:]).all()


def test_a_list_is_no_longer_than_there_are_courses(model: Model, board: Dataset) -> None:
    (lists,) = rank(model, board, as_of=NOW, k=10**12)

    assert lists.courses.shape == lists.scores.shape == (24, 12)


def test_scores_fall_along_a_list(model: Model, board: Dataset) -> None:
    (lists,) = rank(model, board, as_of=NOW, k=7)

    assert (np.diff(lists.scores, axis=1) <= 0).all()


def test_ties_go_to_the_lower_position() -> None:
    scores = np.array([[1, 2, 2, 2]], np.float32)
    allowed = np.array([[True, True, False, True]])

    assert best(np.array([0]), scores, allowed, 3).courses.tolist() == [[1, 3, 0]]


def test_where_nothing_is_allowed_the_list_is_empty() -> None:
    scores, nothing = np.ones((1, 2), np.float32), np.zeros((1, 2), bool)

    assert best(np.array([0]), scores, nothing, 2).courses.tolist() == [[NONE, NONE]]


def test_where_the_chunks_end_does_not_matter(
    model: Model, board: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    (whole,) = rank(model, board, as_of=NOW, k=5)
    monkeypatch.setattr(ranking, "CHUNK", 7)
    chunks = list(rank(model, board, as_of=NOW, k=5))

    assert [len(chunk.teachers) for chunk in chunks] == [7, 7, 7, 3]
    np.testing.assert_array_equal(np.vstack([chunk.courses for chunk in chunks]), whole.courses)
    np.testing.assert_array_equal(np.vstack([chunk.scores for chunk in chunks]), whole.scores)


def test_some_teachers_get_the_lists_they_get_among_all(model: Model, board: Dataset) -> None:
    (whole,) = rank(model, board, as_of=NOW, k=5)
    some = np.array([9, 3])

    (lists,) = rank(model, board, as_of=NOW, k=5, teachers=some)

    assert lists.teachers.tolist() == [9, 3]
    np.testing.assert_array_equal(lists.courses, whole.courses[some])


def test_a_catalogue_at_hand_gives_the_same_lists(model: Model, board: Dataset) -> None:
    catalogue = model.catalogue(board, NOW)

    (own,) = rank(model, board, as_of=NOW, k=5)
    (given,) = rank(model, board, as_of=NOW, k=5, catalogue=catalogue)

    np.testing.assert_array_equal(own.courses, given.courses)


def test_a_course_still_to_appear_is_in_no_list_and_shifts_no_score(
    model: Model, board: Dataset
) -> None:
    tables = dict(board.tables)
    coming = pd.DataFrame([course("a coming", available_from=NOW, title_en="reading aloud")])
    tables["courses"] = pd.concat([tables["courses"], coming], ignore_index=True)
    later = Dataset.of(tables)

    (before,) = rank(model, board, as_of=NOW, k=5)
    (after,) = rank(model, later, as_of=NOW, k=5)

    names = board.courses.outside(before.courses.ravel())
    assert names.tolist() == later.courses.outside(after.courses.ravel()).tolist()
    np.testing.assert_array_equal(before.scores, after.scores)


def county(n_teachers: int) -> Dataset:
    """Ten teachers, again and again."""
    return world(
        [
            took(f"t{n:03d}", f"c{(n % 10 + place) % 6}", f"2025-01-0{place + 1}")
            for n in range(n_teachers)
            for place in range(3)
        ],
        teachers=[
            teacher(f"t{n:03d}", phase=("primary", "junior")[n % 2], subjects=f"s{n % 10}")
            for n in range(n_teachers)
        ],
        courses=[course(f"c{n}", phases=None if n else "primary;junior") for n in range(6)],
    )


def test_ranking_has_no_python_loop_over_teachers(model: Model) -> None:
    calls = []
    for dataset in (county(50), county(500)):
        list(rank(model, dataset, as_of=NOW, k=3))  # warm
        calls.append(_calls(lambda d=dataset: list(rank(model, d, as_of=NOW, k=3))))

    assert calls[1] < 1.05 * calls[0]


def _calls(run) -> int:
    """How many Python functions a call calls."""
    count = 0

    def count_calls(frame, event, argument) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(count_calls)
    try:
        run()
    finally:
        sys.setprofile(before)
    return count
