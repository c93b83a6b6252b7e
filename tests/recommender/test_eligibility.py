"""Who may take what: each rule keeps out whom it should, and nobody else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.dataset import Dataset
from recommender.eligibility import Eligibility
from tests.builders import at, course, teacher, took, world

NOW = at("2025-06-01")
PLACES = [
    {"organisation_id": "nation"},
    {"organisation_id": "province", "parent_id": "nation"},
    {"organisation_id": "city", "parent_id": "province"},
    {"organisation_id": "county", "parent_id": "city"},
    {"organisation_id": "school", "parent_id": "county"},
    {"organisation_id": "elsewhere", "parent_id": "nation"},
    {"organisation_id": "lapsed", "kind": "provider", "accredited_until": "2025-05-31"},
    {"organisation_id": "last day", "kind": "provider", "accredited_until": "2025-06-01"},
    {"organisation_id": "too new", "kind": "provider", "accredited_from": "2025-06-02"},
]
ANN = teacher(
    "ann",
    phase="primary",
    career_stage="novice",
    subjects="chinese;history",
    role="teacher",
    organisation_id="school",
)


def why_not(about: dict, state: dict = ANN, events: list | None = None) -> tuple[str, ...]:
    """What keeps one course from one teacher."""
    dataset = world(
        [*(events or []), took("zoe", "other", "2025-01-01")],
        teachers=[state],
        courses=[course("it", **about)],
        organisations=PLACES,
    )
    eligibility = Eligibility.of(dataset, NOW)
    ann, it = dataset.teachers.position("ann"), dataset.courses.position("it")
    codes = eligibility.why_not(ann, it)
    assert eligibility.allowed(np.array([ann]))[0, it] == (not codes)
    return codes


@pytest.mark.parametrize(
    ("about", "code"),
    [
        ({"phases": "junior;senior"}, "other_phase"),
        ({"stages": "backbone"}, "other_stage"),
        ({"subjects": "physics"}, "other_subject"),
        ({"roles": "principal"}, "other_role"),
        ({"regions": "elsewhere"}, "other_region"),
        ({"available_from": "2025-06-01"}, "not_yet_available"),
        ({"available_until": "2025-05-31"}, "retired"),
        ({"grade": "failing"}, "failing_grade"),
        ({"provider_id": "lapsed"}, "provider_not_accredited"),
        ({"provider_id": "too new"}, "provider_not_accredited"),
        ({"prerequisites": "other"}, "prerequisite_missing"),
    ],
)
def test_a_rule_that_keeps_a_course_from_a_teacher_is_named(about: dict, code: str) -> None:
    assert why_not(about) == (code,)


@pytest.mark.parametrize(
    "about",
    [
        {},
        {"phases": "junior;primary"},
        {"stages": "novice"},
        {"subjects": "physics;history"},
        {"roles": "teacher;principal"},
        {"regions": "school"},
        {"regions": "elsewhere;province"},
        {"regions": "nation"},
        {"available_from": "2025-05-31"},
        {"available_until": "2025-06-02"},
        {"grade": "qualified"},
        {"provider_id": "last day"},
        {"provider_id": "unheard of"},
    ],
    ids=str,
)
def test_a_course_that_is_for_the_teacher_is_kept_from_nobody(about: dict) -> None:
    assert why_not(about) == ()


@pytest.mark.parametrize("column", ["phases", "stages", "subjects", "regions"])
def test_a_teacher_who_states_nothing_is_kept_from_no_course(column: str) -> None:
    words = {"phases": "junior", "stages": "lead", "subjects": "physics", "regions": "elsewhere"}

    assert why_not({column: words[column]}, teacher("ann")) == ()


def test_what_was_done_is_named() -> None:
    assert why_not({}, events=[took("ann", "it", "2025-01-01")]) == ("done",)


def test_a_course_is_kept_back_while_one_that_counts_as_the_same_is_done() -> None:
    dataset = world(
        [took("ann", "old", "2025-01-01"), took("ann", "lifted", "2024-01-01")],
        courses=[
            course("old", equivalence="g"),
            course("new", equivalence="g"),
            course("lifted", equivalence="h", repeatable="yearly"),
            course("like", equivalence="h"),
        ],
    )
    eligibility = Eligibility.of(dataset, NOW)

    codes = {name: eligibility.why_not(0, n) for n, name in enumerate(dataset.courses.ids)}

    assert codes == {"old": ("done",), "new": ("equivalent_done",), "lifted": (), "like": ()}
    assert eligibility.allowed(np.array([0])).tolist() == [
        [not codes[name] for name in dataset.courses.ids]
    ]


def test_every_rule_that_holds_is_named() -> None:
    about = {"phases": "senior", "grade": "failing", "prerequisites": "other"}

    assert why_not(about) == ("failing_grade", "other_phase", "prerequisite_missing")


def test_a_prerequisite_once_completed_stays_met_even_if_it_may_be_repeated() -> None:
    dataset = world(
        [took("ann", "basics", "2020-01-01")],
        courses=[course("basics", repeatable="yearly"), course("it", prerequisites="basics")],
    )

    assert Eligibility.of(dataset, NOW).allowed(np.array([0])).tolist() == [[True, True]]


def test_every_one_of_several_prerequisites_is_needed() -> None:
    events = [took("ann", "other", "2025-01-01")]

    assert why_not({"prerequisites": "other"}, events=events) == ()
    assert why_not({"prerequisites": "other;it"}, events=events) == ("prerequisite_missing",)


def test_whatever_was_done_a_course_may_still_be_for_the_teacher() -> None:
    """A plan repeats and prepares; it asks only whom a course is for."""
    dataset = world(
        [took("ann", "a", "2025-01-01")],
        courses=[course("a"), course("b", prerequisites="c"), course("c", grade="failing")],
    )

    assert Eligibility.of(dataset, NOW).open_to(np.array([0])).tolist() == [[True, True, False]]


def test_the_tree_is_that_of_the_moment() -> None:
    """The school moved to the south this spring."""
    moved = [
        {"organisation_id": "school", "valid_from": "2020-01-01", "parent_id": "north"},
        {"organisation_id": "school", "valid_from": "2025-03-01", "parent_id": "south"},
    ]
    dataset = world(teachers=[ANN], courses=[course("it", regions="north")], organisations=moved)

    assert Eligibility.of(dataset, at("2025-03-01")).why_not(0, 0) == ()
    assert Eligibility.of(dataset, at("2025-03-02")).why_not(0, 0) == ("other_region",)


words = st.sampled_from([None, "primary", "junior", "primary;junior"])
people = st.builds(
    lambda phase, stage: {"phase": phase, "career_stage": stage},
    st.sampled_from([None, "primary", "junior"]),
    st.sampled_from([None, "novice"]),
)
shelf = st.builds(
    lambda phases, stages, grade, until, needs: {
        "phases": phases,
        "stages": stages,
        "grade": grade,
        "available_until": until,
        "prerequisites": needs,
    },
    words,
    st.sampled_from([None, "novice", "lead"]),
    st.sampled_from([None, "good", "failing"]),
    st.sampled_from([None, "2025-05-31", "2025-07-01"]),
    st.sampled_from([None, "c0", "c0;c1"]),
)


def naive(dataset: Dataset) -> list[list[bool]]:
    teachers = dataset.table("teachers").set_index("teacher_id")
    courses = dataset.table("courses").set_index("course_id")
    events = dataset.table("events")
    completed = set(zip(events["teacher_id"], events["course_id"], strict=True))

    def may(who: str, what: str) -> bool:
        one, it = teachers.loc[who], courses.loc[what]
        for asked, stated in (("phases", "phase"), ("stages", "career_stage")):
            both = pd.notna(it[asked]) and pd.notna(one[stated])
            if both and one[stated] not in it[asked].split(";"):
                return False
        needs = it["prerequisites"].split(";") if pd.notna(it["prerequisites"]) else []
        return (
            it["grade"] != "failing"
            and not it["available_until"] < NOW
            and (who, what) not in completed
            and all((who, need) in completed for need in needs)
        )

    return [[may(who, what) for what in dataset.courses.ids] for who in dataset.teachers.ids]


@settings(max_examples=25)
@given(
    st.lists(people, min_size=1, max_size=3),
    st.lists(shelf, min_size=2, max_size=4),
    st.sets(st.tuples(st.integers(0, 2), st.integers(0, 1)), max_size=4),
)
def test_the_matrix_agrees_with_asking_pair_by_pair(people, shelf, taken) -> None:
    dataset = world(
        [took(f"t{t}", f"c{c}", "2025-01-01") for t, c in taken if t < len(people)],
        teachers=[teacher(f"t{n}", **state) for n, state in enumerate(people)],
        courses=[course(f"c{n}", **about) for n, about in enumerate(shelf)],
    )
    every = np.arange(len(dataset.teachers))

    eligibility = Eligibility.of(dataset, NOW)

    expected = naive(dataset)
    assert eligibility.allowed(every).tolist() == expected
    told = [[not eligibility.why_not(t, c) for c in range(len(shelf))] for t in every]
    assert told == expected
