"""Tuning on the command line, and training with what it found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from recommender.artifact import load, verify

TUNE = ("--study", "s.db", "--out", "p.json", "--windows", "1", "--scorers", "popularity,content")


def written(path: Path, parameters: object) -> Path:
    path.write_text(json.dumps({"parameters": parameters}), "utf-8")
    return path


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (["--minutes", "0"], "above 0"),
        (["--trials", "0"], "above 0"),
        (["--split", "last:1"], "time:Q"),
        (["--scorers", "horoscope"], "horoscope"),
        (["--until", "2019-01-01"], "at least one event"),
        (["--study", "nowhere/s.db"], "nowhere/s.db"),
    ],
)
def test_a_tuning_that_cannot_be_is_refused_in_one_line(
    zixuan, province: Path, tmp_path: Path, options: list[str], part: str
):
    outcome = zixuan("tune", province, *TUNE, *options)

    assert outcome.code == 1
    assert len(outcome.error_lines) == 1
    assert part in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_a_study_of_another_seed_is_refused_and_the_parameters_stay(
    zixuan, province: Path, tmp_path: Path
):
    zixuan("tune", province, *TUNE, "--trials", 1)
    before = (tmp_path / "p.json").read_text("utf-8")
    outcome = zixuan("tune", province, *TUNE, "--trials", 1, "--seed", 3)

    assert outcome.code == 1
    assert "of the seed 0" in outcome.err
    assert (tmp_path / "p.json").read_text("utf-8") == before


@pytest.mark.parametrize(
    ("parameters", "part"),
    [
        ({"horoscope": {}}, "horoscope"),
        ({"content": {"ridge": 1.0}}, "got ridge"),
        ({"content": {"reg": 0}}, "0.5 to 2000"),
        (None, "a JSON object"),
    ],
)
def test_parameters_that_no_scorer_takes_are_refused_and_nothing_is_written(
    zixuan, province: Path, tmp_path: Path, parameters: object, part: str
):
    path = written(tmp_path / "p.json", parameters)
    outcome = zixuan("train", province, "--out", "m", "--parameters", path)

    assert outcome.code == 1
    assert len(outcome.error_lines) == 1
    assert part in outcome.err
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_of_parameters_that_is_not_there_is_told(zixuan, province: Path):
    outcome = zixuan("train", province, "--out", "m", "--parameters", "lost.json")

    assert outcome.code == 1
    assert "lost.json" in outcome.err


def test_tuning_tells_what_it_found_and_goes_on(zixuan, province: Path, tmp_path: Path):
    first = zixuan("tune", province, *TUNE, "--trials", 2)
    again = zixuan("tune", province, *TUNE, "--trials", 3, "--minutes", 5)

    found = json.loads((tmp_path / "p.json").read_text("utf-8"))
    assert (first.code, again.code) == (0, 0)
    assert {name: each["trials"] for name, each in found["scorers"].items()} == {
        "popularity": 3,
        "content": 3,
    }
    assert [line for line in again.out.splitlines() if cell_len(line) > 80] == []
    assert "popularity" in again.out
    assert again.out.splitlines()[-1].startswith("p.json: parameters of ")


def test_a_model_is_trained_with_the_parameters_of_a_file(zixuan, province: Path, tmp_path: Path):
    path = written(tmp_path / "p.json", {"content": {"reg": 3.0}, "sequence": {"reg": 1.0}})
    options = ("--scorers", "popularity,content", "--no-record")
    plain = zixuan("train", province, "--out", "plain", *options)
    outcome = zixuan("train", province, "--out", "m", *options, "--parameters", path)

    versions = [verify(tmp_path / name)["model_version"] for name in ("plain", "m")]
    parts = load(tmp_path / "m").hybrid.parts
    assert (plain.code, outcome.code) == (0, 0)
    assert versions[0] != versions[1]
    assert parts["content"].to_fitted().values["reg"] == 3.0
    assert parts["popularity"].to_fitted().values["half_life"] == 60.0
