"""The simulated province: what it refuses, what always holds in it, and that it repeats."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features import codes
from features.dataset import Dataset
from features.errors import InvalidSetting, Refused
from features.reading import read_folder
from training.simulate import Simulation, Truth, load_truth, simulate, write

SMALL = Simulation(teachers=300, courses=120, years=3)
AFTER = pd.Timestamp("2025-11-01", tz="UTC")


@pytest.fixture(scope="module")
def province() -> tuple[Dataset, Truth]:
    return simulate(SMALL, seed=7)


@pytest.fixture(scope="module")
def dataset(province: tuple[Dataset, Truth]) -> Dataset:
    return province[0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"teachers": 19},
        {"years": 0},
        {"courses": 59},
        {"courses": 3_001},
        {"events_per_teacher": 1},
        {"noise": 0},
        {"drift": -1},
    ],
)
def test_settings_out_of_range_are_refused_by_name(wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidSetting, match=next(iter(wrong))):
        Simulation(**wrong)


def test_a_folder_with_foreign_files_is_not_written_over(
    province: tuple[Dataset, Truth], tmp_path: Path
) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(Refused):
        write(*province, tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_real_tables_are_not_written_over(province: tuple[Dataset, Truth], tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("mine")
    with pytest.raises(Refused, match="events.csv"):
        write(*province, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["events.csv"]
    assert (tmp_path / "events.csv").read_text() == "mine"


def test_a_refusal_leaves_an_earlier_simulation_as_it_was(
    province: tuple[Dataset, Truth], tmp_path: Path
) -> None:
    write(*province, tmp_path / "province")
    (tmp_path / "province" / "thesis.txt").write_text("mine")
    with pytest.raises(Refused, match=r"thesis\.txt"):
        write(*province, tmp_path / "province")
    load_truth(tmp_path / "province" / "truth")


def test_a_year_outside_the_simulation_has_no_utility(province: tuple[Dataset, Truth]) -> None:
    with pytest.raises(InvalidSetting, match="year"):
        province[1].utility(np.arange(2), np.arange(2), 1999)


def test_the_same_seed_gives_the_same_province_and_another_seed_another(dataset: Dataset) -> None:
    again, _ = simulate(SMALL, seed=7)
    other, _ = simulate(SMALL, seed=8)
    assert again.content_hash == dataset.content_hash
    assert other.content_hash != dataset.content_hash


def test_what_is_written_reads_back_as_the_same_data_and_truth(
    province: tuple[Dataset, Truth], tmp_path: Path
) -> None:
    dataset, truth = province
    folder = tmp_path / "province"
    for _ in range(2):  # a second time, it replaces the first
        write(dataset, truth, folder)
    assert read_folder(folder, now=AFTER).content_hash == dataset.content_hash
    read = load_truth(folder / "truth")
    some = np.arange(20)
    np.testing.assert_array_equal(read.utility(some, some, 2024), truth.utility(some, some, 2024))
    assert "noise" in (folder / "truth" / "README.md").read_text("utf-8")


@pytest.mark.parametrize("ends_on", [date(2023, 1, 5), date(2024, 7, 1), date(2025, 12, 20)])
@pytest.mark.parametrize("years", [1, 2])
def test_any_period_is_valid_and_ends_with_something_to_choose(
    ends_on: date, years: int, tmp_path: Path
) -> None:
    settings = Simulation(teachers=60, courses=60, years=years, ends_on=ends_on)
    dataset, truth = simulate(settings, seed=1)
    write(dataset, truth, tmp_path / "province", "parquet")
    read_folder(tmp_path / "province", now=pd.Timestamp(ends_on, tz="UTC") + pd.Timedelta(days=1))
    offerings = dataset.table("offerings")
    today = pd.Timestamp(ends_on)
    is_open = (offerings["apply_until"] > today) & (offerings["starts_on"] > today)
    published = offerings["published_at"] < pd.Timestamp(ends_on, tz="UTC")
    assert (is_open & published & (offerings["admission_mode"] == "open")).sum() > 10


def test_ids_are_in_the_order_of_the_truth(province: tuple[Dataset, Truth]) -> None:
    dataset, truth = province
    assert list(dataset.teachers.ids) == list(truth.teacher_ids)
    assert list(dataset.courses.ids) == list(truth.course_ids)


def test_nothing_happens_before_employment_or_appearance_or_after_the_end(
    dataset: Dataset,
) -> None:
    events = dataset.table("events")
    employed = dataset.table("teachers").groupby("teacher_id")["employed_on"].first()
    appeared = dataset.table("courses").set_index("course_id")["available_from"]
    hired = events["teacher_id"].map(employed).dt.tz_localize("Asia/Shanghai")
    assert (events["occurred_at"] >= hired).all()
    assert (events["occurred_at"] >= events["course_id"].map(appeared)).all()
    assert events["occurred_at"].max() < AFTER
    assert not (events["recorded_at"] > AFTER).any()


def test_every_own_place_was_one_that_the_teacher_was_eligible_for(
    province: tuple[Dataset, Truth],
) -> None:
    dataset, truth = province
    wished = dataset.log.of_kinds("selected")
    wished = wished.where(wished.self_selected)
    able = truth.eligible[truth.segment[wished.teacher], wished.course[:, None]]
    assert able.any(axis=1).all()


def test_prerequisites_make_no_circle_and_are_done_before(dataset: Dataset) -> None:
    courses = dataset.table("courses")
    before = courses.dropna(subset=["prerequisites"]).set_index("course_id")["prerequisites"]
    assert len(before)
    for course in before.index:
        seen = {course}
        while (course := before.get(course)) is not None:
            assert course not in seen
            seen.add(course)
    events = dataset.table("events")
    first_done = (
        events[events["kind"] == "completed"]
        .groupby(["teacher_id", "course_id"])["occurred_at"]
        .min()
    )
    chosen = events[(events["kind"] == "selected") & events["course_id"].isin(before.index)]
    needed = pd.MultiIndex.from_arrays([chosen["teacher_id"], chosen["course_id"].map(before)])
    assert (first_done.reindex(needed).to_numpy() < chosen["occurred_at"].to_numpy()).all()


def test_titles_are_distinct_in_both_languages_and_fill_any_catalogue() -> None:
    settings = Simulation(teachers=20, courses=3_000, years=1)
    courses = simulate(settings, seed=3)[0].table("courses")
    assert len(courses) == 3_000
    assert courses["title_zh"].is_unique
    assert courses["title_en"].is_unique
    assert not courses[["title_zh", "text_zh", "text_en"]].isna().any(axis=None)
    assert not courses["title_zh"].str.contains("[{}]").any()


def test_every_named_theme_has_a_course(dataset: Dataset) -> None:
    themes = set(dataset.table("courses")["themes"].dropna())
    assert themes >= {
        "four_histories",
        "ten_norms",
        "national_security",
        "rule_of_law",
        "ecology",
        "common_language",
        "kindergarten_primary_transition",
        "young_pioneers",
        "anti_bullying",
    }


def test_ethics_is_done_every_year_by_nearly_all_who_are_there(dataset: Dataset) -> None:
    courses = dataset.table("courses").set_index("course_id")
    events = dataset.table("events")
    ethics = events[
        (events["kind"] == "completed")
        & (events["course_id"].map(courses["obligation"]) == "compulsory")
    ]
    year = ethics["occurred_at"].dt.tz_convert("Asia/Shanghai").dt.year
    done = ethics.groupby(year)["teacher_id"].nunique()
    assert list(done.index) == [2023, 2024, 2025]
    assert done.iloc[:2].min() > 0.75 * len(dataset.teachers)
    assert (ethics.groupby([year, "teacher_id"]).size() == 1).all()


def test_imposed_training_is_there_and_is_not_called_a_choice(dataset: Dataset) -> None:
    offerings = dataset.table("offerings").set_index("offering_id")
    events = dataset.table("events")
    mode = events["offering_id"].map(offerings["admission_mode"])
    assert set(mode.dropna()) == set(codes.ADMISSION_MODES)
    imposed = mode.isin(["assigned", "nominated", "whole_school"]).to_numpy()
    np.testing.assert_array_equal(dataset.log.self_selected, ~imposed)


def test_teachers_change_stage_title_and_school(dataset: Dataset) -> None:
    states = dataset.table("teachers").groupby("teacher_id")
    for column in ("career_stage", "title", "organisation_id"):
        assert (states[column].nunique() > 1).any(), column
    order = dataset.table("teachers")["career_stage"].map(codes.CAREER_STAGES.index)
    grown = order.groupby(dataset.table("teachers")["teacher_id"]).is_monotonic_increasing
    assert grown.all()


def test_the_ledger_holds_openings_activities_and_completed_offerings(dataset: Dataset) -> None:
    ledger = dataset.table("credits")
    assert set(ledger["kind"]) == {"opening", "activity", "offering"}
    completed = (dataset.table("events")["kind"] == "completed").sum()
    assert (ledger["kind"] == "offering").sum() == completed


def test_no_more_are_admitted_than_there_are_seats(dataset: Dataset) -> None:
    enrolments = dataset.table("enrolments")
    came = enrolments[enrolments["state"].isin(["admitted", "completed", "no_show"])]
    filled = came.groupby("offering_id")["teacher_id"].nunique()
    seats = dataset.table("offerings").set_index("offering_id")["capacity"]
    assert (filled <= seats.reindex(filled.index)).all()
