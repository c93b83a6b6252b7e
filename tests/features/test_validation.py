"""Rules between cells: each refuses what it names and nothing else."""

from __future__ import annotations

import pandas as pd
import pytest

from features.errors import InvalidData
from features.reading import read_folder

NOW = pd.Timestamp("2025-01-01T00:00Z")
EVENTS = "teacher_id,course_id,occurred_at"
OFFERINGS = "offering_id,course_id\nf1,c1\n"


def faults(folder):
    """Return (file, row, column) of every problem."""
    try:
        read_folder(folder, now=NOW)
    except InvalidData as refusal:
        return [(p.file.partition(".")[0], p.row, p.column) for p in refusal.problems]
    return []


REFUSED = {
    "the same course twice": ({"courses.csv": "course_id\nc1\nc1\n"}, ("courses", 2, "course_id")),
    "two undated rows of a teacher": (
        {"teachers.csv": "teacher_id,valid_from\nt1,\nt1,\n"},
        ("teachers", 2, "teacher_id"),
    ),
    "two states of a teacher from one moment, written in two zones": (
        {"teachers.csv": "teacher_id,valid_from\nt1,2024-01-01T00:00Z\nt1,2024-01-01T08:00\n"},
        ("teachers", 2, "teacher_id"),
    ),
    "one event id with two contents": (
        {"events.csv": f"event_id,{EVENTS}\ne,t1,c1,2024-01-01\ne,t1,c2,2024-01-01\n"},
        ("events", 2, "event_id"),
    ),
    "an unknown teacher": (
        {"events.csv": f"{EVENTS}\nt1,c1,2024-01-01\nt9,c1,2024-01-01\n"},
        ("events", 2, "teacher_id"),
    ),
    "an unknown course in a list": (
        {"courses.csv": "course_id,prerequisites\nc1,\nc2,c1;c9\n"},
        ("courses", 2, "prerequisites"),
    ),
    "an unknown organisation above": (
        {"organisations.csv": "organisation_id,parent_id\no1,o9\n"},
        ("organisations", 1, "parent_id"),
    ),
    "an unknown offering, where it is optional and the table is there": (
        {
            "offerings.csv": OFFERINGS,
            "events.csv": f"{EVENTS},offering_id\nt1,c1,2024-01-01,f9\n",
        },
        ("events", 1, "offering_id"),
    ),
    "an offering that is required, without a table of offerings": (
        {"evaluations.csv": "evaluation_id,offering_id,channel\nv1,f1,expert\n"},
        ("evaluations", 1, "offering_id"),
    ),
    "a course before itself": (
        {"courses.csv": "course_id,prerequisites\nc1,c1\n"},
        ("courses", 1, "prerequisites"),
    ),
    "a programme inside itself": (
        {"courses.csv": "course_id,contains\nc1,c2\nc2,c1\n"},
        ("courses", 1, "contains"),
    ),
    "organisations above each other": (
        {"organisations.csv": "organisation_id,parent_id\no1,o2\no2,o1\n"},
        ("organisations", 1, "parent_id"),
    ),
    "an event in the future": (
        {"events.csv": f"{EVENTS}\nt1,c1,2025-01-01T00:00:01Z\n"},
        ("events", 1, "occurred_at"),
    ),
    "a diagnosis in the future": (
        {"diagnoses.csv": "teacher_id,competency,diagnosed_at,level\nt1,a,2025-06-01,1\n"},
        ("diagnoses", 1, "diagnosed_at"),
    ),
    "credit earned tomorrow": (
        {
            "credits.csv": "entry_id,teacher_id,kind,earned_on,amount,unit\n"
            "x,t1,opening,2025-01-02,1,hour\n"
        },
        ("credits", 1, "earned_on"),
    ),
    "an offering that ends before it starts": (
        {"offerings.csv": "offering_id,course_id,starts_on,ends_on\nf,c1,2024-02-02,2024-02-01\n"},
        ("offerings", 1, "ends_on"),
    ),
    "a course withdrawn before it appears": (
        {"courses.csv": "course_id,available_from,available_until\nc1,2024-02-02,2024-02-01\n"},
        ("courses", 1, "available_until"),
    ),
    "a course repeatable now and then": (
        {"courses.csv": "course_id,repeatable\nc1,sometimes\n"},
        ("courses", 1, "repeatable"),
    ),
    "a course repeatable after no months": (
        {"courses.csv": "course_id,repeatable\nc1,0\n"},
        ("courses", 1, "repeatable"),
    ),
    "a competency with a word for a level": (
        {"courses.csv": "course_id,competencies\nc1,a:2;b:high\n"},
        ("courses", 1, "competencies"),
    ),
}


@pytest.mark.parametrize(("files", "place"), REFUSED.values(), ids=REFUSED.keys())
def test_a_rule_refuses_what_it_names(folder_of, files, place):
    assert place in faults(folder_of({"events.csv": EVENTS + "\n", **files}))


ALLOWED = {
    "a teacher's dated rows beside one undated": {
        "teachers.csv": "teacher_id,valid_from\nt1,\nt1,2024-01-01\nt1,2024-02-01\n"
    },
    "events without ids that are alike": {
        "events.csv": f"{EVENTS}\nt1,c1,2024-01-01\nt1,c1,2024-01-01\n"
    },
    "an event at this very moment": {"events.csv": f"{EVENTS}\nt1,c1,2025-01-01T00:00Z\n"},
    "credit earned today, which begins earlier in the zone of the data": {
        "credits.csv": "entry_id,teacher_id,kind,earned_on,amount,unit\n"
        "x,t1,opening,2025-01-01,1,hour\n"
    },
    "a state of next September": {"teachers.csv": "teacher_id,valid_from\nt1,2025-09-01\n"},
    "an offering of next year, to be announced": {
        "offerings.csv": "offering_id,course_id,published_at,starts_on,ends_on\n"
        "f,c1,2025-04-01,2026-02-01,2026-02-01\n"
    },
    "an optional reference to a table that is not there": {
        "teachers.csv": "teacher_id,organisation_id\nt1,school-7\n"
    },
    "courses that follow and contain one another without a circle": {
        "courses.csv": "course_id,prerequisites,contains\nc1,,\nc2,c1,\nc3,c1;c2,c1;c2\n"
    },
    "organisations that change places over time": {
        "organisations.csv": "organisation_id,valid_from,parent_id\n"
        "a,2020-01-01,b\nb,2020-01-01,\na,2022-01-01,\nb,2023-01-01,a\n"
    },
    "every form of repeatable": {
        "courses.csv": "course_id,repeatable\nc1,never\nc2,yearly\nc3,36\nc4,\n"
    },
    "competencies with and without levels": {
        "courses.csv": "course_id,competencies\nc1,育德:2.5;b;c:10\n"
    },
}


@pytest.mark.parametrize("files", ALLOWED.values(), ids=ALLOWED.keys())
def test_a_rule_allows_what_is_sound(folder_of, files):
    assert faults(folder_of({"events.csv": EVENTS + "\n", **files})) == []


def test_organisations_in_a_circle_at_one_moment_are_told_with_these_states(folder_of):
    rows = "a,2020-01-01,b\nb,2020-01-01,\nb,2021-01-01,a\na,2022-01-01,\n"
    folder = folder_of({"organisations.csv": f"organisation_id,valid_from,parent_id\n{rows}"})
    assert faults(folder) == [("organisations", 1, "parent_id"), ("organisations", 3, "parent_id")]


def test_a_dangling_item_of_a_list_is_told_alone(folder_of):
    folder = folder_of({"courses.csv": "course_id,prerequisites\nc1,\nc2,c1;c9\n"})
    with pytest.raises(InvalidData) as refusal:
        read_folder(folder, now=NOW)
    assert [p.value for p in refusal.value.problems] == ["c9"]


def test_a_course_that_leads_into_a_circle_is_not_blamed_for_it(folder_of):
    folder = folder_of({"courses.csv": "course_id,prerequisites\nc1,c2\nc2,c1\nc3,c1\n"})
    assert [row for _, row, _ in faults(folder)] == [1, 2]


def test_the_moment_may_be_given_without_a_zone_and_is_then_utc(folder_of):
    folder = folder_of({"events.csv": f"{EVENTS}\nt1,c1,2025-01-01T07:59\n"})
    assert len(read_folder(folder, now=pd.Timestamp("2025-01-01")).log) == 1
