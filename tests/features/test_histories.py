"""Decayed histories, against a double loop over pairs and events."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features import codes, histories
from features.catalogue import Catalogue
from features.course_encoder import CourseEncoder
from features.dataset import Dataset
from features.histories import DAYS, STEPS, event_weights, histories_before
from features.moments import MICROSECONDS_PER_DAY, instant
from features.profiles import ProfileEncoder
from recommender.scorers.contract import Training
from tests.builders import at, checkerboard, course, took, world

NOW = at("2025-06-01")


def seen_by(dataset: Dataset, as_of: pd.Timestamp = NOW) -> Catalogue:
    return CourseEncoder.fit(dataset, as_of).transform(dataset, as_of)


def naive(dataset, pairs, catalogue, fading, longest) -> np.ndarray:
    (teachers, moments), (unit, half_life) = pairs, fading
    log = dataset.log
    found = np.zeros((len(teachers), len(dataset.courses)))
    for pair, (who, moment) in enumerate(zip(teachers, moments, strict=True)):
        known = [
            (log.known_at[e], e)
            for e in range(len(log))
            if log.teacher[e] == who and log.known_at[e] < moment
        ]
        latest = [e for _, e in sorted(known)[-longest:]]
        for place, e in enumerate(latest):
            if unit == "days":
                age = (moment - log.occurred_at[e]) / MICROSECONDS_PER_DAY
            else:
                after = [log.course[other] for other in latest[place:]]
                age = sum(one != next_ for one, next_ in zip(after, after[1:], strict=False))
            weight = codes.EVENT_WEIGHTS[codes.EVENT_KINDS[log.kind[e]]]
            found[pair, log.course[e]] += weight * 2.0 ** (-age / half_life)
    return found @ catalogue.carry.T.toarray()


days = st.integers(0, 60).map(lambda n: at("2025-01-01") + pd.Timedelta(days=n))
events = st.builds(
    lambda who, what, when, kind, late: took(
        who, what, when, kind, recorded_at=when + pd.Timedelta(days=late)
    ),
    st.sampled_from(["ann", "bob"]),
    st.sampled_from(["a", "b", "c"]),
    days,
    st.sampled_from(codes.EVENT_KINDS),
    st.sampled_from([0, 0, 20]),
)


@settings(max_examples=30)
@given(st.lists(events, min_size=1, max_size=9), st.lists(days, min_size=1, max_size=3))
def test_histories_agree_with_a_double_loop(rows, moments) -> None:
    dataset = world(rows, courses=[course("a", domain="x"), course("b", domain="x"), course("c")])
    catalogue = seen_by(dataset, at("2025-01-20"))
    teachers = np.arange(len(dataset.teachers)).repeat(len(moments))
    asked = np.tile([instant(moment) for moment in moments], len(dataset.teachers))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(histories, "LONGEST", 4)
        fast = histories_before(dataset.log, teachers, asked, catalogue)

    asked_for = [("steps", half_life) for half_life in STEPS]
    asked_for += [("days", half_life) for half_life in DAYS]
    for fading, found in zip(asked_for, fast.matrices, strict=True):
        slow = naive(dataset, (teachers, asked), catalogue, fading, longest=4)
        np.testing.assert_allclose(found.toarray(), slow, rtol=1e-5, atol=1e-7)


def test_the_history_a_model_is_trained_on_is_the_one_it_is_served() -> None:
    dataset = checkerboard()
    courses, profiles = CourseEncoder.fit(dataset, NOW), ProfileEncoder.fit(dataset, NOW)
    training = Training.of(dataset, NOW, courses, profiles)
    some = np.arange(0, len(training.choices), 17)
    teachers, moments = training.choices.teacher[some], training.choices.moment[some]

    trained = training.histories_before(teachers, moments)

    for row, (who, moment) in enumerate(zip(teachers, moments.tolist(), strict=True)):
        then = pd.Timestamp(moment, unit="us", tz="UTC")
        served = profiles.transform(dataset, then, training.catalogue, np.array([who]))
        for a, b in zip(trained.matrices, served.histories.matrices, strict=True):
            np.testing.assert_array_equal(a[[row]].toarray(), b.toarray())


def test_an_event_recorded_late_does_not_push_an_older_one_out() -> None:
    """Serving at a moment and training on it later see the same latest events."""
    start = at("2025-01-01")
    many = [took("ann", f"c{n}", start + pd.Timedelta(hours=n)) for n in range(histories.LONGEST)]
    late = took("ann", "late", start + pd.Timedelta(hours=9), recorded_at="2025-05-30")
    moment = at("2025-05-01")

    without, with_it = (
        histories_before(
            (d := world(rows, courses=[course("late")])).log,
            np.array([0]),
            np.array([instant(moment)]),
            seen_by(d, moment),
        ).lasting.toarray()
        for rows in (many, [*many, late])
    )

    np.testing.assert_array_equal(without, with_it)
    assert np.count_nonzero(with_it) == histories.LONGEST


def test_an_event_counts_half_after_a_half_life() -> None:
    dataset = world([took("ann", "a", NOW - pd.Timedelta(days=60))])

    past = histories_before(dataset.log, np.array([0]), np.array([instant(NOW)]), seen_by(dataset))

    assert past.by_days[DAYS.index(60.0)].toarray().tolist() == [[0.5]]


def test_a_course_counts_half_after_one_other_course_however_long_ago() -> None:
    """Repeated events of one course are one step."""
    dataset = world(
        [took("ann", "a", "2015-01-01"), took("ann", "b", "2015-01-02", "selected")]
        + [took("ann", "b", "2015-02-01", "started")]
    )

    past = histories_before(dataset.log, np.array([0]), np.array([instant(NOW)]), seen_by(dataset))

    assert past.by_steps[STEPS.index(1.0)].toarray()[0, 0] == 0.5


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("completed", 1.0), ("viewed", 0.2), ("failed", 0.0), ("dismissed", -0.5)],
)
def test_each_kind_says_its_share_about_taste(kind: str, expected: float) -> None:
    dataset = world([took("ann", "a", "2025-01-01", kind)])

    assert event_weights(dataset.log).tolist() == pytest.approx([expected])


def test_a_failed_course_is_no_history() -> None:
    dataset = world([took("ann", "a", "2025-01-01", "failed")])

    past = histories_before(dataset.log, np.array([0]), np.array([instant(NOW)]), seen_by(dataset))

    assert [history.nnz for history in past.matrices] == [0] * 6


def test_a_course_outside_the_fitted_ones_counts_as_those_like_it() -> None:
    about = {"domain": "assessment", "title_en": "Asking good questions"}
    dataset = world(
        [took("ann", "old", "2025-01-01"), took("ann", "new", "2025-05-25")],
        courses=[course("old", **about), course("new", **about)],
    )
    catalogue = seen_by(dataset, at("2025-02-01"))

    past = histories_before(dataset.log, np.array([0]), np.array([instant(NOW)]), catalogue)

    assert past.by_days[DAYS.index(7.0)].toarray()[0, 0] == pytest.approx(0.5, rel=1e-3)
