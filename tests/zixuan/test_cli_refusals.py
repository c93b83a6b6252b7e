"""What is refused is told in one line, exits as promised, and changes nothing."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

ADVICE = ("recommend", "plan")


def assert_told_in_one_line(outcome, code: int, *parts: str) -> None:
    assert outcome.code == code
    told = [line for line in outcome.error_lines if not line.startswith("notice 注意: ")]
    assert len(told) == 1, outcome.err
    assert "Traceback" not in outcome.err
    assert outcome.out == ""
    assert [part for part in parts if part not in outcome.err] == []


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["frobnicate"], "frobnicate"),
        (["train", "somewhere", "--frob"], "--frob"),
        (["train"], "DIR"),
        (["simulate"], "--out"),
        (["recommend", "d", "--model", "m", "--teacher", "t", "-k", "0"], "-k"),
        (["recommend", "d", "--model", "m", "--teacher", "t", "--lang", "fr"], "--lang"),
        (["plan", "d", "--model", "m", "--teacher", "t", "--as-of", "tomorrow"], "tomorrow"),
        (["train", "d", "--out", "m", "--until", "2025-13-01"], "2025-13-01"),
        (["batch", "d", "--model", "m", "--out", "f", "--workers", "0"], "--workers"),
        (["serve", "--port", "http"], "--port"),
    ],
)
def test_a_wrong_call_exits_2_and_names_the_help(zixuan, arguments: list[str], part: str):
    assert_told_in_one_line(zixuan(*arguments), 2, part, "--help'")


def test_no_command_at_all_shows_the_help(zixuan):
    outcome = zixuan()

    assert outcome.code == 2
    assert "recommend" in outcome.out
    assert outcome.err == ""


@pytest.mark.parametrize("command", ["check", "evaluate", "import"])
def test_a_folder_that_is_not_there_is_refused(zixuan, tmp_path: Path, command: str):
    outcome = zixuan(command, "nowhere")

    assert outcome.code == 1
    assert "nowhere: expected a folder of tables, got 'no such folder'" in outcome.err
    assert "rows" not in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_every_problem_is_told_on_its_line_and_those_past_fifty_are_counted(zixuan, faulty: Path):
    outcome = zixuan("check", faulty)

    assert outcome.code == 1
    assert outcome.out == ""
    *told, more, last = outcome.error_lines
    assert len(told) == 50
    assert all(line.startswith("events.csv, row ") and "'nowhere'" in line for line in told)
    assert more == "and 10 more"
    assert "60 problems" in last


@pytest.mark.parametrize(
    "command",
    [
        ["train", "--out", "out"],
        ["evaluate", "--json", "out"],
        ["import"],
    ],
)
def test_faulty_tables_leave_nothing_behind(zixuan, tmp_path: Path, faulty: Path, command):
    name, *options = command
    outcome = zixuan(name, faulty, *options)

    assert outcome.code == 1
    assert "60 problems" in outcome.err
    assert list(tmp_path.iterdir()) == [faulty]


@pytest.mark.parametrize("command", ADVICE)
def test_an_unknown_teacher_is_refused(zixuan, province: Path, model: Path, command: str):
    outcome = zixuan(command, province, "--model", model, "--teacher", "nobody")

    assert_told_in_one_line(outcome, 1, "teacher 'nobody'", "200 known teachers")


def test_an_unknown_scorer_is_refused_before_anything_is_written(
    zixuan, tmp_path: Path, province: Path
):
    outcome = zixuan("train", province, "--out", "m", "--scorers", "popularity,horoscope")

    assert_told_in_one_line(outcome, 1, "horoscope", "popularity, lasting, rising, content")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "meant"),
    [
        (["train", "--out", "m", "--scorers", "popularty"], "popularity"),
        (["evaluate", "--models", "sequense,hybrid"], "sequence"),
        (["evaluate", "--split", "tiem:0.85"], "time"),
    ],
)
def test_a_slip_of_the_pen_is_asked_about(zixuan, province: Path, command, meant: str):
    name, *options = command
    outcome = zixuan(name, province, *options)

    assert_told_in_one_line(outcome, 1, f"did you mean '{meant}'?")


def test_a_misspelt_policy_is_asked_about(zixuan, province: Path, model: Path):
    options = ("--model", model, "--teacher", "t0000005", "--policy", "national-2012")
    outcome = zixuan("plan", province, *options)

    assert_told_in_one_line(outcome, 1, "got 'national-2012'", "did you mean 'national-2011'?")


def test_training_before_the_first_choice_is_refused(zixuan, tmp_path: Path, province: Path):
    outcome = zixuan("train", province, "--out", "m", "--until", "2019-01-01")

    assert_told_in_one_line(outcome, 1, "--until", "2019")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "split", ["time:1.5", "last:0", "random", "file:nowhere.csv", "cold-teachers:0.8:6/5"]
)
def test_a_split_that_cannot_be_read_is_refused(zixuan, province: Path, split: str):
    outcome = zixuan("evaluate", province, "--split", split, "--models", "popularity")

    assert_told_in_one_line(outcome, 1, split.rpartition(":")[2])


def test_an_unknown_policy_is_refused(zixuan, province: Path, model: Path):
    options = ("--model", model, "--teacher", "t0000005", "--policy", "atlantis-1999")

    assert_told_in_one_line(zixuan("plan", province, *options), 1, "atlantis-1999")


@pytest.mark.parametrize(
    "arguments",
    [
        ["recommend", "{province}", "--model", "{model}", "--teacher", "t0000005"],
        ["batch", "{province}", "--model", "{model}", "--out", "lists.parquet"],
        ["promote", "{model}"],
    ],
)
def test_a_model_that_was_tampered_with_is_refused(
    zixuan, tmp_path: Path, province: Path, model: Path, arguments: list[str]
):
    tampered = tmp_path / "tampered"
    shutil.copytree(model, tampered)
    values = tampered / "values.json"
    values.write_text(values.read_text("utf-8").replace("1", "2", 1), "utf-8")
    outcome = zixuan(*(each.format(province=province, model=tampered) for each in arguments))

    assert_told_in_one_line(outcome, 1, "values.json", "SHA-256")
    assert not (tmp_path / "lists.parquet").exists()


@pytest.mark.parametrize("command", ["train", "export", "simulate", "demo"])
def test_a_folder_with_other_files_is_not_written_over(
    zixuan, tmp_path: Path, province: Path, command: str
):
    precious = tmp_path / "thesis" / "chapter.doc"
    precious.parent.mkdir()
    precious.write_text("years of work")
    zixuan("key")  # makes a store, for export to write
    arguments = {
        "train": (province, "--scorers", "popularity", "--no-record", "--out"),
        "export": ("--out",),
        "simulate": ("--teachers", "20", "--courses", "60", "--out"),
        "demo": ("--once", "--teachers", "20", "--folder"),
    }[command]
    outcome = zixuan(command, *arguments, precious.parent)

    assert outcome.code == 1
    assert "thesis" in outcome.err
    assert [each.name for each in precious.parent.iterdir()] == ["chapter.doc"]
    assert precious.read_text() == "years of work"


@pytest.mark.parametrize("command", [["export", "--out", "tables"], ["key", "--revoke", "a"]])
def test_a_store_that_is_not_there_is_not_made_in_order_to_read_it(
    zixuan, tmp_path: Path, command: list[str]
):
    assert_told_in_one_line(zixuan(*command), 1, "sqlite:///zixuan.db", "import")
    assert list(tmp_path.iterdir()) == []


def test_a_key_of_an_unknown_scope_is_refused(zixuan):
    assert_told_in_one_line(zixuan("key", "--scopes", "platform,godmode"), 1, "platform")


def test_a_number_of_teachers_out_of_range_is_refused(zixuan, tmp_path: Path):
    outcome = zixuan("simulate", "--teachers", "3", "--out", "small")

    assert_told_in_one_line(outcome, 1, "teachers", "20 to")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told_without_a_traceback(
    zixuan, tmp_path: Path, province: Path
):
    (tmp_path / "file").write_text("")
    outcome = zixuan("train", province, "--out", "file/model", "--scorers", "popularity")

    assert_told_in_one_line(outcome, 1, "file")


def test_a_file_that_is_no_database_is_told_without_a_traceback(zixuan, tmp_path: Path):
    (tmp_path / "file").write_text("no database at all")
    outcome = zixuan("key", "--database", "sqlite:///file")

    assert_told_in_one_line(outcome, 1, "database_url", "sqlite:///file")


def test_a_database_without_its_driver_is_told_without_a_traceback(
    zixuan, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    outcome = zixuan("key", "--database", "postgresql+psycopg://zixuan:hunter2@host/db")

    assert_told_in_one_line(outcome, 1, "install psycopg", "sqlite:///")
    assert "hunter2" not in outcome.err


def test_a_model_that_is_not_there_is_named(zixuan, province: Path):
    outcome = zixuan("recommend", province, "--model", "of/old/lost", "--teacher", "t0000005")

    assert_told_in_one_line(outcome, 1, "model folder 'of/old/lost'", "manifest.json")
