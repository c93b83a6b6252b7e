"""Courses as the model sees them."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from features import kriging
from features.catalogue import Catalogue, appeared
from features.columns import ColumnsFile
from features.course_encoder import CourseEncoder
from features.dataset import Dataset
from features.fitted import Fitted
from tests.builders import at, course, teacher, took, world

NOW = at("2025-06-01")
READING = {"domain": "teaching", "title_zh": "整本书阅读教学", "title_en": "Reading whole books"}
SAFETY = {"domain": "safety", "title_zh": "实验室安全", "title_en": "Safety in laboratories"}
SHELF = world(
    [took("ann", "reading", "2025-01-01"), took("ann", "safety", "2025-01-02")],
    courses=[
        course("reading", **READING),
        course("safety", **SAFETY),
        course("new reading", **READING),
        course("next year", available_from="2026-01-01", **SAFETY),
    ],
)


def catalogue_of(dataset: Dataset):
    return CourseEncoder.fit(dataset, NOW).transform(dataset, NOW)


def test_content_of_another_width_is_refused() -> None:
    fitted = CourseEncoder.fit(SHELF, NOW).to_fitted()
    narrow = Fitted.of_matrix("content", CourseEncoder.fit(SHELF, NOW).content[:, :3])

    with pytest.raises(ValueError, match="content of shape"):
        CourseEncoder.from_fitted(fitted | narrow)


def test_takers_are_the_teachers_who_chose_a_course_and_not_their_events() -> None:
    shelf = world(
        [
            took("ann", "a", "2025-01-01", "selected"),
            took("ann", "a", "2025-01-02"),
            took("bob", "a", "2025-01-03"),
            took("bob", "b", "2025-01-03", "viewed"),
            took("cem", "b", "2025-01-04", offering_id="o"),
            took("cem", "a", NOW),
        ],
        courses=[course("new")],
        offerings=[{"offering_id": "o", "course_id": "b", "admission_mode": "assigned"}],
    )
    encoder = CourseEncoder.fit(shelf, NOW)
    seen = CourseEncoder.from_fitted(encoder.to_fitted()).transform(shelf, NOW)

    assert dict(zip(seen.courses.ids, seen.takers.tolist(), strict=True)) == {
        "a": 2,
        "b": 0,
        "new": 0,
    }


def test_courses_with_takers_are_the_fitted_ones() -> None:
    seen = catalogue_of(SHELF)

    assert seen.fitted_courses.ids.tolist() == ["reading", "safety"]
    assert seen.position.tolist() == [-1, -1, 0, 1]


def test_a_course_dated_at_or_after_the_moment_has_not_appeared() -> None:
    table = world(
        courses=[
            course("a", available_from="2025-05-31"),
            course("b", available_from="2025-06-01"),
            course("c"),
        ],
        teachers=[teacher("ann")],
    ).table("courses")

    assert appeared(table, NOW).tolist() == [True, False, True]


def test_a_fitted_course_keeps_its_scores_and_a_new_one_borrows_its_neighbours() -> None:
    seen = catalogue_of(SHELF)
    scores = np.array([[1.0, 5.0]], np.float32)

    carried = dict(zip(seen.courses.ids, seen.carried(scores)[0].tolist(), strict=True))

    assert (carried["reading"], carried["safety"]) == (1.0, 5.0)
    assert carried["new reading"] < 3 < carried["next year"]


def test_a_carried_score_is_the_sum_over_what_a_course_takes_of_each_fitted_one() -> None:
    seen = catalogue_of(SHELF)
    scores = np.arange(6, dtype=np.float32).reshape(3, 2)
    taken = np.column_stack([seen.weights_of(course) for course in range(len(seen.courses))])

    np.testing.assert_allclose(seen.carried(scores), scores @ taken, rtol=1e-6)


def test_a_new_course_takes_shares_that_sum_to_one() -> None:
    new = catalogue_of(SHELF).carry.toarray()[:, 0]

    assert new.sum() == pytest.approx(1)


def test_a_course_is_not_its_own_neighbour() -> None:
    alike = catalogue_of(SHELF).alike.toarray()

    assert alike[0, 2] == alike[1, 3] == 0


def test_a_course_like_no_other_borrows_nothing() -> None:
    dataset = world(
        [took("ann", "reading", "2025-01-01")],
        courses=[
            course("reading", **READING),
            course("odd", kind="programme", obligation="assigned"),
        ],
    )

    assert catalogue_of(dataset).carried(np.ones((1, 1), np.float32)).tolist() == [[0.0, 1.0]]


def test_declared_columns_are_content() -> None:
    features = {"weeks": "number", "level": "category", "tools": "list", "outline": "text"}
    dataset = world(
        [took("ann", "a", "2025-01-01"), took("ann", "b", "2025-01-01")],
        courses=[
            course("a", weeks=2.0, level="basic", tools="pen;ink", outline="drawing letters"),
            course("b", weeks=9.0, level="basic", tools="pen", outline="drawing faces"),
        ],
        columns=ColumnsFile(features={"courses": features}),
    )

    names = set(CourseEncoder.fit(dataset, NOW).names)

    assert {"level=basic", "tools=ink", "tools=pen", "weeks=>=7.6", "text=draw"} <= names


def test_a_declared_number_that_no_course_has_is_no_content() -> None:
    dataset = world(
        [took("ann", "a", "2025-01-01")],
        columns=ColumnsFile(features={"courses": {"weeks": "number"}}),
    )
    encoder = CourseEncoder.fit(dataset, NOW)

    assert encoder.edges == {"weeks": []}
    assert not any(name.startswith("weeks") for name in encoder.names)


def test_a_model_of_declared_columns_reads_a_data_set_without_them() -> None:
    declared = world(
        [took("ann", "a", "2025-01-01")],
        courses=[course("a", weeks=2.0)],
        columns=ColumnsFile(features={"courses": {"weeks": "number"}}),
    )
    plain = world([took("ann", "a", "2025-01-01")])

    seen = CourseEncoder.fit(declared, NOW).transform(plain, NOW)

    assert seen.features.shape[0] == 1


def test_before_any_course_appeared_there_is_nothing_to_fit() -> None:
    encoder = CourseEncoder.fit(
        world(courses=[course("a", available_from="2026-01-01")], teachers=[teacher("ann")]), NOW
    )

    assert len(encoder.fitted) == 0
    assert encoder.names == ()


def test_a_course_encoder_read_back_sees_the_same() -> None:
    encoder = CourseEncoder.fit(SHELF, NOW)
    again = CourseEncoder.from_fitted(encoder.to_fitted())

    np.testing.assert_array_equal(
        again.transform(SHELF, NOW).carry.toarray(), encoder.transform(SHELF, NOW).carry.toarray()
    )


def test_thousands_of_courses_are_compared_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = catalogue_of(SHELF)
    monkeypatch.setattr("features.neighbours.CHUNK", 1)

    np.testing.assert_array_equal(catalogue_of(SHELF).carry.toarray(), whole.carry.toarray())


def _same(found: Catalogue, expected: Catalogue) -> None:
    for name in ("features", "alike", "carry", "borrowed"):
        left, right = (getattr(each, name) for each in (found, expected))
        left, right = (x.toarray() if sparse.issparse(x) else x for x in (left, right))
        np.testing.assert_allclose(left, right, atol=1e-6, err_msg=name)
    for name in ("appeared", "position", "takers"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
    assert list(found.courses.ids) == list(expected.courses.ids)


WORDS = ("阅读", "实验", "安全", "德育", "数学")
TITLES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map("".join)
SHELVES = st.dictionaries(
    st.sampled_from("abcdefgh"),
    st.tuples(TITLES, st.sampled_from(["teaching", "safety", None])),
    min_size=1,
)


@settings(max_examples=20)
@given(SHELVES, SHELVES, st.sampled_from([0, kriging.MOST]))
def test_seeing_what_has_changed_is_seeing_all_anew(
    before: dict[str, tuple[str, str | None]], after: dict[str, tuple[str, str | None]], most: int
) -> None:
    def shelf(courses: dict[str, tuple[str, str | None]]) -> Dataset:
        told = [course(key, title_zh=t, domain=d) for key, (t, d) in courses.items()]
        return world([took("ann", next(iter(courses)), "2025-01-01")], courses=told)

    with patch.object(kriging, "MOST", most), patch.object(kriging, "NEAREST", 1):
        encoder = CourseEncoder.fit(shelf(before), NOW)
        former = encoder.transform(shelf(before), NOW)

        renewed = encoder.renew(former, shelf(before), shelf(before | after), NOW)
        left = encoder.renew(renewed, shelf(before | after), shelf(after), NOW)

        _same(renewed, encoder.transform(shelf(before | after), NOW))
        _same(left, encoder.transform(shelf(after), NOW))
