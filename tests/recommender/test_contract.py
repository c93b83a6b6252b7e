"""What scorers are fitted on: the teachers' own first choices, and what was known before each."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.codes import CHOICE_KINDS
from features.course_encoder import CourseEncoder
from features.dataset import Dataset
from features.moments import instant
from features.profiles import ProfileEncoder
from recommender.scorers.contract import Training
from tests.builders import at, teacher, took, world

NOW = at("2025-06-01")


def training_on(dataset: Dataset) -> Training:
    courses, profiles = CourseEncoder.fit(dataset, NOW), ProfileEncoder.fit(dataset, NOW)
    return Training.of(dataset, NOW, courses, profiles)


def chosen(dataset: Dataset) -> list[tuple[str, str]]:
    choices = training_on(dataset).choices
    fitted = training_on(dataset).catalogue.fitted_courses
    names = dataset.teachers.outside(choices.teacher)
    return list(zip(names, fitted.outside(choices.course), strict=True))


@pytest.mark.parametrize("mode", ["assigned", "nominated", "whole_school"])
def test_what_was_not_self_selected_is_history_and_no_preference(mode: str) -> None:
    dataset = world(
        [took("ann", "a", "2025-01-01", offering_id="o"), took("ann", "b", "2025-01-02")],
        offerings=[{"offering_id": "o", "course_id": "a", "admission_mode": mode}],
    )

    assert chosen(dataset) == [("ann", "b")]
    assert training_on(dataset).profiles.histories.lasting.toarray()[0, 0] > 0.8


@pytest.mark.parametrize("kind", ["viewed", "saved", "failed", "rated", "dismissed", "withdrawn"])
def test_what_is_no_choice_is_none(kind: str) -> None:
    dataset = world([took("ann", "a", "2025-01-01", kind), took("ann", "b", "2025-01-02")])

    assert chosen(dataset) == [("ann", "b")]


def test_a_course_is_chosen_once_when_it_first_was() -> None:
    dataset = world(
        [
            took("ann", "a", "2025-01-01", "selected"),
            took("ann", "b", "2025-01-05"),
            took("ann", "a", "2025-02-01"),
        ]
    )

    assert chosen(dataset) == [("ann", "a"), ("ann", "b")]


def test_what_a_teacher_withdrew_from_is_no_preference() -> None:
    dataset = world(
        [
            took("ann", "a", "2025-01-01", "selected"),
            took("ann", "a", "2025-01-02", "started"),
            took("bob", "a", "2025-01-03", "selected"),
            took("ann", "a", "2025-02-01", "withdrawn"),
        ]
    )

    assert chosen(dataset) == [("bob", "a")]


@pytest.mark.parametrize("kind", CHOICE_KINDS)
def test_what_was_chosen_again_after_a_withdrawal_is_a_choice_of_that_day(kind: str) -> None:
    dataset = world(
        [
            took("ann", "a", "2025-01-01", "selected"),
            took("ann", "a", "2025-02-01", "withdrawn"),
            took("ann", "a", "2025-03-01", kind),
            took("ann", "a", "2025-04-01", "completed"),
        ]
    )

    assert chosen(dataset) == [("ann", "a")]
    assert training_on(dataset).choices.moment.tolist() == [instant(at("2025-03-01"))]


@pytest.mark.parametrize("kind", ["viewed", "saved", "rated", "failed", "dismissed"])
def test_what_is_no_choice_takes_none_back_and_brings_none_back(kind: str) -> None:
    def later(*kinds: str) -> Dataset:
        days = zip(kinds, ("2025-01-01", "2025-02-01", "2025-03-01"), strict=False)
        return world([took("ann", "a", day, told) for told, day in days])

    assert chosen(later("selected", kind)) == [("ann", "a")]
    assert chosen(later("selected", "withdrawn", kind)) == []


def test_a_withdrawal_not_yet_known_takes_nothing_back() -> None:
    late = took("ann", "a", "2025-02-01", "withdrawn", recorded_at=NOW)

    assert chosen(world([took("ann", "a", "2025-01-01", "selected"), late])) == [("ann", "a")]


def test_a_place_assigned_after_a_withdrawal_brings_no_choice_back() -> None:
    dataset = world(
        [
            took("ann", "a", "2025-01-01", "selected"),
            took("ann", "a", "2025-02-01", "withdrawn"),
            took("ann", "a", "2025-03-01", offering_id="o"),
        ],
        offerings=[{"offering_id": "o", "course_id": "a", "admission_mode": "assigned"}],
    )

    assert chosen(dataset) == []


EVENTS = st.lists(
    st.tuples(
        st.sampled_from("st"),
        st.sampled_from("ab"),
        st.integers(1, 9),
        st.sampled_from(["selected", "completed", "withdrawn", "dismissed", "viewed"]),
    ),
    min_size=1,
    max_size=16,
)


@settings(max_examples=100, deadline=None)
@given(EVENTS)
def test_a_choice_stands_if_no_withdrawal_came_with_or_after_it(rows) -> None:
    dataset = world([took(who, what, f"2025-01-0{day}", kind) for who, what, day, kind in rows])

    def first_standing(who: str, what: str) -> int | None:
        own = [(day, kind) for w, c, day, kind in rows if (w, c) == (who, what)]
        left = max((day for day, kind in own if kind == "withdrawn"), default=0)
        return min((day for day, kind in own if kind in CHOICE_KINDS and day > left), default=None)

    slow = {(w, c): first_standing(w, c) for w, c, _, _ in rows}
    training = training_on(dataset)
    days = pd.to_datetime(training.choices.moment, unit="us").day.tolist()
    standing = {pair: day for pair, day in slow.items() if day}

    assert dict(zip(chosen(dataset), days, strict=True)) == standing
    takers = CourseEncoder.fit(dataset, NOW).takers
    names = training.catalogue.fitted_courses.ids
    assert dict(zip(names, takers.tolist(), strict=True)) == {
        name: sum(course == name for _, course in standing) for name in names
    }


def test_features_of_the_past_are_those_of_the_past() -> None:
    """Ann became a backbone teacher after her first choices."""
    dataset = world(
        [took("ann", f"c{n}", f"2024-0{n}-01") for n in range(1, 9)],
        teachers=[
            teacher("ann", career_stage="novice"),
            teacher("ann", "2024-05-15", career_stage="backbone"),
        ],
    )
    profiles = ProfileEncoder.fit(dataset, at("2024-03-01"))
    training = Training.of(dataset, NOW, CourseEncoder.fit(dataset, NOW), profiles)
    novice = profiles.names.index("career_stage=novice")

    told = training.features_before(training.choices.teacher, training.choices.moment).toarray()

    assert told[0, novice] > 0
    assert told[-1, novice] == 0


def test_an_earlier_training_knows_only_what_was_known_then() -> None:
    dataset = world([took("ann", "a", "2025-01-01"), took("bob", "b", "2025-03-01")])

    earlier = training_on(dataset).earlier(at("2025-02-01"))

    assert earlier.n_fitted == 1
    assert len(earlier.choices) == 1
    assert earlier.as_of == at("2025-02-01")


def test_without_choices_there_is_one_anchor() -> None:
    training = training_on(world([took("ann", "a", "2025-01-01", "viewed")]))

    assert training.anchors.tolist() == [0]
    assert np.isfinite(training.past_features.toarray()).all()
