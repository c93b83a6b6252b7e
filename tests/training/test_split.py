"""Splits: what is refused, what trains, what is asked, and that nothing later leaks."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.dataset import Dataset
from features.errors import InvalidData, InvalidSetting, NotEnoughData
from features.moments import instant
from training.newcomers import NewCourses, NewTeachers
from training.split import FileSplit, LastSplit, TimeSplit, parse

DAY = pd.Timestamp("2024-03-01", tz="UTC")


def dataset(rows, courses=None, **tables):
    """Rows are (teacher, course, day) or (teacher, course, day, kind)."""
    events = pd.DataFrame(
        {
            "teacher_id": [row[0] for row in rows],
            "course_id": [row[1] for row in rows],
            "occurred_at": pd.to_datetime([DAY + pd.Timedelta(days=row[2]) for row in rows]),
            "kind": [row[3] if len(row) > 3 else "completed" for row in rows],
        }
    )
    courses = courses if courses is not None else {"course_id": sorted(set(events.course_id))}
    teachers = pd.DataFrame({"teacher_id": sorted(set(events.teacher_id))})
    return Dataset.of(
        {"teachers": teachers, "courses": pd.DataFrame(courses), "events": events, **tables}
    )


def held_out(split):
    """The truth as text, ``teacher-course``."""
    pairs = split.truth.tocoo()
    teachers, courses = split.train.teachers, split.train.courses
    return {
        f"{teachers.ids[t]}-{courses.ids[c]}" for t, c in zip(pairs.row, pairs.col, strict=True)
    }


@pytest.mark.parametrize(
    "text",
    [
        *("", "time", "time:", "time:0", "time:1", "time:x", "last:0", "last:1.5", "file:", "x:1"),
        *("cold-teachers", "cold-courses:1", "cold-courses:0.8:0/5", "cold-courses:0.8:6/5"),
        *("cold-teachers:0.8:", "cold-teachers:0.8:1", "cold-teachers:0.8:1/2/3"),
    ],
)
def test_an_unknown_split_is_refused_with_an_example(text):
    with pytest.raises(InvalidSetting, match=r"time:0\.85"):
        parse(text)


def test_each_split_is_read_from_its_text(tmp_path):
    assert parse("time:0.85") == TimeSplit(0.85)
    assert parse("last:2") == LastSplit(2)
    assert parse("cold-teachers:0.8") == NewTeachers(0.8, 0, 5)
    assert parse("cold-courses:0.8:2/3", "all") == NewCourses(0.8, 1, 3, choices="all")
    assert parse(f"file:{tmp_path}/a:b.csv") == FileSplit(tmp_path / "a:b.csv")


def test_other_choices_than_own_or_all_are_refused():
    with pytest.raises(InvalidSetting, match="own or all"):
        parse("time:0.85", "some")


def test_events_all_at_one_instant_cannot_be_split_by_time():
    with pytest.raises(NotEnoughData, match="training part of time:0.5"):
        TimeSplit(0.5)(dataset([("t1", "a", 0), ("t2", "b", 0)]))


def test_a_test_part_without_anything_to_foresee_is_refused():
    with pytest.raises(NotEnoughData, match="test of time:0.5"):
        TimeSplit(0.5)(dataset([("t1", "a", 0), ("t1", "a", 1), ("t1", "a", 2)]))


def test_an_event_at_the_cut_belongs_to_the_later_fold():
    split = TimeSplit(0.5)(
        dataset([("t1", "a", 0), ("t2", "b", 1), ("t2", "a", 2), ("t1", "b", 3), ("t1", "b", 4)])
    )
    assert split.cut == DAY + pd.Timedelta(days=2)
    assert len(split.train.log) == 2
    assert held_out(split) == {"t2-a", "t1-b"}


def test_a_late_record_of_an_early_event_trains_nothing_and_is_not_asked():
    events = pd.DataFrame(
        {
            "teacher_id": ["t1", "t1", "t1", "t1"],
            "course_id": ["a", "b", "c", "a"],
            "occurred_at": pd.date_range(DAY, periods=4),
            "recorded_at": [DAY, DAY + pd.Timedelta(days=9), pd.NaT, pd.NaT],
        }
    )
    courses = pd.DataFrame(
        {"course_id": ["a", "b", "c"], "available_from": [DAY - pd.Timedelta(days=1)] * 3}
    )
    teachers = pd.DataFrame({"teacher_id": ["t1"]})
    split = TimeSplit(0.5)(Dataset.of({"teachers": teachers, "courses": courses, "events": events}))
    assert len(split.train.log) == 1
    assert held_out(split) == {"t1-c"}


def test_what_was_done_at_the_cut_is_not_asked_again():
    split = TimeSplit(0.5)(
        dataset([("t1", "a", 0), ("t2", "b", 0), ("t1", "b", 2), ("t1", "a", 3), ("t1", "b", 4)])
    )
    assert held_out(split) == {"t1-b"}


@pytest.mark.parametrize("kind", ["viewed", "saved", "failed", "rated", "dismissed", "withdrawn"])
def test_only_choices_are_foreseen(kind):
    rows = [("t1", "a", 0), ("t2", "b", 0), ("t1", "b", 2, kind), ("t2", "a", 3, "selected")]
    assert held_out(TimeSplit(0.5)(dataset(rows))) == {"t2-a"}


def test_assigned_training_is_not_foreseen():
    rows = [("t1", "a", 0), ("t2", "b", 0), ("t1", "b", 2), ("t2", "a", 3)]
    whole = dataset(rows)
    events = whole.table("events").assign(offering_id=[None, None, "o", None])
    offerings = pd.DataFrame(
        {"offering_id": ["o"], "course_id": ["b"], "admission_mode": ["assigned"]}
    )
    assigned = Dataset.of({**whole.tables, "events": events, "offerings": offerings})
    assert held_out(TimeSplit(0.5)(assigned)) == {"t2-a"}
    everything = TimeSplit(0.5, "all")(assigned)
    assert held_out(everything) == {"t1-b", "t2-a"}
    assert everything.choices == "all"


def test_what_was_chosen_and_later_withdrawn_was_chosen():
    rows = [("t1", "a", 0), ("t2", "b", 1), ("t2", "a", 2, "selected"), ("t2", "a", 3, "withdrawn")]
    assert held_out(TimeSplit(0.5)(dataset(rows))) == {"t2-a"}


def test_an_undated_course_is_a_candidate_from_its_first_event_and_a_dated_one_from_its_date():
    rows = [
        ("t1", "a", 0),
        ("t2", "b", 0),
        ("t1", "c", 3),
        ("t1", "d", 3),
        ("t1", "e", 4),
        ("t1", "b", 5),
    ]
    courses = {
        "course_id": ["a", "b", "c", "d", "e", "old"],
        "available_from": pd.to_datetime(
            [None, None, None, DAY, DAY + pd.Timedelta(days=4), DAY - pd.Timedelta(days=9)]
        ),
        "available_until": pd.to_datetime([None] * 5 + [DAY]),
    }
    split = TimeSplit(0.5)(dataset(rows, courses))
    assert split.candidates.tolist() == [True, True, False, True, False, False]
    assert held_out(split) == {"t1-d", "t1-b"}
    assert split.out_of_reach == 2


def test_a_teacher_without_an_event_before_the_cut_is_cold():
    split = TimeSplit(0.5)(
        dataset([("t1", "a", 0), ("t1", "b", 1), ("t2", "a", 2), ("t2", "b", 3)])
    )
    assert split.cold.tolist() == [False, True]


def test_other_facts_dated_after_the_cut_do_not_train():
    rows = [("t1", "a", 0), ("t2", "b", 0), ("t1", "b", 2), ("t2", "a", 3)]
    diagnoses = pd.DataFrame(
        {
            "teacher_id": ["t1", "t1"],
            "competency": ["x", "x"],
            "diagnosed_at": [DAY, DAY + pd.Timedelta(days=2)],
            "level": [1.0, 2.0],
        }
    )
    split = TimeSplit(0.5)(dataset(rows, diagnoses=diagnoses))
    assert split.train.table("diagnoses").level.tolist() == [1.0]


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.sampled_from("stuv"), st.sampled_from("abcde"), st.integers(0, 20)), min_size=3
    ),
    st.floats(0.1, 0.9),
)
def test_nothing_known_at_or_after_the_cut_trains_and_no_done_course_is_asked(rows, quantile):
    try:
        split = TimeSplit(quantile)(dataset(rows))
    except NotEnoughData:
        return
    assert split.train.log.known_at.max() < instant(split.cut)
    before = {f"{t}-{c}" for t, c, day in rows if DAY + pd.Timedelta(days=day) < split.cut}
    later = {f"{t}-{c}" for t, c, _ in rows} - before
    known = {pair[2:] for pair in before}
    assert held_out(split) == {pair for pair in later if pair[2:] in known}
    assert split.out_of_reach == len(later) - len(held_out(split))


def test_the_last_choices_of_each_teacher_are_held_out_with_all_that_follows_them():
    rows = [
        ("t1", "a", 0),
        ("t1", "b", 1),
        ("t1", "b", 2, "rated"),
        ("t1", "c", 3),
        ("t2", "a", 9),
        ("t3", "c", 4),
        ("t3", "a", 5),
    ]
    split = LastSplit(1)(dataset(rows))
    assert held_out(split) == {"t1-c", "t3-a"}
    assert np.bincount(split.train.log.teacher).tolist() == [3, 1, 1]
    assert split.cut > DAY + pd.Timedelta(days=9)
    assert LastSplit(2)(dataset(rows)).truth.sum() == 2, "only t1 has more than two choices"


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InvalidSetting, match="a CSV file with the columns"):
        FileSplit(tmp_path / "none.csv")(dataset([("t1", "a", 0)]))


def test_a_file_without_the_columns_is_refused(tmp_path):
    (tmp_path / "test.csv").write_text("teacher,course\nt1,a\n")
    with pytest.raises(InvalidSetting, match="check the path and the header"):
        FileSplit(tmp_path / "test.csv")(dataset([("t1", "a", 0)]))


def test_every_unknown_id_of_a_file_is_reported_with_its_row(tmp_path):
    (tmp_path / "test.csv").write_text("teacher_id,course_id\nt1,a\nt9,a\nt1,z\n")
    with pytest.raises(InvalidData) as caught:
        FileSplit(tmp_path / "test.csv")(dataset([("t1", "a", 0)]))
    assert [(p.row, p.column, p.value) for p in caught.value.problems] == [
        (2, "teacher_id", "t9"),
        (3, "course_id", "z"),
    ]


def test_the_pairs_of_a_file_are_held_out_and_no_fact_about_them_trains(tmp_path):
    (tmp_path / "test.csv").write_text("teacher_id,course_id,rating\nt1,b,5\nt1,b,4\nt2,a,3\n")
    rows = [("t1", "a", 0), ("t1", "b", 1), ("t1", "b", 2, "rated"), ("t2", "a", 3), ("t2", "b", 4)]
    whole = dataset(rows)
    offerings = pd.DataFrame({"offering_id": ["o"], "course_id": ["b"]})
    enrolments = pd.DataFrame(
        {"teacher_id": ["t1", "t2"], "offering_id": "o", "state": "wished", "decided_at": DAY}
    )
    diagnoses = pd.DataFrame(
        {"teacher_id": ["t1"], "competency_id": "k", "level": 1.0, "diagnosed_at": DAY}
    )
    facts = {"offerings": offerings, "enrolments": enrolments, "diagnoses": diagnoses}
    split = FileSplit(tmp_path / "test.csv")(Dataset.of({**whole.tables, **facts}))
    assert held_out(split) == {"t1-b", "t2-a"}
    assert split.choices == "given"
    assert split.train.table("events").course_id.tolist() == ["a", "b"]
    assert split.train.table("enrolments").teacher_id.tolist() == ["t2"]
    assert len(split.train.table("diagnoses")) == 1, "a diagnosis is about no course"
