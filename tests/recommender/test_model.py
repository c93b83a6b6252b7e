"""A model is fitted on what was known, named by what it learned, and free of teachers."""

from __future__ import annotations

import numpy as np
import pytest

from features.dataset import Dataset
from features.errors import InvalidSetting, NotEnoughData
from recommender.model import Model
from tests.builders import at, checkerboard, course, teacher, took, world

NOW = at("2025-06-01")
LIGHT = ("popularity", "content", "sequence")


@pytest.mark.parametrize("names", [(), ("popularity", "oracle")])
def test_unknown_scorers_are_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(InvalidSetting, match="some of popularity, lasting, rising, content"):
        Model.fit(checkerboard(), as_of=NOW, scorers=names)


@pytest.mark.parametrize(
    "dataset",
    [
        world(),
        world(teachers=[teacher("ann")], courses=[course("a")]),
        world([took("ann", "a", "2025-06-01")]),
        world([took("ann", "a", "2025-01-01", "viewed")]),
        world(
            [took("ann", "a", "2025-01-01", offering_id="o")],
            offerings=[{"offering_id": "o", "course_id": "a", "admission_mode": "assigned"}],
        ),
        world(
            [took("ann", "a", "2025-07-01")],
            teachers=[teacher("ann", "2025-07-01")],
            courses=[course("a", available_from="2025-07-01")],
        ),
    ],
    ids=["nothing", "no events", "later", "only viewed", "only assigned", "all later"],
)
def test_without_a_choice_there_is_not_enough_data(dataset: Dataset) -> None:
    with pytest.raises(NotEnoughData, match="at least one event of a teacher's own choice"):
        Model.fit(dataset, as_of=NOW, scorers=LIGHT)


def test_fitting_tells_its_steps() -> None:
    steps: list[str] = []

    Model.fit(checkerboard(), as_of=NOW, scorers=LIGHT, report=steps.append)

    assert steps == [
        "read profiles and courses",
        "validate popularity",
        "validate content",
        "validate sequence",
        "learn how to blend",
        "fit popularity",
        "fit content",
        "fit sequence",
    ]


def test_data_of_another_name_but_the_same_content_gives_the_same_version() -> None:
    board = checkerboard()
    later = world(
        [took("ann", "a", "2025-01-01"), took("ann", "a", "2025-12-01", "viewed")],
    )
    earlier = world([took("ann", "a", "2025-01-01")])
    one, other = (Model.fit(d, as_of=NOW, scorers=LIGHT) for d in (earlier, later))

    assert one.version == other.version
    assert one.data_hash != other.data_hash
    assert Model.fit(board, as_of=NOW, scorers=LIGHT).version != one.version


def test_the_model_file_is_named_by_its_moment_too() -> None:
    board = checkerboard()

    assert (
        Model.fit(board, as_of=NOW, scorers=("content",)).version
        != Model.fit(board, as_of=at("2025-06-02"), scorers=("content",)).version
    )


def test_a_model_scores_a_data_set_of_other_teachers_and_courses() -> None:
    model = Model.fit(checkerboard(), as_of=NOW, scorers=LIGHT)
    other = world(teachers=[teacher("zoe")], courses=[course("z", title_en="Reading aloud")])
    catalogue = model.catalogue(other, NOW)
    profiles = model.profiles(other, NOW, catalogue)

    for name in model.scorers:
        scores = model.score(profiles, catalogue, name)
        assert scores.shape == (1, 1)
        assert np.isfinite(scores).all()
