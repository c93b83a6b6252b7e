"""What lists are measured by is what was known at the cut, and nothing more."""

from __future__ import annotations

import math

import numpy as np
import pytest

from features.columns import ColumnsFile
from features.course_encoder import CourseEncoder
from features.dataset import Dataset
from tests.builders import at, course, teacher, took, world
from training.qualities import Qualities
from training.split import Split, TimeSplit

EVENTS = [
    took("ann", "a", at("2025-01-01")),
    took("bob", "a", at("2025-01-02")),
    took("bob", "b", at("2025-01-03"), "viewed"),
    took("bob", "c", at("2025-01-04"), offering_id="told"),
    took("ann", "c", at("2025-03-01")),
    took("ann", "b", at("2025-03-02")),
]
COURSES = [
    course("a", domain="ethics", title_en="duties"),
    course("b", domain="skill", title_en="reading aloud"),
    course("c", domain="skill", title_en="reading aloud"),
]
TOLD = {"offering_id": "told", "course_id": "c", "admission_mode": "assigned"}


def seen(dataset: Dataset) -> tuple[Split, Qualities]:
    split = TimeSplit(0.7)(dataset)
    encoder = CourseEncoder.fit(split.train, split.cut)
    return split, Qualities.of(split, encoder.transform(split.train, split.cut))


def whole(**more: object) -> Dataset:
    return world(EVENTS, courses=COURSES, **{"offerings": [TOLD], **more})


def measured(dataset: Dataset, shown: list[list[int]]) -> dict[str, list[float]]:
    _, qualities = seen(dataset)
    values = qualities.measure(np.arange(2), np.array(shown))
    return dict(zip(qualities.names, values.T.tolist(), strict=True))


def test_without_offerings_and_categories_nothing_is_said_of_them() -> None:
    plain = [{**each, "offering_id": None} for each in EVENTS]
    _, qualities = seen(world(plain, courses=[course("a"), course("b"), course("c")]))
    assert qualities.names == ("novelty", "diversity")


def test_surprise_counts_teachers_who_took_a_course_before_the_cut() -> None:
    split, qualities = seen(whole())
    assert at("2025-01-04") < split.cut < at("2025-03-01")
    # Both took a, bob alone c; what was only viewed or comes later is taken by nobody.
    assert qualities.information.tolist() == [-math.log2(2 / 2), 1.0, -math.log2(1 / 2)]


def test_calibration_goes_by_own_choices_alone() -> None:
    split, qualities = seen(whole())
    assert qualities.category == "domain"
    assert qualities.history.toarray().tolist() == [[1, 0, 0], [1, 0, 0]]
    found = measured(whole(), [[0, -1], [1, 2]])
    assert found["miscalibration"] == pytest.approx([0, math.log(1 / 0.01)])


def test_a_declared_category_stands_in_for_the_domain() -> None:
    plain = [course("a", topic="x;y"), course("b"), course("c", topic="y")]
    columns = ColumnsFile(features={"courses": {"topic": "list"}})
    _, qualities = seen(world(EVENTS, courses=plain, columns=columns, offerings=[TOLD]))
    assert qualities.category == "topic"
    assert qualities.categories.toarray().tolist() == [[0.5, 0.5], [0, 0], [0, 1]]


def test_courses_of_the_same_words_make_no_variety() -> None:
    found = measured(whole(), [[1, 2], [0, 1]])
    assert found["diversity"][0] == pytest.approx(0, abs=1e-6)
    assert found["diversity"][1] > 0.5


def test_a_list_is_open_by_the_offerings_open_to_that_teacher_at_the_cut() -> None:
    dataset = whole(
        teachers=[teacher("ann", organisation_id="s"), teacher("bob")],
        organisations=[{"organisation_id": "s"}],
        offerings=[
            {**TOLD, "apply_until": "2025-01-31"},
            {"offering_id": "s", "course_id": "a", "organisation_id": "s"},
            {"offering_id": "all", "course_id": "b"},
        ],
    )
    found = measured(dataset, [[0, 2, -1], [0, 2, -1]])
    assert found["open"] == [1 / 2, 0]
    assert found["any_open"] == [1, 0]
