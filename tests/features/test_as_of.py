"""Nothing dated at or after a moment is seen: adding such rows changes no bit of the answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.dataset import Dataset
from features.done import done
from recommender.advise import recommend
from recommender.eligibility import Eligibility
from recommender.model import Model
from recommender.scorers import stages
from tests.builders import at, course, teacher, took, world

AS_OF = at("2025-06-01")
JUST_BEFORE = AS_OF - pd.Timedelta(microseconds=1)
LIGHT = ("popularity", "content", "sequence")
TEACHERS, COURSES = ("ann", "bob", "eve"), ("a", "b", "c", "d")

days_before = st.integers(1, 500).map(lambda n: AS_OF - pd.Timedelta(days=n))
days_after = st.integers(0, 300).map(lambda n: AS_OF + pd.Timedelta(days=n))
phases = st.sampled_from(["primary", "junior", None])


def states(days: st.SearchStrategy, names: tuple[str, ...]) -> st.SearchStrategy:
    state = st.builds(
        lambda who, day, phase, stage, school, on: teacher(
            who,
            day,
            phase=phase,
            career_stage=stage,
            subjects="chinese;history" if phase == "junior" else None,
            organisation_id=school,
            personalisation=on,
        ),
        st.sampled_from(names),
        days,
        phases,
        st.sampled_from(["novice", "backbone", None]),
        st.sampled_from(["school", None]),
        st.sampled_from([True, True, False]),
    )
    return st.lists(state, max_size=3, unique_by=lambda row: (row["teacher_id"], row["valid_from"]))


def events(
    occurred: st.SearchStrategy, recorded: st.SearchStrategy, courses: tuple[str, ...], low: int
) -> st.SearchStrategy:
    event = st.builds(
        lambda who, what, when, kind, known, offering: took(
            who, what, when, kind, recorded_at=known, offering_id=offering
        ),
        st.sampled_from(TEACHERS),
        st.sampled_from(courses),
        occurred,
        st.sampled_from(["completed", "completed", "selected", "viewed", "dismissed", "failed"]),
        recorded,
        st.sampled_from([None, "o"]),
    )
    return st.lists(event, min_size=low, max_size=8)


def organisations(days: st.SearchStrategy) -> st.SearchStrategy:
    row = st.builds(
        lambda day, locality, parent: {
            "organisation_id": "school",
            "valid_from": day,
            "locality": locality,
            "parent_id": parent,
            "accredited_until": pd.Timestamp("2025-01-01") if locality == "rural" else None,
        },
        days,
        st.sampled_from(["rural", "urban"]),
        st.sampled_from(["north", "south"]),
    )
    return st.lists(row, max_size=2, unique_by=lambda row: row["valid_from"])


def diagnoses(days: st.SearchStrategy) -> st.SearchStrategy:
    row = st.builds(
        lambda who, day: {
            "teacher_id": who,
            "competency": "assessment",
            "diagnosed_at": day,
            "level": 2.0,
        },
        st.sampled_from(TEACHERS),
        days,
    )
    return st.lists(row, max_size=2, unique_by=lambda row: (row["teacher_id"], row["diagnosed_at"]))


def enrolments(days: st.SearchStrategy) -> st.SearchStrategy:
    row = st.builds(
        lambda who, day, mode: {
            "teacher_id": who,
            "offering_id": "o",
            "state": "admitted",
            "decided_at": day,
            "admission_mode": mode,
        },
        st.sampled_from(TEACHERS),
        days,
        st.sampled_from(["assigned", "open"]),
    )
    return st.lists(row, max_size=2, unique_by=lambda row: (row["teacher_id"], row["decided_at"]))


#: What was known, always with one choice at least.
KNOWN = st.fixed_dictionaries(
    {
        "teachers": states(days_before, TEACHERS),
        "events": events(days_before, st.none(), COURSES, low=1).map(
            lambda rows: [took("ann", "a", "2025-01-01"), *rows]
        ),
        "organisations": organisations(days_before),
        "diagnoses": diagnoses(days_before),
        "enrolments": enrolments(days_before),
    }
)
#: What came later: new facts, events that happen or are told later, new teachers and courses.
CAME = st.fixed_dictionaries(
    {
        "teachers": states(days_after, (*TEACHERS, "amy", "zoe")),
        "events": st.one_of(
            events(days_after, st.none(), (*COURSES, "aa", "new"), low=0),
            events(days_before, days_after, (*COURSES, "aa", "new"), low=0),
        ),
        "organisations": organisations(days_after),
        "diagnoses": diagnoses(days_after),
        "enrolments": enrolments(days_after),
        "courses": st.lists(st.sampled_from(["aa", "new"]), unique=True, max_size=2).map(
            lambda names: [
                course(name, available_from=AS_OF, domain="moral", title_en="New tales to read")
                for name in names
            ]
        ),
    }
)


def dataset_of(known: dict, came: dict) -> Dataset:
    rows = {name: [*known.get(name, []), *came.get(name, [])] for name in {*known, *came}}
    rows["teachers"] = [*(teacher(name) for name in TEACHERS), *rows.get("teachers", [])]
    rows["courses"] = [
        course("a", domain="teaching", title_en="Reading tales", phases="primary"),
        course("b", domain="teaching", title_en="Telling tales", prerequisites="a"),
        course("c", domain="safety", available_from="2025-01-01", repeatable="3"),
        course("d", domain="safety", repeatable="yearly", provider_id="school", regions="north"),
        *rows.get("courses", []),
    ]
    # An event names a course that has a row.
    named = {row["course_id"] for row in rows["courses"]}
    rows["events"] = [row for row in rows["events"] if row["course_id"] in named]
    offering = {"offering_id": "o", "course_id": "a", "admission_mode": "open"}
    return world(rows.pop("events"), offerings=[offering], **rows)


def answers(dataset: Dataset) -> dict[str, object]:
    """All that is computed for the teachers and courses there always were."""
    model = Model.fit(dataset, as_of=AS_OF, scorers=LIGHT)
    rows = dataset.teachers.positions(TEACHERS)
    columns = dataset.courses.positions(COURSES)
    catalogue = model.catalogue(dataset, AS_OF)
    profiles = model.profiles(dataset, AS_OF, catalogue).rows(rows)
    eligibility = Eligibility.of(dataset, AS_OF)
    return {
        "model": model.version,
        "features": profiles.features.toarray(),
        "histories": np.stack([history.toarray() for history in profiles.histories.matrices]),
        "segment": profiles.segment,
        "done": done(dataset, AS_OF).toarray()[np.ix_(rows, columns)],
        "appeared": catalogue.appeared[columns],
        "eligible": eligibility.allowed(rows)[:, columns],
        "scores": np.stack(
            [model.score(profiles, catalogue, name)[:, columns] for name in model.scorers]
        ),
        "lists": [
            (listed.course_id, listed.score, listed.reasons)
            for listed in recommend(model, dataset, teacher_id="bob", as_of=AS_OF, k=9)
        ],
    }


def assert_the_same(one: dict[str, object], other: dict[str, object]) -> None:
    for name, answer in one.items():
        if name == "scores":
            # How many other courses are new decides the order in which products are summed.
            np.testing.assert_allclose(answer, other[name], rtol=1e-5, atol=1e-7, err_msg=name)
        elif isinstance(answer, np.ndarray):
            np.testing.assert_array_equal(answer, other[name], err_msg=name)
        else:
            assert answer == other[name], name


@settings(max_examples=15)
@given(KNOWN, CAME)
def test_what_comes_later_changes_nothing(known: dict, came: dict) -> None:
    assert_the_same(answers(dataset_of(known, {})), answers(dataset_of(known, came)))


@pytest.mark.parametrize(
    "came",
    [
        {"teachers": [teacher("amy", AS_OF, phase="senior")]},
        {"teachers": [teacher(f"a{n:03d}", AS_OF, phase="senior") for n in range(120)]},
        {"courses": [course("aa", available_from=AS_OF, title_en="Reading tales")]},
        {"events": [took("bob", "b", "2025-05-01", recorded_at=AS_OF)]},
        {
            "events": [took("bob", "b", AS_OF, offering_id="o")],
            "enrolments": [
                {
                    "teacher_id": name,
                    "offering_id": "o",
                    "state": "completed",
                    "decided_at": AS_OF,
                    "admission_mode": "assigned",
                }
                for name in TEACHERS
            ],
        },
    ],
    ids=["a teacher", "a hundred teachers", "a course", "an event told late", "an assignment"],
)
def test_a_hybrid_chosen_on_validation_does_not_see_what_comes_later(
    came: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With enough teachers to judge by, the hybrid's weights are chosen, not even."""
    monkeypatch.setattr(stages, "MIN_TEACHERS", 2)
    months = range(1, 6)
    known = {
        "teachers": [],
        "events": [
            took(name, COURSES[(n + month) % 4], f"2025-0{month}-0{n + 1}", offering_id="o")
            for n, name in enumerate(TEACHERS)
            for month in months
        ],
    }

    assert_the_same(answers(dataset_of(known, {})), answers(dataset_of(known, came)))


@pytest.mark.parametrize(
    ("table", "row", "seen_in"),
    [
        ("teachers", teacher("ann", JUST_BEFORE, phase="junior"), "features"),
        ("events", took("ann", "b", JUST_BEFORE), "done"),
        ("events", took("bob", "b", "2025-05-01", recorded_at=JUST_BEFORE), "histories"),
        ("organisations", {"organisation_id": "school", "valid_from": JUST_BEFORE}, "eligible"),
    ],
)
def test_the_same_row_a_microsecond_earlier_is_seen(table: str, row: dict, seen_in: str) -> None:
    """Else the tests above would prove nothing."""
    known = {
        "teachers": [teacher("bob", "2025-01-01", organisation_id="school")],
        "events": [took("ann", "a", "2025-01-01")],
        "organisations": [
            {"organisation_id": "school", "valid_from": "2025-01-01", "parent_id": "north"}
        ],
    }

    before, after = answers(dataset_of(known, {})), answers(dataset_of(known, {table: [row]}))

    assert not np.array_equal(before[seen_in], after[seen_in])
