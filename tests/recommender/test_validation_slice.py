"""The later slice of time on which a hybrid's parts are weighed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.catalogue import CourseEncoder
from features.profiles import ProfileEncoder
from recommender.scorers.contract import Training
from recommender.scorers.validation import Validation
from tests.builders import Row, at, course, took, world

NOW, CUT = at("2025-06-01"), at("2025-03-01")


def slice_of(*courses: Row) -> Validation:
    """Twenty teachers took two courses before the cut and two others after it."""
    events = [
        took(f"t{n:02d}", f"c{(n + place) % 6}", at("2025-01-01") + pd.Timedelta(days=40 * place))
        for n in range(20)
        for place in range(4)
    ]
    dataset = world(events, courses=courses)
    encoders = CourseEncoder.fit(dataset, NOW), ProfileEncoder.fit(dataset, NOW)
    return Validation.of(Training.of(dataset, NOW, *encoders), CUT)


def test_what_was_done_before_the_cut_is_closed_and_no_truth() -> None:
    found = slice_of()

    assert found.closed.sum(axis=1).tolist() == [2] * 20
    assert not (found.closed & found.truth).any()
    assert found.truth.sum(axis=1).tolist() == [2] * 20


def test_on_an_undated_shelf_a_course_that_nobody_took_is_closed() -> None:
    assert slice_of(course("untaken")).closed[:, -1].all()


def test_a_course_still_to_come_does_not_make_a_dated_shelf_of_an_undated_one() -> None:
    undated = slice_of(course("untaken"))
    coming = slice_of(course("untaken"), course("z coming", available_from="2025-07-01"))

    np.testing.assert_array_equal(coming.closed[:, :-1], undated.closed)
    assert coming.closed[:, -1].all()


def test_on_a_dated_shelf_a_course_that_had_appeared_is_open() -> None:
    found = slice_of(course("since", available_from="2025-05-01"), course("untaken"))

    assert found.closed[:, -2].all()
    assert not found.closed[:, -1].any()


@pytest.mark.parametrize("blind", [True, False])
def test_a_part_is_taken_only_if_it_clearly_helps(blind: bool) -> None:
    """Each of two parts foresees the choices of half of the teachers; a blind one of none."""
    found = slice_of()
    halves = np.arange(len(found.teachers)) % 2 == 0
    foreseen = found.truth.astype(np.float32)
    ranks = {
        "even": foreseen * halves[:, None],
        "odd": foreseen * ~halves[:, None] * (not blind),
    }

    weights = found.select(ranks, "even", np.ones(len(halves), bool))

    assert set(weights) == ({"even"} if blind else {"even", "odd"})
