"""A folder of tables is read whole, or refused with every reason."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from features.dataset import dtype_of
from features.errors import InvalidData
from features.faults import TOLD
from features.reading import notices, read_folder
from features.tables import TABLES

NOW = pd.Timestamp("2025-01-01", tz="UTC")
EVENTS = "teacher_id,course_id,occurred_at"


def problems_of(folder, **options):
    with pytest.raises(InvalidData) as refusal:
        read_folder(folder, now=NOW, **options)
    return refusal.value.problems


def places(problems):
    return [(p.file, p.row, p.column) for p in problems]


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    (problem,) = problems_of(tmp_path / "none")
    assert problem.expected == "a folder of tables"


@pytest.mark.parametrize("name", ["teachers.csv", "courses.csv", "events.csv"])
def test_each_required_table_must_be_there(folder_of, name):
    (problem,) = problems_of(folder_of({name: None}))
    assert (problem.file, problem.value) == (name, "no such file")


@pytest.mark.parametrize(
    ("file", "content", "column"),
    [
        ("teachers.csv", "name\nx\n", "teacher_id"),
        ("courses.csv", "name\nx\n", "course_id"),
        ("events.csv", "teacher_id,course_id\nt1,c1\n", "occurred_at"),
    ],
)
def test_each_required_column_must_be_there(folder_of, file, content, column):
    assert (file, 0, column) in places(problems_of(folder_of({file: content})))


def test_where_a_column_is_missing_those_found_are_told_and_how_to_rename_one(folder_of):
    (problem,) = problems_of(folder_of({"teachers.csv": "工号,name\nt1,x\n"}))

    assert problem.value == "工号, name"
    assert '[tables.teachers.rename] teacher_id = "its name"' in problem.expected


def test_of_many_columns_found_the_first_are_told(folder_of):
    names = [f"n{number}" for number in range(20)]
    content = ",".join(names) + "\n" + ",".join(names) + "\n"
    (problem,) = problems_of(folder_of({"teachers.csv": content}))

    assert problem.value == ", ".join(names[:12]) + " and 8 more"


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff", "   \n"])
def test_an_empty_file_is_refused(folder_of, content):
    (problem,) = problems_of(folder_of({"teachers.csv": content}))
    assert (problem.file, problem.value) == ("teachers.csv", "an empty file")


def test_bytes_that_are_neither_utf8_nor_gb18030_are_refused(folder_of):
    (problem,) = problems_of(folder_of({"teachers.csv": "teacher_id\n师".encode("utf-16")}))
    assert problem.expected == "text in UTF-8 or GB18030"


def test_a_broken_parquet_file_is_refused(folder_of):
    folder = folder_of({"teachers.csv": None, "teachers.parquet": b"PAR1 and no more"})
    (problem,) = problems_of(folder)
    assert (problem.file, problem.expected) == ("teachers.parquet", "a readable parquet file")


def test_an_open_quotation_mark_is_refused_and_does_not_swallow_rows(folder_of):
    (problem,) = problems_of(folder_of({"courses.csv": 'course_id,title_en\nc1,"a\nc2,b\n'}))
    assert problem.expected == "every quotation mark closed"


def test_two_columns_of_one_name_are_refused(folder_of):
    (problem,) = problems_of(folder_of({"teachers.csv": "teacher_id,role,role\nt1,,\nt2,,\n"}))
    assert (problem.column, problem.expected) == ("role", "each column named once")


def test_two_files_of_one_table_are_refused(folder_of):
    (problem,) = problems_of(folder_of({"teachers.parquet": b""}))
    assert problem.expected == "one file, not two"


def test_rows_with_too_few_or_too_many_cells_are_told_with_their_numbers(folder_of):
    rows = f"{EVENTS}\nt1,c1,2024-03-01\n\nt1,c1\nt1,c1,2024-03-01\nt1,c1,2024-03-01,x\n"
    found = problems_of(folder_of({"events.csv": rows}))
    assert [(p.row, p.value) for p in found] == [
        (2, "2 in t1,c1"),
        (4, "4 in t1,c1,2024-03-01,x"),
    ]


@pytest.mark.parametrize("name", ["teacher.csv", "Courses2.csv", "offering.parquet"])
def test_a_file_whose_name_is_nearly_a_tables_is_refused(folder_of, name):
    files = {"courses.csv": None} if name.startswith("C") else {}
    files |= {"teachers.csv": None} if name.startswith("t") else {}
    assert name in [p.file for p in problems_of(folder_of({**files, name: "x\n"}))]


def test_a_column_whose_name_is_nearly_a_declared_one_is_refused(folder_of):
    (problem,) = problems_of(folder_of({"teachers.csv": "teacher_id,carrer_stage\nt1,\nt2,\n"}))
    assert problem.column == "carrer_stage"
    assert "career_stage" in problem.expected


def test_every_problem_of_every_file_is_told_at_once(folder_of):
    folder = folder_of(
        {
            "teachers.csv": "teacher_id,career_stage,years_of_service\nt1,chef,-1\nt2,novice,nan\n",
            "courses.csv": "course_id,hours\nc1,inf\nc1,1.234\n",
            "events.csv": f"{EVENTS}\nt1,c9,2024-03-01\nt9,c1,2026-03-01\n,c1,soon\n",
            "offerings.csv": "",
        }
    )
    assert places(problems_of(folder)) == [
        ("offerings.csv", 0, ""),
        ("teachers.csv", 1, "career_stage"),
        ("teachers.csv", 2, "years_of_service"),
        ("teachers.csv", 1, "years_of_service"),
        ("courses.csv", 1, "hours"),
        ("courses.csv", 2, "hours"),
        ("courses.csv", 2, "course_id"),
        ("events.csv", 3, "teacher_id"),
        ("events.csv", 3, "occurred_at"),
        ("events.csv", 2, "teacher_id"),
        ("events.csv", 1, "course_id"),
        ("events.csv", 2, "occurred_at"),
    ]


def test_a_problem_says_file_row_column_value_and_what_was_expected(folder_of):
    (problem,) = problems_of(folder_of({"teachers.csv": "teacher_id,phase\nt1,\nt2,nursery\n"}))
    assert str(problem) == (
        "teachers.csv, row 2, column phase: expected one of kindergarten, primary, junior, "
        "senior, vocational, special, got 'nursery'"
    )


def test_references_to_a_table_that_cannot_be_read_are_not_told_as_dangling(folder_of):
    assert places(problems_of(folder_of({"courses.csv": ""}))) == [("courses.csv", 0, "")]


def test_a_million_faults_are_told_by_the_first_thousand_and_a_count(folder_of):
    folder = folder_of({"events.csv": None})
    count = 1_000_000
    write_events(folder, count, kind=pa.array(["eaten"]).take(pa.array([0] * count)))
    found = problems_of(folder)
    assert len(found) == TOLD + 1
    assert found[-1].value == "999,000 more such rows"


def test_a_million_rows_are_read(folder_of):
    folder = folder_of({"events.csv": None})
    write_events(folder, 1_000_000)
    dataset = read_folder(folder, now=NOW)
    assert len(dataset.log) == 1_000_000
    assert dataset.log.course.sum() == 500_000


def write_events(folder, count, **more):
    numbers = pa.array(range(count))
    odd = pa.compute.bit_wise_and(numbers, 1)
    moments = pa.compute.add(numbers, 1_600_000_000).cast(pa.timestamp("s"))
    table = pa.table(
        {
            "event_id": numbers,
            "teacher_id": pa.array(["t1", "t2"]).take(odd),
            "course_id": pa.array(["c1", "c2"]).take(odd),
            "occurred_at": moments,
            **more,
        }
    )
    arrow_csv.write_csv(table, folder / "events.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("title", ["师德师风", "𠀀𪚥𰻝", "a😀b", "﨎"])
def test_chinese_and_rare_characters_are_kept_in_every_encoding(folder_of, encoding, title):
    text = f"course_id,title_zh\nc1,{title}\nc2,\n"
    dataset = read_folder(folder_of({"courses.csv": text.encode(encoding)}), now=NOW)
    assert dataset.table("courses")["title_zh"].tolist()[0] == title


def test_the_smallest_data_set_has_every_table_typed_as_declared(folder_of):
    dataset = read_folder(folder_of({}), now=NOW)
    for table in TABLES:
        frame = dataset.table(table.name)
        assert [str(t) for t in frame.dtypes] == [dtype_of(column) for column in table.columns]


def test_only_the_empty_cell_is_missing(folder_of):
    text = 'course_id,title_en\nc1,N/A\nc2,\nc3,null\nc4,""\nc5,nan\n'
    titles = read_folder(folder_of({"courses.csv": text}), now=NOW).table("courses")["title_en"]
    assert titles.fillna("missing").tolist() == ["N/A", "missing", "null", "missing", "nan"]


def test_ids_keep_their_leading_zeros(folder_of):
    folder = folder_of({"teachers.csv": "teacher_id\nt1\n007\n"})
    assert "007" in read_folder(folder, now=NOW).teachers


def test_cells_with_commas_quotes_and_line_breaks_are_kept(folder_of):
    text = 'course_id,title_en\r\nc1,"a, ""b""\r\nc"\r\nc2,=1+1\r\n'
    titles = read_folder(folder_of({"courses.csv": text}), now=NOW).table("courses")["title_en"]
    assert titles.tolist() == ['a, "b"\r\nc', "=1+1"]


def test_naive_times_are_of_the_declared_zone_and_offsets_are_kept(folder_of):
    rows = f"{EVENTS}\nt1,c1,2024-03-01T08:00\nt1,c1,2024-03-01T08:00Z\n"
    folder = folder_of({"events.csv": rows, "columns.toml": 'zone = "Asia/Urumqi"'})
    times = read_folder(folder, now=NOW).table("events")["occurred_at"]
    assert times.dt.hour.tolist() == [8 - 6, 8]


def test_foreign_files_and_columns_are_read_under_the_names_columns_toml_gives(folder_of):
    folder = folder_of(
        {
            "teachers.csv": None,
            "用户.csv": "工号,job\n1,cook\n",
            "events.csv": f"{EVENTS}\n1,c1,2024-03-01\n",
            "columns.toml": '[tables.teachers]\nfile = "用户.csv"\n'
            'rename = { teacher_id = "工号" }\nfeatures = { job = "category" }',
        }
    )
    teachers = read_folder(folder, now=NOW).table("teachers")
    assert teachers[["teacher_id", "job"]].to_numpy().tolist() == [["1", "cook"]]


def test_a_column_that_columns_toml_names_must_be_there(folder_of):
    folder = folder_of({"columns.toml": '[tables.teachers.features]\njob = "category"'})
    assert places(problems_of(folder)) == [("teachers.csv", 0, "job")]


def test_the_codes_of_columns_toml_replace_the_shipped_ones(folder_of):
    files = {
        "teachers.csv": "teacher_id,career_stage\nt1,expert\nt2,\n",
        "columns.toml": '[codes]\ncareer_stages = ["beginner", "expert"]',
    }
    teachers = read_folder(folder_of(files), now=NOW).table("teachers")
    assert teachers["career_stage"].tolist()[0] == "expert"


def test_an_event_sent_twice_counts_once(folder_of):
    once = f"event_id,{EVENTS}\ne1,t1,c1,2024-03-01\n"
    folder = folder_of({"events.csv": once + "e1,t1,c1,2024-03-01T00:00+08:00\n"})
    assert len(read_folder(folder, now=NOW).table("events")) == 1


def test_a_table_of_a_header_alone_has_no_rows(folder_of):
    dataset = read_folder(folder_of({"events.csv": EVENTS + "\n"}), now=NOW)
    assert len(dataset.log) == 0


def test_parquet_with_native_types_reads_as_csv_does(folder_of):
    folder = folder_of(
        {
            "events.csv": f"event_id,{EVENTS},value\n1,t1,c1,2024-03-01T08:00:00.5+08:00,0.1\n",
            "courses.csv": "course_id,subjects,hours,available_from\n"
            "c1,语文;数学,1.5,2020-01-01\nc2,,,\n",
        }
    )
    from_csv = read_folder(folder, now=NOW)
    for name in ("events.csv", "courses.csv"):
        (folder / name).unlink()
    moment = pd.Timestamp("2024-03-01T08:00:00.5+08:00")
    events = pd.DataFrame(
        {"event_id": [1], "teacher_id": ["t1"], "course_id": pd.Categorical(["c1"])}
        | {"occurred_at": [moment], "value": [0.1]}
    )
    events.to_parquet(folder / "events.parquet")
    courses = pa.table(
        {
            "course_id": ["c1", "c2"],
            "subjects": [["语文", "数学"], []],
            "hours": [1.5, None],
            "available_from": pa.array([pd.Timestamp("2020-01-01"), None], pa.timestamp("ns")),
        }
    )
    parquet.write_table(courses, folder / "courses.parquet")
    assert read_folder(folder, now=NOW).content_hash == from_csv.content_hash


@pytest.mark.parametrize(
    "column", [[{"a": 1}, {"a": 2}], [["a;b"], []], [b"\xff\xfe", b"x"]], ids=str
)
def test_parquet_columns_that_have_no_meaning_as_text_are_refused(folder_of, column):
    folder = folder_of({"courses.csv": None})
    table = pa.table({"course_id": ["c1", "c2"], "subjects": column})
    parquet.write_table(table, folder / "courses.parquet")
    assert places(problems_of(folder)) == [("courses.parquet", 0, "subjects")]


def test_notices_name_undated_rows_unread_columns_and_unchecked_references(folder_of):
    files = {
        "teachers.csv": "teacher_id,organisation_id,shoe_size\nt1,o1,40\nt2,,41\n",
        "courses.csv": "course_id,available_from\nc1,2020-01-01\nc2,\n",
    }
    assert notices(read_folder(folder_of(files), now=NOW)) == (
        "teachers: 2 of 2 rows undated: read as a snapshot",
        "courses: 1 of 2 rows undated: read as a snapshot",
        "teachers: organisation_id not checked, for there is no table organisations",
        "teachers: not declared, so not read: shoe_size",
    )
