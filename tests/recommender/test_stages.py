"""By whom the second stage of each group of teachers is chosen."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.scorers import stages
from recommender.scorers.registry import made
from recommender.scorers.validation import Validation
from tests.recommender.test_validation_slice import CUT, training_of


@pytest.fixture(autouse=True)
def few_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "MIN_GROUP", 10)


def truth_by_whom_the_warm_are_judged() -> np.ndarray:
    training = training_of()
    slice_ = Validation.of(training, CUT)
    parts = made(["popularity"])
    parts["popularity"].fit(slice_.training)
    placed = {"popularity": slice_.places(parts["popularity"])}
    view, _ = stages._views(training, slice_, placed, parts)[stages.WARM]
    return view.truth.sum(axis=1)


def test_where_enough_come_back_they_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "MIN_RETURNING", 20)

    assert truth_by_whom_the_warm_are_judged().tolist() == [2] * 20


def test_where_few_come_back_those_who_go_on_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "MIN_RETURNING", 21)

    assert truth_by_whom_the_warm_are_judged().tolist() == [1] * 20


def test_where_few_go_on_either_those_who_come_back_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "MIN_RETURNING", 21)
    monkeypatch.setattr(stages, "MIN_GROUP", 21)

    assert truth_by_whom_the_warm_are_judged().tolist() == [2] * 20
