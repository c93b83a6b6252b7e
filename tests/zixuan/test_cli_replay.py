"""From a service that explores to a model judged by its log."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.dataset import Dataset
from features.reading import read_folder
from features.writing import write_folder
from recommender.artifact import load
from recommender.ranking import NONE, rank

AS_OF = pd.Timestamp("2025-11-01", tz="UTC")
NOW = pd.Timestamp("2026-06-01", tz="UTC")


@pytest.fixture(scope="module")
def log(province: Path, model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The province, to whose teachers lists were shown; every third course was chosen."""
    dataset, loaded = read_folder(province, now=NOW), load(model)
    rng = np.random.default_rng(0)
    (lists,) = rank(loaded, dataset, as_of=AS_OF, k=4, explore=0.5, rng=rng)
    row, place = np.nonzero(lists.courses != NONE)
    impressions = pd.DataFrame(
        {
            "recommendation_id": [f"r{number}" for number in row],
            "teacher_id": dataset.teachers.outside(row),
            "course_id": dataset.courses.outside(lists.courses[row, place]),
            "rank": place + 1,
            "shown_at": AS_OF,
            "propensity": lists.chance[row, place],
            "model_version": loaded.version,
        }
    )
    keys = ["recommendation_id", "teacher_id", "course_id"]
    chosen = impressions.iloc[::3][keys].assign(
        event_id=[f"x{number}" for number in range(len(impressions.iloc[::3]))],
        occurred_at=AS_OF + pd.Timedelta("1h"),
        kind="selected",
    )
    events = pd.concat([dataset.table("events"), chosen], ignore_index=True)
    tables = {**dataset.tables, "impressions": impressions, "events": events}
    folder = tmp_path_factory.mktemp("log") / "tables"
    write_folder(Dataset.of(tables, dataset.columns), folder)
    return folder


def test_a_folder_that_shows_nothing_is_refused_on_one_line(zixuan, province: Path, model: Path):
    outcome = zixuan("replay", province, "--model", model)

    assert outcome.code == 1
    (line,) = outcome.error_lines
    assert line.startswith("zixuan: impressions: expected what was shown, with its propensity")


def test_an_impression_without_its_chance_is_told(zixuan, log: Path, model: Path, tmp_path: Path):
    folder = tmp_path / "without"
    shutil.copytree(log, folder)
    table = pd.read_csv(folder / "impressions.csv", dtype=str)
    table.loc[0, "propensity"] = "0"
    table.to_csv(folder / "impressions.csv", index=False)

    outcome = zixuan("replay", folder, "--model", model)

    assert outcome.code == 1
    assert "column propensity: expected a chance above 0" in outcome.error_lines[0]


def test_a_model_is_judged_by_a_log(zixuan, log: Path, model: Path):
    found = json.loads(zixuan("replay", log, "--model", model, "--json").out)
    shown = zixuan("replay", log, "--model", model)

    assert shown.code == 0
    assert list(found["values"]) == ["logged", "ips", "snips", "dr"]
    assert found["effective"] > 30
    for name in ("dr 双重稳健", "effective places 有效位置数"):
        assert name in shown.out
    assert f"{found['values']['dr']['mean']:.4f}" in shown.out


def test_a_model_that_has_seen_the_answers_is_refused(zixuan, log: Path, tmp_path: Path):
    options = ("--out", "seen", "--scorers", "popularity", "--no-record")
    assert zixuan("train", log, *options).code == 0

    outcome = zixuan("replay", log, "--model", "seen")

    assert outcome.code == 1
    assert "0 since then" in outcome.error_lines[0]
