"""Competencies to grow in: only what was diagnosed, and only what is beyond it."""

from __future__ import annotations

import pytest

from features.dataset import Dataset
from features.errors import InvalidSetting
from recommender.gaps import gaps_of
from recommender.planning.gaps import Gap
from tests.builders import Row, at, course, took, world

NOW = at("2025-01-01")
TARGETS = [
    {"framework": "f", "competency": code, "stage": stage, "target": target, "name_zh": "评价"}
    for code, stage, target in (("a", "novice", 2.0), ("a", "backbone", 4.0), ("b", "novice", 3.0))
]


def of(*diagnoses: Row, stage: str = "novice") -> tuple[Gap, ...]:
    return gaps_of(county(*diagnoses), "t", NOW, stage)


def county(*diagnoses: Row) -> Dataset:
    return world(
        [took("t", "begin", "2024-01-01")],
        courses=[
            course("begin", competencies="a:1"),
            course("go on", competencies="a:3;b:2"),
            course("any level", competencies="b"),
            course("none"),
        ],
        competencies=TARGETS,
        diagnoses=diagnoses,
    )


def diagnosed(competency: str, level: float, when: str = "2024-06-01") -> Row:
    return {"teacher_id": "t", "competency": competency, "diagnosed_at": when, "level": level}


def test_a_worth_that_rises_is_refused() -> None:
    for worth in ((0.1, 0.2), (0.1, -0.1)):
        with pytest.raises(InvalidSetting, match="never rise, none below 0"):
            Gap("a", "", "", 1, 2, frozenset(), worth)


def test_what_was_never_diagnosed_is_no_gap() -> None:
    assert of() == ()
    assert [gap.competency for gap in of(diagnosed("a", 1))] == ["a"]


def test_without_a_stage_or_a_target_there_is_no_gap() -> None:
    assert of(diagnosed("a", 1), stage="") == ()
    assert of(diagnosed("a", 1), stage="lead") == ()


def test_who_has_reached_the_target_has_no_gap() -> None:
    assert of(diagnosed("a", 2)) == ()


def test_a_later_diagnosis_counts_and_one_to_come_does_not() -> None:
    early, late = diagnosed("a", 0.5), diagnosed("a", 1.5, "2024-07-01")

    (gap,) = of(late, early, diagnosed("a", 2, "2025-01-01"))

    assert gap.level == 1.5


def test_a_course_builds_what_it_reaches_beyond() -> None:
    (gap,) = of(diagnosed("a", 1))
    assert gap.courses == {"go on"}
    (gap,) = of(diagnosed("b", 2))
    assert gap.courses == {"any level"}


def test_each_course_is_worth_half_of_the_one_before_and_a_wider_gap_more() -> None:
    wide, narrow = of(diagnosed("a", 1), diagnosed("b", 1.5))

    assert (wide.competency, narrow.competency) == ("b", "a")
    assert wide.worth[0] > narrow.worth[0]
    assert narrow.worth[1] == pytest.approx(narrow.worth[0] / 2)


def test_the_targets_are_those_of_the_stage_asked_for() -> None:
    (gap,) = of(diagnosed("a", 2), stage="backbone")

    assert (gap.target, gap.zh, gap.en) == (4, "评价", "")
