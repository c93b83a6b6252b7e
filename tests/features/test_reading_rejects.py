"""Faulty rows go to a folder of rejects, and with them what refers to them."""

from __future__ import annotations

import pandas as pd
import pytest

from features.errors import InvalidData, Refused
from features.reading import read_folder

NOW = pd.Timestamp("2025-01-01", tz="UTC")
EVENTS = "teacher_id,course_id,occurred_at"


def test_a_file_that_cannot_be_read_is_refused_and_nothing_is_rejected(folder_of, tmp_path):
    folder = folder_of({"courses.csv": "", "events.csv": f"{EVENTS}\nt9,c1,soon\n"})
    with pytest.raises(InvalidData):
        read_folder(folder, now=NOW, rejects=tmp_path / "rejects")
    assert not (tmp_path / "rejects").exists()


def test_a_folder_that_holds_data_takes_no_rejects(folder_of):
    folder = folder_of({"events.csv": f"{EVENTS}\nt1,c9,2024-03-01\n"})
    before = (folder / "events.csv").read_text()
    with pytest.raises(Refused, match="without a column 'problem'"):
        read_folder(folder, now=NOW, rejects=folder)
    assert (folder / "events.csv").read_text() == before


def test_rows_whose_cells_are_sound_but_lead_nowhere_are_rejected(folder_of, tmp_path):
    folder = folder_of({"events.csv": f"{EVENTS}\nt1,c9,2024-03-01\nt1,c1,2024-03-01\n"})
    dataset = read_folder(folder, now=NOW, rejects=tmp_path / "rejects")
    assert dataset.table("events")["course_id"].tolist() == ["c1"]
    assert pd.read_csv(tmp_path / "rejects" / "events.csv")["course_id"].tolist() == ["c9"]


def test_good_data_leaves_no_rejects_and_clears_those_of_an_earlier_run(folder_of, tmp_path):
    stale = tmp_path / "events.csv"
    stale.write_text("teacher_id,problem\n")
    read_folder(folder_of({}), now=NOW, rejects=tmp_path)
    assert not stale.exists()


def test_rejected_rows_keep_the_files_own_columns_and_say_what_is_wrong(folder_of, tmp_path):
    folder = folder_of(
        {
            "events.csv": "teacher_id,course_id,when\nt1,c1,soon\nt1\nt1,c1,2024-03-01\n",
            "columns.toml": '[tables.events.rename]\noccurred_at = "when"',
        }
    )
    dataset = read_folder(folder, now=NOW, rejects=tmp_path / "rejects")
    rejected = pd.read_csv(tmp_path / "rejects" / "events.csv", keep_default_na=False)
    assert len(dataset.log) == 1
    assert rejected.columns.tolist() == ["teacher_id", "course_id", "when", "problem"]
    assert rejected["problem"].tolist() == [
        "row 1: when expected an ISO 8601 time such as 2024-03-01T08:30:00+08:00, got soon",
        "row 2: expected 3 cells, as many as the header has, got 1 in t1",
    ]


def test_what_refers_to_a_rejected_row_is_rejected_in_turn(folder_of, tmp_path):
    folder = folder_of(
        {
            "courses.csv": "course_id,prerequisites,hours\nc1,,-1\nc2,c1,\nc3,c2,\nc4,,\n",
            "events.csv": f"{EVENTS}\nt1,c3,2024-03-01\nt1,c4,2024-03-01\n",
        }
    )
    dataset = read_folder(folder, now=NOW, rejects=tmp_path / "rejects")
    assert dataset.courses.ids.tolist() == ["c4"]
    assert dataset.table("events")["course_id"].tolist() == ["c4"]


def test_of_rows_with_one_key_the_first_that_is_sound_stays(folder_of, tmp_path):
    folder = folder_of({"courses.csv": "course_id,hours\nc1,x\nc1,2\nc1,3\nc2,\n"})
    dataset = read_folder(folder, now=NOW, rejects=tmp_path / "rejects")
    assert dataset.table("courses")["hours"].tolist()[0] == 2


def test_all_rows_may_be_rejected(folder_of, tmp_path):
    folder = folder_of({"teachers.csv": "teacher_id,role\nt1,x\nt2,x\n"})
    dataset = read_folder(folder, now=NOW, rejects=tmp_path / "rejects")
    assert (len(dataset.teachers), len(dataset.log)) == (0, 0)
