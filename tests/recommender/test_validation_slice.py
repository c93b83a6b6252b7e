"""The later slice of time on which a hybrid's parts are weighed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from features.course_encoder import CourseEncoder
from features.profiles import ProfileEncoder
from recommender.scorers.contract import Training
from recommender.scorers.validation import Validation
from tests.builders import Row, at, course, took, world

NOW, CUT = at("2025-06-01"), at("2025-03-01")


def slice_of(*courses: Row, events: Sequence[Row] = ()) -> Validation:
    return Validation.of(training_of(*courses, events=events), CUT)


def training_of(*courses: Row, events: Sequence[Row] = ()) -> Training:
    """Twenty teachers took two courses before the cut and two others after it."""
    taken = [
        took(f"t{n:02d}", f"c{(n + place) % 6}", at("2025-01-01") + pd.Timedelta(days=40 * place))
        for n in range(20)
        for place in range(4)
    ]
    dataset = world([*taken, *events], courses=courses)
    encoders = CourseEncoder.fit(dataset, NOW), ProfileEncoder.fit(dataset, NOW)
    return Training.of(dataset, NOW, *encoders)


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


def test_a_course_dated_before_the_cut_is_open_though_nobody_took_it() -> None:
    found = slice_of(course("since", available_from="2025-02-01"))

    assert not found.closed[:, -1].any()


@pytest.mark.parametrize("dated", [None, "2025-02-01", "2025-05-01"])
def test_an_undated_course_first_taken_after_the_cut_is_closed_whatever_others_tell(dated) -> None:
    late = [took(f"t{n:02d}", "late", "2025-05-02") for n in range(20)]
    found = slice_of(course("other", available_from=dated), events=late)

    column = found.training.catalogue.courses.positions(["late"])[0]
    assert found.closed[:, column].all()
    assert not found.truth[:, column].any()


def test_what_a_rule_closes_is_closed_in_the_slice_too() -> None:
    found = slice_of(course("c0", prerequisites="never"), course("never"))

    assert found.closed[:, 0].all()


def test_of_withheld_courses_nothing_is_known_and_they_alone_are_asked_for() -> None:
    training = training_of()
    withheld = np.array([True, True, False, False, False, False])

    found = Validation.of(training, CUT, withheld)

    assert found.closed[:, ~withheld].all()
    assert (found.training.catalogue.position[withheld] == -1).all()
    assert found.training.n_fitted == (~withheld).sum()
    assert found.truth.any()


def test_strangers_are_the_same_teachers_without_a_past() -> None:
    found = slice_of()
    strangers = found.of_strangers()

    assert found.profiles.warm.all()
    assert not strangers.profiles.warm.any()
    np.testing.assert_array_equal(strangers.profiles.teachers, found.profiles.teachers)
    np.testing.assert_array_equal(strangers.truth, found.truth)


def test_some_rows_keep_their_truth() -> None:
    found = slice_of()
    even = np.arange(len(found)) % 2 == 0

    np.testing.assert_array_equal(found.rows(even).truth, found.truth[even])
    np.testing.assert_array_equal(found.rows(even).profiles.teachers, found.profiles.teachers[even])


def test_a_large_catalogue_is_judged_by_fewer_teachers(monkeypatch) -> None:
    monkeypatch.setattr("recommender.scorers.validation.MAX_CELLS", 30)

    assert len(slice_of()) == 30 // 6


def test_those_who_go_on_are_asked_at_their_middle_choice_with_what_they_knew_by_then() -> None:
    training = training_of()
    slice_ = Validation.of(training, CUT)

    found = slice_.of_those_who_go_on(training)

    # Of two choices since the cut the first is known, and the second is asked for.
    assert found.truth.sum(axis=1).tolist() == [1] * 20
    assert found.closed.sum(axis=1).tolist() == [3] * 20
    assert not (found.truth & found.closed).any()
    reached = [np.diff(each.profiles.histories.lasting.indptr) for each in (slice_, found)]
    assert (reached[1] == reached[0] + 1).all()


def test_those_who_go_on_tell_the_parts_nothing_new() -> None:
    training = training_of()
    slice_ = Validation.of(training, CUT)

    assert slice_.of_those_who_go_on(training).training is slice_.training


def test_who_chose_once_does_not_go_on() -> None:
    training = training_of()
    last = at("2025-01-01") + pd.Timedelta(days=100)

    assert len(Validation.of(training, last).of_those_who_go_on(training)) == 0
