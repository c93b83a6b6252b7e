"""A made-up platform of ids and times reads as what it is, and has what it was given."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.reading import read_folder
from ids_only import SERIES, Platform, events, write

PLATFORM = Platform(teachers=2_000, courses=400)


@pytest.fixture(scope="module")
def drawn() -> pd.DataFrame:
    return events(PLATFORM, np.random.default_rng(0))


def test_its_files_are_read_without_any_complaint(tmp_path: Path) -> None:
    n_events = write(Platform(teachers=60, courses=30), 0, tmp_path)

    dataset = read_folder(tmp_path, now=pd.Timestamp("2026-01-01", tz="UTC"))

    assert len(dataset.log) == n_events
    assert len(dataset.teachers) == 60
    assert len(dataset.courses) == 30
    assert set((tmp_path / "events.csv").read_text().split("\n", 1)[0].split(",")) == {
        "teacher_id",
        "course_id",
        "occurred_at",
    }


def test_the_same_seed_draws_the_same(drawn: pd.DataFrame) -> None:
    assert drawn.equals(events(PLATFORM, np.random.default_rng(0)))
    assert not drawn.equals(events(PLATFORM, np.random.default_rng(1)))


@pytest.mark.parametrize("median", [4, 8])
def test_histories_are_as_long_as_asked_less_what_is_beyond_the_end(median: int) -> None:
    found = events(replace(PLATFORM, median=median), np.random.default_rng(0))

    assert median / 2 <= found.groupby("teacher").size().median() <= median


def test_few_courses_have_most_takers(drawn: pd.DataFrame) -> None:
    takers = drawn["course"].value_counts()

    assert takers.iloc[: PLATFORM.courses // 5].sum() > len(drawn) / 2


def test_one_course_leads_to_the_next_of_its_series(drawn: pd.DataFrame) -> None:
    ordered = drawn.sort_values(["teacher", "occurred_at"])
    before, course = ordered.groupby("teacher")["course"].shift(), ordered["course"]
    follows = before - before % SERIES + (before + 1) % SERIES == course

    assert follows[before.notna()].mean() > 0.2


def test_fashion_changes(drawn: pd.DataFrame) -> None:
    half = len(drawn) // 2
    early, late = drawn.iloc[:half], drawn.iloc[half:]
    most = [set(part["course"].value_counts().index[:20]) for part in (early, late)]

    assert 2 <= len(most[0] & most[1]) <= 15
