"""Reasons are true: parts of the score, worded as what they are, in both languages."""

from __future__ import annotations

import numpy as np
import pytest

from features.dataset import Dataset
from features.labels import column_label, word_label
from features.past import past_courses
from recommender.advise import titles
from recommender.model import Model
from recommender.reasons import SENTENCES, Facts, Reason, reasons
from tests.builders import at, checkerboard, course, teacher, took, world

NOW = at("2025-06-01")
LIGHT = ("popularity", "content", "sequence")


def told(dataset: Dataset, who: str, what: str, *parts: str) -> tuple[Reason, ...]:
    """Why a course is shown to a teacher."""
    return told_of(dataset, who, parts or LIGHT)[what]


def told_of(
    dataset: Dataset, who: str, parts: tuple[str, ...] = LIGHT
) -> dict[str, tuple[Reason, ...]]:
    """Why each course is shown to a teacher."""
    model = Model.fit(dataset, as_of=NOW, scorers=parts)
    catalogue = model.catalogue(dataset, NOW)
    row = dataset.teachers.position(who)
    profiles = model.profiles(dataset, NOW, catalogue, np.array([row]))
    facts = Facts(titles(dataset), past_courses(dataset, row, NOW))
    return {
        what: reasons(model, profiles, catalogue, number, facts)
        for number, what in enumerate(dataset.courses.ids)
    }


def next_in_line(kind: str = "completed", **about: object) -> Dataset:
    """Nine teachers took "basics" and then "practice"; ann has so far met "basics" only."""
    events = [
        took(f"t{n}", name, f"2025-0{month}-1{n}")
        for n in range(9)
        for month, name in ((1, "basics"), (2, "practice"))
    ]
    return world(
        [*events, took("ann", "basics", "2025-05-01", kind), took("bob", "other", "2025-05-01")],
        courses=[
            course(
                "basics", title_zh="课堂评价入门", title_en="First steps in assessment", **about
            ),
            course("practice", title_en="Assessment in practice"),
            course("other"),
        ],
    )


def test_every_kind_of_part_has_its_sentence() -> None:
    board = checkerboard()
    model = Model.fit(board, as_of=NOW, scorers=LIGHT)
    catalogue = model.catalogue(board, NOW)
    profile = model.profiles(board, NOW, catalogue, np.array([0]))

    kinds = {p.kind for name in LIGHT for p in model.explain(profile, catalogue, 0, name)}

    assert kinds == set(SENTENCES)


def test_reasons_are_addends_of_a_score_and_those_of_a_scorer_come_strongest_first() -> None:
    board = checkerboard()
    model = Model.fit(board, as_of=NOW, scorers=LIGHT)
    catalogue = model.catalogue(board, NOW)
    profile = model.profiles(board, NOW, catalogue, np.array([0]))
    facts = Facts(titles(board), past_courses(board, 0, NOW))

    for number in range(len(board.courses)):
        found = reasons(model, profile, catalogue, number, facts)
        assert 0 < len(found) <= 3
        assert len({(r.zh, r.en) for r in found}) == len(found)
        for name in LIGHT:
            own = [r.value for r in found if r.source == name]
            assert own == sorted(own, reverse=True)
        for reason in found:
            parts = model.explain(profile, catalogue, number, reason.source)
            assert (reason.code, reason.value) in {(p.kind, p.value) for p in parts}
            assert reason.code == "segment" or reason.name in {p.name for p in parts}
            assert reason.value > 0
            assert reason.zh
            assert reason.en


def test_a_completed_course_is_named_by_its_title_as_taken() -> None:
    (reason, *_) = told(next_in_line(), "ann", "practice", "sequence")

    assert (reason.code, reason.name, reason.source) == ("past_course", "basics", "sequence")
    assert reason.zh == "您学过《课堂评价入门》，与本课程相承接"
    assert reason.en == "It follows on from “First steps in assessment”, which you took"


def test_a_course_that_was_only_looked_at_is_not_called_taken() -> None:
    reason = next(
        r for r in told(next_in_line("saved"), "ann", "practice", "sequence") if r.name == "basics"
    )

    assert reason.zh == "您关注过《课堂评价入门》，与本课程相关"
    assert reason.en == "It is related to “First steps in assessment”, which you looked at"


@pytest.mark.parametrize("kind", ["dismissed", "withdrawn", "failed"])
def test_a_course_that_was_turned_down_is_no_reason(kind: str) -> None:
    found = told(next_in_line(kind), "ann", "practice", "sequence")

    assert "past_course" not in {reason.code for reason in found}


def test_a_course_that_only_stands_for_a_like_one_is_no_reason() -> None:
    """Ann took a course that the model never saw; its like among the fitted speaks in its stead."""
    old = next_in_line()
    model = Model.fit(old, as_of=NOW, scorers=("sequence",))
    frames = {name: old.table(name) for name in ("events", "courses")}
    events = [
        *frames["events"][frames["events"]["teacher_id"] != "ann"].to_dict("records"),
        took("ann", "twin", "2025-06-02"),
    ]
    about = {"title_en": "First steps in assessment", "title_zh": "课堂评价入门"}
    dataset = world(
        [
            {k: v for k, v in e.items() if k in ("teacher_id", "course_id", "occurred_at", "kind")}
            for e in events
        ],
        courses=[course("basics", **about), course("twin", **about), course("practice")],
    )
    later = at("2025-06-03")
    catalogue = model.catalogue(dataset, later)
    row = dataset.teachers.position("ann")
    profile = model.profiles(dataset, later, catalogue, np.array([row]))
    practice = dataset.courses.position("practice")

    parts = model.explain(profile, catalogue, practice, "sequence")
    found = reasons(
        model, profile, catalogue, practice, Facts({}, past_courses(dataset, row, later))
    )

    assert "basics" in {part.name for part in parts if part.value > 0}
    assert "basics" not in {reason.name for reason in found}


def test_a_course_without_a_title_goes_by_its_id() -> None:
    plain = world(
        [
            took(f"t{n}", name, f"2025-01-{day}")
            for n in range(9)
            for day, name in ((10, "a"), (20, "b"))
        ]
        + [took("ann", "a", "2025-05-01"), took("bob", "c", "2025-05-01")]
    )

    (reason, *_) = told(plain, "ann", "b", "sequence")

    assert "《a》" in reason.zh
    assert "“a”" in reason.en


def test_many_have_chosen_a_course_that_many_have_chosen() -> None:
    (reason,) = told(next_in_line(), "ann", "practice", "popularity")

    assert reason.zh == "近期选学的教师较多"
    assert reason.en == "Many teachers have chosen it of late"


def test_of_a_course_without_takers_it_is_not_said_that_many_chose_it() -> None:
    dataset = world(
        [took(f"t{n}", "old", "2025-05-01") for n in range(8)] + [took("t8", "odd", "2025-05-01")],
        teachers=[teacher(f"t{n}", phase="primary") for n in range(8)],
        courses=[course("new", title_en="Assessment"), course("old", title_en="Assessment")],
    )

    assert "与您学段相同的教师常选同类课程" in [
        r.zh for r in told(dataset, "t0", "new", "popularity")
    ]
    for part in LIGHT:
        said = [reason.en for reason in told(dataset, "t0", "new", part)]
        assert said
        assert all("it of late" not in sentence for sentence in said)
        assert not any(sentence.endswith("choose it") for sentence in said)


def test_a_course_that_no_source_speaks_for_has_no_reason() -> None:
    dataset = world(
        [took(f"t{n}", "old", "2025-05-01") for n in range(9)],
        courses=[course("coming", available_from=NOW), course("old")],
    )

    assert told(dataset, "t0", "coming") == ()


def test_a_segment_is_named_by_what_it_is_made_of() -> None:
    board = checkerboard()

    said = {r.code: r for r in told(board, "t00", "c00", "popularity")}

    assert said["segment"].name == "phase=primary;career_stage=novice"
    assert said["segment"].zh == "与您学段、发展阶段相同的教师常选"
    assert said["segment"].en == "Teachers of your school phase and career stage often choose it"


def test_what_is_not_known_of_a_segment_is_not_said_to_be_alike() -> None:
    board = checkerboard()
    unstaged = board.table("teachers").assign(career_stage=None)
    unstaged.loc[unstaged["teacher_id"] == "t01", "career_stage"] = "lead"
    dataset = Dataset.of({**board.tables, "teachers": unstaged})

    said = {r.code: r for r in told(dataset, "t00", "c00", "popularity")}

    assert said["segment"].name == "phase=primary"
    assert said["segment"].en == "Teachers of your school phase often choose it"


def test_what_is_only_context_is_no_reason() -> None:
    """Every teacher is a teacher, and how much was taken when says nothing of a course."""
    board = checkerboard()
    context = board.table("teachers").assign(role="teacher", key_county=False, phase=None)
    dataset = Dataset.of({**board.tables, "teachers": context})
    model = Model.fit(dataset, as_of=NOW, scorers=("sequence",))
    catalogue = model.catalogue(dataset, NOW)
    profile = model.profiles(dataset, NOW, catalogue, np.array([0]))
    parts = [p for n in range(12) for p in model.explain(profile, catalogue, n, "sequence")]

    named = {r.name for found in told_of(dataset, "t00", ("sequence",)).values() for r in found}

    columns = {part.name.partition("=")[0] for part in parts if part.value > 0}
    assert {"role", "key_county", "past_count"} <= columns
    assert named
    assert not {name.partition("=")[0] for name in named} & {
        "role",
        "key_county",
        "past_count",
        "days_since_last",
    }


def test_a_role_apart_from_a_teachers_is_a_reason() -> None:
    board = checkerboard()
    heads = board.table("teachers").assign(role="principal", phase=None, career_stage=None)
    dataset = Dataset.of({**board.tables, "teachers": heads})

    named = {r.name for found in told_of(dataset, "t00", ("sequence",)).values() for r in found}

    assert "role=principal" in named


@pytest.mark.parametrize("kind", ["saved", "completed"])
def test_a_course_is_no_reason_for_itself(kind: str) -> None:
    """Who saves it takes it, and it may be taken every year: it still does not follow on itself."""
    events = [
        took(f"t{n}", "it", f"2024-0{month}-1{n}", told_as)
        for n in range(9)
        for month, told_as in ((2, "saved"), (3, "completed"))
    ]
    others = [took(f"o{n}", "other", f"2024-03-1{n}") for n in range(9)]
    dataset = world(
        [*events, *others, took("ann", "it", "2024-05-01", kind)],
        courses=[course("it", repeatable="yearly")],
    )
    model = Model.fit(dataset, as_of=NOW, scorers=("sequence",))
    catalogue = model.catalogue(dataset, NOW)
    row, number = dataset.teachers.position("ann"), dataset.courses.position("it")
    profile = model.profiles(dataset, NOW, catalogue, np.array([row]))
    parts = model.explain(profile, catalogue, number, "sequence")

    found = told(dataset, "ann", "it", "sequence")

    assert "it" in {part.name for part in parts if part.value > 0}
    assert "it" not in {reason.name for reason in found}


def test_without_personalisation_no_reason_speaks_of_the_teacher() -> None:
    board = checkerboard()
    off = board.table("teachers").assign(personalisation=False)
    dataset = Dataset.of({**board.tables, "teachers": off})

    for found in told_of(dataset, "t00").values():
        assert {reason.code for reason in found} <= {"popularity", "base"}
        assert not any("you" in reason.en or "您" in reason.zh for reason in found)


def test_a_declared_column_is_called_by_its_own_name() -> None:
    assert column_label("job") == ("job", "job")
    assert word_label("job", "head") == ("head", "head")


def test_a_known_column_is_called_by_its_label_in_both_languages() -> None:
    assert column_label("phase") == ("学段", "school phase")
    assert word_label("phase", "senior") == ("高中", "senior secondary")


@pytest.mark.parametrize(
    ("scorer", "zh", "en"),
    [
        ("popularity", "近期", "of late"),
        ("lasting", "长期以来", "over the past years"),
        ("rising", "开课时长", "time it has been on offer"),
    ],
)
def test_popularity_says_over_which_time_it_counts(scorer: str, zh: str, en: str) -> None:
    board = checkerboard()
    model = Model.fit(board, as_of=NOW, scorers=(scorer,))
    catalogue = model.catalogue(board, NOW)
    profile = model.profiles(board, NOW, catalogue, np.array([0]))

    found = reasons(model, profile, catalogue, 0, Facts({}, {}))
    told = [reason for reason in found if reason.code == "popularity"]

    assert zh in told[0].zh
    assert en in told[0].en


@pytest.mark.lightfm
def test_a_course_liked_at_all_times_is_not_said_to_be_chosen_of_late() -> None:
    """The factorisation counts choices of years ago as it counts those of today."""
    board = checkerboard()
    model = Model.fit(board, as_of=NOW, scorers=("factorisation",))
    catalogue = model.catalogue(board, NOW)
    profile = model.profiles(board, NOW, catalogue, np.array([0]))

    told = [
        reason
        for number in range(len(board.courses))
        for reason in reasons(model, profile, catalogue, number, Facts({}, {}))
        if reason.code == "base"
    ]

    assert told
    assert all("不论时间先后" in reason.zh for reason in told)
    assert not any(reason.en.endswith("it of late") for reason in told)
