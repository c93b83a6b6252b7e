"""Cold starts: nothing of a newcomer's past trains, and each is a newcomer once."""

from __future__ import annotations

import numpy as np
import pytest

from features.errors import NotEnoughData
from tests.builders import at, checkerboard, took, world
from training.newcomers import NewCourses, NewTeachers
from training.split import TimeSplit


def test_without_a_teacher_who_had_a_past_nobody_can_be_made_new() -> None:
    events = [took("a", "x", at("2025-01-01")), took("a", "y", at("2025-01-02"))]
    events += [took("b", "x", at("2025-01-03")), took("b", "y", at("2025-01-04"))]
    with pytest.raises(NotEnoughData, match="test of cold-teachers:0.5:1/2"):
        NewTeachers(0.5, folds=2)(world(events))


def test_nothing_of_a_new_teachers_past_is_learned_from_and_only_they_are_judged() -> None:
    split = NewTeachers(0.7, folds=3)(checkerboard())

    judged = np.diff(split.truth.indptr) > 0
    assert 0 < judged.sum() < len(judged)
    assert not judged[split.train.log.teacher].any()
    assert split.cold[judged].all()


def test_a_new_teachers_states_stay_and_what_was_done_is_still_not_shown() -> None:
    dataset = checkerboard()
    split, by_time = NewTeachers(0.7, folds=3)(dataset), TimeSplit(0.7)(dataset)

    assert split.train.table("teachers").equals(dataset.table("teachers"))
    assert (split.done != by_time.done).nnz == 0
    assert split.candidates.tolist() == by_time.candidates.tolist()


def test_every_teacher_with_a_past_and_something_to_foresee_is_new_in_one_fold() -> None:
    dataset = checkerboard()
    by_time = TimeSplit(0.7)(dataset)
    folds = [NewTeachers(0.7, fold, folds=3)(dataset).truth.toarray() for fold in range(3)]

    truth = by_time.truth.toarray() & ~by_time.cold[:, None]
    assert (sum(fold.astype(int) for fold in folds) == truth).all()


def test_nothing_of_a_new_courses_past_is_learned_from() -> None:
    dataset = checkerboard()

    split = NewCourses(0.7, folds=3)(dataset)

    assert 0 < split.candidates.sum() < len(split.candidates)
    assert not split.candidates[split.train.log.course].any()
    assert not split.truth.toarray()[:, ~split.candidates].any()


def test_every_candidate_is_new_in_one_fold() -> None:
    folds = [NewCourses(0.7, fold, folds=3)(checkerboard()) for fold in range(3)]

    assert (sum(split.candidates.astype(int) for split in folds) == 1).all()


def test_the_tuning_slice_withholds_other_courses_than_the_judging_one() -> None:
    strategy = NewCourses(0.7, folds=3)
    split = strategy(checkerboard())

    inner = strategy(split.train)

    assert not (inner.candidates & split.candidates).any()
