"""An ablation looks at nothing later than its window, and fits each scorer once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ablation import ALL, judge, table, windows
from comparison.candidates import MIGHT_SHIP, Once, makers
from features.course_encoder import CourseEncoder
from features.dataset import Dataset
from features.profiles import ProfileEncoder
from prepare import ids_only
from recommender.scorers.contract import Training
from recommender.scorers.popularity import Popularity
from tests.builders import at, checkerboard, course, teacher, took, world


def _training(dataset: Dataset, as_of: pd.Timestamp) -> Training:
    courses, profiles = CourseEncoder.fit(dataset, as_of), ProfileEncoder.fit(dataset, as_of)
    return Training.of(dataset, as_of, courses, profiles)


def test_a_window_asks_for_nothing_after_its_end() -> None:
    dataset = checkerboard()
    bounds = [0.4, 0.6, 0.8]
    moments = np.quantile(dataset.log.occurred_at, bounds)

    splits = list(windows(dataset, bounds))

    assert [split.name for split in splits] == ["window 0.4 to 0.6", "window 0.6 to 0.8"]
    for split, start, end in zip(splits, moments, moments[1:], strict=False):
        assert split.train.log.occurred_at.max() < start
        within = dataset.log.occurred_at < end
        asked = set(zip(*split.truth.nonzero(), strict=True))
        chosen = zip(dataset.log.teacher[within], dataset.log.course[within], strict=True)
        assert asked <= set(chosen)


class _Counted(Popularity):
    fits = 0

    def fit(self, training: Training) -> _Counted:
        type(self).fits += 1
        return super().fit(training)


def test_a_scorer_is_fitted_once_on_each_past() -> None:
    dataset = checkerboard()
    early, late = (_training(dataset, at(day)) for day in ("2025-02-01", "2025-03-01"))
    scorer = Once(_Counted)

    scores = {}
    for training in (early, late, early, _training(dataset, at("2025-02-01"))):
        fitted = scorer.fit(training)
        scores[training.as_of] = fitted.score(training.profiles, training.catalogue)

    assert _Counted.fits == 2
    expected = Popularity().fit(late).score(late.profiles, late.catalogue)
    assert np.array_equal(scores[late.as_of], expected)


@pytest.mark.parametrize("name", MIGHT_SHIP)
def test_what_might_ship_scores_as_scorers_do(name: str) -> None:
    training = _training(checkerboard(), at("2025-03-01"))

    scores = makers()[name]().fit(training).score(training.profiles, training.catalogue)

    assert scores.shape == (len(training.profiles), 12)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()
    assert scores.any()


def test_every_scorer_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    some = {name: makers()[name] for name in ("popularity", "sequence", *MIGHT_SHIP)}
    monkeypatch.setattr("ablation.makers", lambda: some)
    told: list[str] = []

    judged = [judge(split, 0, told.append) for split in windows(checkerboard(), [0.5, 0.8])]

    assert told == [
        f"window 0.5 to 0.8: {hybrid}"
        for hybrid in (ALL, "without popularity", "without sequence", "with EASE")
    ]
    assert table("", judged, 0).row_count == 3


def test_nothing_but_ids_and_times_is_left_of_own_choices() -> None:
    dataset = world(
        [
            took("ann", "a", "2025-01-01"),
            took("ann", "b", "2025-01-02", kind="viewed"),
            took("bob", "a", "2025-01-03"),
        ],
        teachers=[teacher("ann", phase="primary"), teacher("bob", phase="junior")],
        courses=[course("a", title_en="reading"), course("b", domain="x")],
    )

    left = ids_only(dataset)

    for table_name, key in (("teachers", "teacher_id"), ("courses", "course_id")):
        frame = left.table(table_name)
        told = [name for name in frame if frame[name].notna().any() and frame[name].nunique() > 1]
        assert told == [key]
    assert len(left.log) == 2
    assert left.teachers.ids.tolist() == dataset.teachers.ids.tolist()
