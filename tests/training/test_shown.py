"""What can be shown is said once: judging, tuning, comparing and the hybrid's own slice agree."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from comparison.judging import judged_teachers, lists
from comparison.own import asked
from comparison.task import Task
from features.course_encoder import CourseEncoder
from features.dataset import Dataset
from features.profiles import ProfileEncoder
from recommender.eligibility import Eligibility
from recommender.model import Model
from recommender.scorers.contract import Training
from recommender.scorers.validation import Validation
from tests.builders import Row, at, course, teacher, took, world
from training.evaluate import judge
from training.newcomers import NewTeachers
from training.simulate import Simulation, simulate
from training.split import OWN, Split, split_at
from training.validation_slice import Slice

CUT = at("2025-03-01")
BEFORE, AFTER = at("2025-01-01"), at("2025-05-01")
#: What is said of the course "wanted", and which rule it names.
CLOSED = {
    "another phase": {"phases": "senior"},
    "a prerequisite missing": {"prerequisites": "first"},
    "an equivalent done": {"equivalence": "same"},
    "a failing grade": {"grade": "failing"},
}


def shelf(**about: object) -> Dataset:
    """All did "old" before the cut; after it they took "wanted", of which this is said."""
    people = [f"t{n}" for n in range(8)]
    taken = [took(who, "old", BEFORE + pd.Timedelta(days=n)) for n, who in enumerate(people)]
    taken += [took("z", name, BEFORE) for name in ("wanted", "open")]
    taken += [took(who, name, AFTER) for who in people for name in ("wanted", "open")]
    return world(
        taken,
        teachers=[teacher(who, phase="primary") for who in people],
        courses=[course("wanted", **about), course("old", equivalence="same"), course("first")],
    )


def split_of(dataset: Dataset) -> Split:
    return split_at(dataset, CUT, "test")


def position(split: Split, name: str) -> int:
    return int(split.train.courses.positions([name])[0])


@pytest.mark.parametrize("about", CLOSED.values(), ids=CLOSED)
def test_a_choice_that_a_rule_closed_is_out_of_reach_and_counted(about: Row) -> None:
    split, free = split_of(shelf(**about)), split_of(shelf())
    wanted = position(split, "wanted")

    assert not split.can_be_shown(np.arange(8))[:, wanted].any()
    assert not split.truth[:, [wanted]].nnz
    assert (split.truth.nnz, split.out_of_reach) == (8, 8)
    assert (free.truth.nnz, free.out_of_reach) == (16, 0)


@pytest.mark.parametrize("about", CLOSED.values(), ids=CLOSED)
def test_no_list_of_any_method_holds_what_a_rule_closes(about: Row) -> None:
    split = split_of(shelf(**about))
    wanted, teachers = position(split, "wanted"), judged_teachers(split)
    highest = np.zeros((1, len(split.candidates)), np.float32)
    highest[0, wanted] = 1
    model = Model.fit(split.train, as_of=CUT, scorers=["popularity", "content"], seed=0)
    peers = {"a peer": lambda who: np.tile(highest, (len(who), 1)), **asked(model, Task.of(split))}

    for name, scores in peers.items():
        assert wanted not in lists(scores, split, teachers, 5), name


class Wishful:
    """A scorer that wants one course for everybody."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted

    def fit(self, training: Training) -> Wishful:
        return self

    def score(self, profiles, catalogue) -> NDArray[np.float32]:
        scores = np.zeros((len(profiles), len(catalogue.courses)), np.float32)
        scores[:, self.wanted] = 1
        return scores


def test_a_setting_is_not_tuned_for_courses_that_are_closed() -> None:
    split = split_of(shelf(phases="senior"))
    closed, other = position(split, "wanted"), position(split, "old")
    of_slice = Slice.of(split, seed=0)

    np.testing.assert_array_equal(of_slice.values(Wishful(closed)), of_slice.values(Wishful(other)))


def test_judging_asks_for_the_same_as_tuning() -> None:
    split = split_of(shelf(phases="senior"))
    model = Model.fit(split.train, as_of=CUT, scorers=["popularity"], seed=0)
    judged = judge(model, split, ["popularity"], k=10)

    np.testing.assert_allclose(
        judged.values[:, 0, judged.metrics.index("ndcg@10")],
        Slice.of(split, seed=0).values(model.scorers["popularity"]),
    )
    assert judged.facts["choices_out_of_reach"] == 8


def test_what_a_new_teacher_completed_still_opens_what_it_is_a_prerequisite_of() -> None:
    dataset = shelf(prerequisites="old")
    split = NewTeachers(0.5, folds=1)(dataset)

    assert split.cold.any()
    assert split.can_be_shown(np.flatnonzero(split.cold))[:, position(split, "wanted")].any()
    assert not split.can_be_shown(np.flatnonzero(split.cold))[:, position(split, "old")].any()


def test_the_hybrids_own_slice_and_a_split_agree_on_a_province() -> None:
    dataset = simulate(Simulation(teachers=60, courses=60), 0)[0]
    cut = pd.Timestamp(int(np.quantile(dataset.log.occurred_at, 0.7)), unit="us", tz="UTC")
    split, end = split_at(dataset, cut, "test"), dataset.log.end
    training = Training.of(
        dataset, end, CourseEncoder.fit(dataset, end), ProfileEncoder.fit(dataset, end)
    )

    own = Validation.of(training, cut)

    shown = split.can_be_shown(own.profiles.teachers)
    np.testing.assert_array_equal(~own.closed, shown)
    assert not (split.truth[own.profiles.teachers].toarray() & ~shown).any()
    assert shown.sum() < (split.candidates & ~split.done[own.profiles.teachers].toarray()).sum()


PAIRS = st.tuples(st.sampled_from("stu"), st.sampled_from("abcd"), st.integers(0, 9))
ABOUT = st.fixed_dictionaries(
    {},
    optional={
        "phases": st.sampled_from(["primary", "senior"]),
        "prerequisites": st.sampled_from("abcd"),
        "equivalence": st.sampled_from(["x", "y"]),
        "available_until": st.sampled_from([BEFORE, AFTER]),
    },
)


@st.composite
def splits(draw: st.DrawFn, about: st.SearchStrategy[Row]) -> Split:
    """Some events in the days around the cut, of which one at least can be foreseen."""
    rows = draw(st.lists(PAIRS, max_size=20))
    taken = [took(who, what, CUT + pd.Timedelta(days=day - 5)) for who, what, day in rows]
    taken += [took("u", "e", BEFORE), took("v", "e", AFTER)]
    courses = [course(name, **draw(about)) for name in "abcd"]
    return split_of(world(taken, courses=courses, teachers=[teacher("s", phase="primary")]))


@settings(max_examples=60, deadline=None)
@given(splits(ABOUT))
def test_what_can_be_shown_is_what_no_rule_keeps_from_a_teacher(split: Split) -> None:
    rules = Eligibility.of(split.train, split.cut)
    people = np.arange(len(split.train.teachers))

    slow = [
        [
            bool(known) and not rules.why_not(who, what)
            for what, known in enumerate(split.candidates)
        ]
        for who in people
    ]

    assert split.can_be_shown(people).tolist() == slow
    assert not (split.truth.toarray() & ~np.array(slow)).any()
    assert split.choices == OWN


@settings(max_examples=40, deadline=None)
@given(splits(st.just({})))
def test_without_rules_candidates_that_are_not_done_can_be_shown(split: Split) -> None:
    people = np.arange(len(split.train.teachers))

    np.testing.assert_array_equal(
        split.can_be_shown(people), split.candidates & ~split.done[people].toarray()
    )
