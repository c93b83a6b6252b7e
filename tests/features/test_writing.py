"""What is written reads back as the same data set, in both formats."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.cells import LARGEST_NUMBER
from features.columns import ColumnsFile
from features.dataset import Dataset, dtype_of, empty_frame
from features.declaration import Kind
from features.errors import InvalidSetting, Refused
from features.reading import read_folder
from features.tables import BY_NAME, TABLES
from features.validation import FORMS, ORDERED
from features.writing import FILE_FORMATS, write_folder

NOW = pd.Timestamp("2025-01-01", tz="UTC")
COLUMNS = ColumnsFile(
    zone="Asia/Urumqi",
    features={
        "teachers": {"职业": "category", "score": "number"},
        "courses": {"notes": "text", "software": "list"},
    },
)
FORMED = {"repeatable": ["never", "yearly", "18"], "competencies": ["育德:2.5;b", "c:10"]}

# An empty text is a missing one.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)
ids = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Zs"], exclude_characters=";"),
    min_size=1,
    max_size=8,
)
moments = st.datetimes(pd.Timestamp("1950-01-01"), pd.Timestamp("2024-12-30"))


def smallest():
    """Return two teachers and courses, an organisation and an offering, nothing done yet."""
    return {
        "teachers": pd.DataFrame({"teacher_id": ["t1", "t2"]}),
        "courses": pd.DataFrame({"course_id": ["c1", "c2"]}),
        "organisations": pd.DataFrame({"organisation_id": ["o1"]}),
        "offerings": pd.DataFrame({"offering_id": ["f1"], "course_id": ["c1"]}),
        "events": empty_frame(BY_NAME["events"]),
    }


def cell(column):
    """Return a strategy for one cell of a column, typed as in memory."""
    if column.name in FORMED:
        return st.sampled_from(FORMED[column.name])
    if column.references:
        target, _, key = column.references.partition(".")
        one = st.sampled_from(smallest()[target][key].tolist())
    elif column.kind is Kind.CODE:
        one = st.sampled_from(column.codes)
    elif column.kind in (Kind.ID, Kind.CATEGORY) or column.many:
        one = ids
    else:
        return scalar(column)
    return st.lists(one, min_size=1, max_size=3).map(";".join) if column.many else one


def scalar(column):
    low, high = column.low, column.high
    least = -2000 if low is None else int(low)
    return {
        Kind.TEXT: texts,
        Kind.INTEGER: st.integers(int(low or 0), int(high or 10**12)),
        Kind.NUMBER: st.floats(
            -LARGEST_NUMBER if low is None else low, LARGEST_NUMBER if high is None else high
        ),
        Kind.AMOUNT: st.integers(least * 100, int(high or 2000) * 100).map(
            lambda hundredths: hundredths / 100
        ),
        Kind.BOOLEAN: st.booleans(),
        Kind.TIME: moments.map(lambda moment: pd.Timestamp(moment, tz="UTC")),
        Kind.DATE: moments.map(lambda moment: pd.Timestamp(moment).normalize()),
    }[column.kind]


def rows(table):
    """Return a strategy for rows of a table that break no rule."""
    declared = COLUMNS.declared(table)
    own = f"{table.name}.{table.key[0]}"
    row = st.fixed_dictionaries(
        {
            column.name: st.none()
            if column.references == own
            else cell(column)
            if column.required
            else st.none() | cell(column)
            for column in declared.columns
        }
    )

    def key(row):
        # A data set keeps an event without an id beside others; every other key is unique.
        return tuple(str(row[name]) for name in table.key) if row[table.key[0]] else id(row)

    return st.lists(row, max_size=3, unique_by=key).map(lambda made: in_order(table, made))


def in_order(table, made):
    for row in made:
        for first, last in ORDERED.get(table.name, ()):
            if row[first] is not None and row[last] is not None:
                row[first], row[last] = sorted([row[first], row[last]])
    return made


def typed(table, made):
    return pd.DataFrame(
        {
            column.name: pd.Series([row[column.name] for row in made], dtype=dtype_of(column))
            for column in COLUMNS.declared(table).columns
        }
    )


@st.composite
def datasets(draw):
    """Draw a data set of all tables, whose rows refer to those of the smallest."""
    frames = {table.name: typed(table, draw(ROWS[table.name])) for table in TABLES}
    for name, frame in smallest().items():
        both = pd.concat([frame.astype("str"), frames[name]], ignore_index=True)
        frames[name] = both.drop_duplicates(BY_NAME[name].key[0]) if len(frame) else frames[name]
    return Dataset.of(frames, COLUMNS)


ROWS = {table.name: rows(table) for table in TABLES}


@pytest.mark.parametrize("file_format", FILE_FORMATS)
@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(dataset=datasets())
def test_every_table_reads_back_the_same(file_format, dataset):
    with tempfile.TemporaryDirectory() as folder:
        write_folder(dataset, Path(folder), file_format)
        again = read_folder(Path(folder), now=NOW)
    assert again.columns == dataset.columns
    for name, frame in dataset.tables.items():
        pd.testing.assert_frame_equal(again.table(name), frame, obj=name)
    assert again.content_hash == dataset.content_hash


def test_every_form_has_an_example_here():
    assert {name for forms in FORMS.values() for name in forms} == set(FORMED)


def test_another_format_is_refused(tmp_path):
    with pytest.raises(InvalidSetting):
        write_folder(Dataset.of(smallest()), tmp_path / "out", "xlsx")
    assert not (tmp_path / "out").exists()


def test_a_folder_with_anything_else_in_it_is_refused_and_left_alone(tmp_path):
    (tmp_path / "thesis.docx").write_text("dear to its owner")
    (tmp_path / "teachers.csv").write_text("teacher_id\n")
    with pytest.raises(Refused, match=r"thesis\.docx"):
        write_folder(Dataset.of(smallest()), tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["teachers.csv", "thesis.docx"]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "out").write_text("x")
    with pytest.raises(Refused):
        write_folder(Dataset.of(smallest()), tmp_path / "out")


def test_a_write_that_fails_leaves_the_older_tables_and_nothing_beside_them(tmp_path, monkeypatch):
    folder = tmp_path / "out"
    write_folder(Dataset.of(smallest()), folder)
    before = sorted(file.name for file in folder.iterdir())

    def full_disk(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr("features.writing.to_toml", full_disk)
    with pytest.raises(OSError, match="no space"):
        write_folder(Dataset.of(smallest()), folder, "parquet")
    assert sorted(file.name for file in folder.iterdir()) == before
    assert [file.name for file in tmp_path.iterdir()] == ["out"]


def test_tables_of_an_earlier_run_are_replaced_whole(tmp_path):
    write_folder(Dataset.of(smallest()), tmp_path / "out", "parquet")
    write_folder(Dataset.of(smallest()), tmp_path / "out", "csv")
    assert {file.suffix for file in (tmp_path / "out").iterdir()} == {".csv", ".toml"}
    assert [file.name for file in tmp_path.iterdir()] == ["out"]


def test_optional_columns_without_a_value_are_left_out(tmp_path):
    write_folder(Dataset.of(smallest()), tmp_path / "out")
    header = (tmp_path / "out" / "offerings.csv").read_text().splitlines()[0]
    assert header == '"offering_id","course_id","admission_mode"'


def test_times_are_written_in_utc_as_iso_8601(tmp_path):
    frames = smallest()
    moment = pd.Timestamp("2024-03-01T08:30:00+08:00")
    frames["events"] = pd.DataFrame(
        {"teacher_id": ["t1"], "course_id": ["c1"], "occurred_at": [moment]}
    )
    write_folder(Dataset.of(frames), tmp_path / "out")
    assert "2024-03-01T00:30:00Z" in (tmp_path / "out" / "events.csv").read_text()


@pytest.mark.parametrize("title", ["=1+1", "+86", "-x", "@sum", '"', "a\r\nb", "\r", ",", " x "])
def test_cells_that_a_spreadsheet_would_run_or_split_are_kept_exactly(tmp_path, title):
    frames = smallest()
    frames["courses"]["title_zh"] = [title, "师德"]
    write_folder(Dataset.of(frames), tmp_path / "out")
    again = read_folder(tmp_path / "out", now=NOW)
    assert again.table("courses")["title_zh"].tolist() == [title, "师德"]
