"""Tuning looks at the past only, goes on where it was stopped, and takes noise for noise."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.dataset import Dataset
from features.errors import InvalidSetting, NotEnoughData, Refused
from features.moments import instant
from recommender.model import Model
from recommender.scorers.registry import SCORERS
from recommender.scorers.space import defaults
from tests.builders import at, teacher, took, world
from training.evaluate import judge
from training.split import FileSplit, LastSplit, TimeSplit
from training.tune import Budget, tune
from training.tuning import read_parameters
from training.validation_slice import Slice, windows

UNTIL = at("2025-01-01")
DAYS = 200


def two_phases(later: bool = False) -> Dataset:
    """Many primary and few junior teachers, who share no taste.

    By its default, popularity believes so small a segment little, and shows it what the many
    choose. ``later`` adds what would say otherwise: from 2025 on all swap tastes.
    """
    rng = np.random.default_rng(3)
    teachers = [("primary", n) for n in range(90)] + [("junior", n) for n in range(30)]
    events = []
    for phase, number in teachers:
        days = np.sort(rng.integers(DAYS, size=6))
        for day, c in zip(days, rng.permutation(12)[:6], strict=True):
            moment = UNTIL - pd.Timedelta(days=int(DAYS - day), hours=-1)
            events.append(took(f"{phase}{number}", f"{phase}-{c}", moment))
    if later:
        swapped = {"primary": "junior", "junior": "primary"}
        events += [
            took(f"{phase}{number}", f"{swapped[phase]}-{c}", UNTIL + pd.Timedelta(days=c))
            for phase, number in teachers
            for c in range(3)
        ]
    return world(events, teachers=[teacher(f"{p}{n}", phase=p) for p, n in teachers])


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return two_phases()


def tuned(dataset: Dataset, study: Path, trials: int = 4, **more):
    options = {
        "until": UNTIL,
        "split": TimeSplit(0.85),
        "n_windows": 1,
        "scorers": ["popularity", "content"],
        "budget": Budget(None, trials),
    }
    return tune(dataset, study=study, **(options | more))


def values_in(study: Path) -> list[tuple[object, ...]]:
    """Every trial of a study: scorer, number, mean and parameters."""
    query = (
        "SELECT study_name, number, value, param_name, param_value FROM trials "
        "JOIN studies USING (study_id) JOIN trial_values USING (trial_id) "
        "JOIN trial_params USING (trial_id) ORDER BY 1, 2, 4"
    )
    with closing(sqlite3.connect(study)) as connection:
        return list(connection.execute(query))


@pytest.mark.parametrize(
    "limits", [(None, None), (0, None), (None, 0), (-1.0, 5), (float("nan"), None)]
)
def test_a_budget_without_a_limit_or_below_it_is_refused(limits) -> None:
    with pytest.raises(InvalidSetting, match="minutes, trials or both, above 0"):
        Budget(*limits)


@pytest.mark.parametrize(
    "change",
    [{"split": LastSplit(1)}, {"split": FileSplit(Path("test.csv"))}, {"n_windows": 0}],
)
def test_windows_that_leak_or_are_none_are_refused(dataset, tmp_path: Path, change) -> None:
    with pytest.raises(InvalidSetting, match="expected time:Q"):
        tuned(dataset, tmp_path / "s.db", **change)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_scorer_is_refused(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="horoscope"):
        tuned(dataset, tmp_path / "s.db", scorers=["horoscope"])


def test_a_time_before_the_first_event_is_refused(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(NotEnoughData, match="events"):
        tuned(dataset, tmp_path / "s.db", until=at("2020-01-01"))


@pytest.mark.parametrize("content", [b"not a study", b"SQLite format 3\0 but damaged"])
def test_a_file_that_is_no_database_is_refused_and_kept(
    dataset: Dataset, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "s.db"
    path.write_bytes(content)

    with pytest.raises(Refused, match="got file is not a database; name another"):
        tuned(dataset, path)
    assert path.read_bytes() == content


def test_a_database_of_something_else_is_refused(dataset: Dataset, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        connection.execute("CREATE TABLE teachers (id)")

    with pytest.raises(Refused, match="a database of something else"):
        tuned(dataset, tmp_path / "store.db")


def test_a_folder_that_is_not_there_is_refused(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="nowhere"):
        tuned(dataset, tmp_path / "nowhere" / "s.db")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"seed": 1}, "of the seed 0"),
        ({"split": TimeSplit(0.7)}, "of the split time:0.85"),
        ({"n_windows": 2}, "of the windows"),
        ({"until": at("2024-12-01")}, "of the data hash"),
    ],
)
def test_a_study_of_something_else_is_refused_and_kept(
    dataset: Dataset, tmp_path: Path, change: dict[str, object], told: str
) -> None:
    path = tmp_path / "s.db"
    tuned(dataset, path, trials=1)
    before = values_in(path)

    with pytest.raises(Refused, match=told):
        tuned(dataset, path, **change)
    assert values_in(path) == before


def test_a_study_of_other_data_is_refused(dataset: Dataset, tmp_path: Path) -> None:
    tuned(dataset, tmp_path / "s.db", trials=1)
    taught = {**dataset.tables, "events": dataset.table("events").iloc[:-1]}

    with pytest.raises(Refused, match="data hash"):
        tuned(Dataset.of(taught), tmp_path / "s.db")


def test_a_budget_in_which_nothing_is_finished_is_told(dataset: Dataset, tmp_path: Path) -> None:
    ticks = iter(range(0, 10_000, 100))

    with pytest.raises(NotEnoughData, match="more minutes"):
        tuned(dataset, tmp_path / "s.db", budget=Budget(1), clock=lambda: next(ticks))


def test_the_default_is_tried_first(dataset: Dataset, tmp_path: Path) -> None:
    tuned(dataset, tmp_path / "s.db", trials=2)

    first = [row[3:] for row in values_in(tmp_path / "s.db") if row[:2] == ("popularity", 0)]
    assert dict(first) == defaults(SCORERS["popularity"])


def test_what_is_clearly_better_is_found_and_trains(dataset: Dataset, tmp_path: Path) -> None:
    found = tuned(dataset, tmp_path / "s.db", trials=12, scorers=["popularity"])
    (tmp_path / "p.json").write_text(found.to_json())
    parameters = read_parameters(tmp_path / "p.json")

    (of_popularity,) = found.found
    assert of_popularity.better
    assert of_popularity.best.mean > of_popularity.default.mean + 0.05
    assert parameters["popularity"]["shrinkage"] < 100
    model = Model.fit(dataset, as_of=UNTIL, scorers=["popularity"], parameters=parameters)
    assert model.hybrid.parts["popularity"].to_fitted().values == parameters["popularity"]


def test_nothing_from_the_moment_on_is_looked_at(dataset: Dataset, tmp_path: Path) -> None:
    """What all do from 2025 on would change every value, and the choice."""
    past = tuned(dataset, tmp_path / "past.db")
    whole = tuned(two_phases(later=True), tmp_path / "whole.db")
    future = tuned(two_phases(later=True), tmp_path / "later.db", until=at("2025-02-01"))

    assert values_in(tmp_path / "whole.db") == values_in(tmp_path / "past.db")
    assert whole.to_json() == past.to_json()
    assert future.found[0].default != past.found[0].default


def test_without_a_moment_it_stays_before_what_evaluation_judges(
    dataset: Dataset, tmp_path: Path
) -> None:
    found = tuned(dataset, tmp_path / "s.db", trials=1, until=None)

    judged = TimeSplit(0.85)(dataset).cut
    assert pd.Timestamp(found.facts["until"]) == judged
    assert pd.Timestamp(found.facts["windows"][-1]) < judged


def test_the_values_are_those_of_an_evaluation(dataset: Dataset) -> None:
    split = TimeSplit(0.85)(dataset)
    values = Slice.of(split, seed=0).values(SCORERS["content"]())

    model = Model.fit(split.train, as_of=split.cut, scorers=["content"])
    judged = judge(model, split, ["content"])
    np.testing.assert_allclose(values, judged.values[:, 0, judged.metrics.index("ndcg@10")])


class NotSolved(SCORERS["content"]):
    def fit(self, training):
        raise np.linalg.LinAlgError("singular")


class NotFinite(SCORERS["content"]):
    def score(self, profiles, catalogue):
        return super().score(profiles, catalogue) * np.float32("nan")


@pytest.mark.parametrize("kind", [NotSolved, NotFinite])
def test_a_setting_that_gives_no_scores_is_worth_nothing(dataset: Dataset, kind) -> None:
    values = Slice.of(TimeSplit(0.85)(dataset), seed=0).values(kind())

    assert not values.any()


def test_stopping_and_going_on_is_as_not_stopping(dataset: Dataset, tmp_path: Path) -> None:
    """Thirteen trials: the first ten are drawn at random, the others by what came of them."""
    options = {"scorers": ["popularity"]}
    once = tuned(dataset, tmp_path / "once.db", trials=13, **options)
    for trials in (1, 11, 11, 13):
        parts = tuned(dataset, tmp_path / "parts.db", trials=trials, **options)

    assert values_in(tmp_path / "parts.db") == values_in(tmp_path / "once.db")
    assert parts.to_json() == once.to_json()


def test_an_interruption_keeps_what_was_found(dataset: Dataset, tmp_path: Path) -> None:
    told: list[str] = []

    def stop_at_the_third(line: str) -> None:
        told.append(line)
        if len(told) == 3:
            raise KeyboardInterrupt

    found = tuned(dataset, tmp_path / "s.db", found=stop_at_the_third)
    rest = tuned(dataset, tmp_path / "s.db")

    assert (found.interrupted, rest.interrupted) == (True, False)
    assert sum(each.trials for each in found.found) == 3
    assert rest.to_json() == tuned(dataset, tmp_path / "once.db").to_json()


KILLED = """
import os, signal, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from tests.training.test_tune import tuned, two_phases
def die(line):
    if "content: trial 2" in line:
        os.kill(os.getpid(), signal.SIGKILL)
tuned(two_phases(), Path({study!r}), found=die)
"""


def test_a_killed_search_goes_on(dataset: Dataset, tmp_path: Path) -> None:
    study, root = tmp_path / "s.db", Path(__file__).parents[2]
    program = KILLED.format(root=str(root), study=str(study))
    killed = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=False)
    at_death = values_in(study)
    found = tuned(dataset, study)

    assert killed.returncode == -signal.SIGKILL
    assert 0 < len(at_death) < len(values_in(study))
    assert found.to_json() == tuned(dataset, tmp_path / "once.db").to_json()


@pytest.mark.parametrize(("minutes", "trials"), [(2, 4), (1.75, 3)])
def test_the_budget_of_time_is_kept(
    dataset: Dataset, tmp_path: Path, minutes: float, trials: int
) -> None:
    """Each look at this clock takes 10 seconds.

    So a trial takes 10, and 30 with the looks before and after it: 4 fit in 2 minutes. After 3
    of them and one more look, 5 of 105 seconds are left, and no trial is begun.
    """
    now = 0

    def clock() -> float:
        nonlocal now
        now += 10
        return float(now)

    found = tuned(dataset, tmp_path / "s.db", budget=Budget(minutes), clock=clock)

    assert sum(each.trials for each in found.found) == trials


def test_every_scorer_gets_the_same_time(dataset: Dataset, tmp_path: Path) -> None:
    tuned(dataset, tmp_path / "s.db", trials=1, scorers=["content"])
    with closing(sqlite3.connect(tmp_path / "s.db")) as connection:
        connection.execute("UPDATE trial_user_attributes SET value_json = 1e3 WHERE key='seconds'")
        connection.commit()
    told: list[str] = []
    tuned(dataset, tmp_path / "s.db", budget=Budget(minutes=100, trials=3), found=told.append)

    assert [line.split(",")[0] for line in told] == [
        "popularity: trial 1",
        "popularity: trial 2",
        "popularity: trial 3",
        "content: trial 2",
        "content: trial 3",
    ]


def test_windows_follow_each_other_and_know_all_that_came_before(dataset: Dataset) -> None:
    splits = windows(dataset, 0.4, 3)
    cuts = [instant(split.cut) for split in splits]

    log = dataset.log
    assert [(log.occurred_at < cut).mean() for cut in cuts] == pytest.approx(
        [0.4, 0.6, 0.8], abs=0.02
    )
    for split, cut, end in zip(splits, cuts, [*cuts[1:], instant(log.end)], strict=True):
        assert len(split.train.log) == (log.occurred_at < cut).sum()
        inside = log.where((log.occurred_at >= cut) & (log.occurred_at < end))
        assert split.truth.nnz + split.out_of_reach == len(inside)


def test_the_record_says_what_was_found_and_where(dataset: Dataset, tmp_path: Path) -> None:
    found = json.loads(tuned(dataset, tmp_path / "s.db", trials=2).to_json())

    assert found["split"] == "time:0.85"
    assert len(found["data_hash"]) == 64
    assert (found["metric"], found["seed"], found["interrupted"]) == ("ndcg@10", 0, False)
    assert set(found["scorers"]) == {"popularity", "content"}
    told = found["scorers"]["content"]
    assert told["trials"] == 2
    assert told["best"]["low"] <= told["best"]["mean"] <= told["best"]["high"]
    assert ("content" in found["parameters"]) == told["better"]


def views_mislead() -> Dataset:
    """All view courses of the other phase in between, and never take one.

    Declared as it is, a view speaks for a course; here it speaks against it.
    """
    plain = two_phases()
    taken = plain.table("events").dropna(axis="columns", how="all")
    views = taken.assign(
        kind="viewed",
        course_id=[
            f"{'junior' if c.startswith('primary') else 'primary'}-{c.split('-')[1]}"
            for c in taken["course_id"]
        ],
        occurred_at=taken["occurred_at"] + pd.Timedelta(hours=1),
    )
    tables = {**plain.tables, "events": pd.concat([taken, views], ignore_index=True)}
    return Dataset.of(tables)


def test_weights_of_events_are_looked_for_where_there_are_several_kinds(tmp_path: Path) -> None:
    options = {"trials": 1, "scorers": None, "split": TimeSplit(0.6)}
    one = tuned(two_phases(), tmp_path / "one.db", **options)
    several = tuned(views_mislead(), tmp_path / "several.db", **options)

    assert "event_weights" not in {each.scorer for each in one.found}
    assert several.found[-1].scorer == "event_weights"
    assert several.found[-1].parameters == {"viewed": 0.2}


def test_what_only_misleads_is_weighed_less(tmp_path: Path) -> None:
    dataset = views_mislead()
    found = tuned(dataset, tmp_path / "s.db", trials=8, scorers=["event_weights"])
    model = Model.fit(dataset, as_of=UNTIL, scorers=["content"], parameters=found.parameters)

    (weights,) = found.found
    assert weights.better
    assert weights.parameters["viewed"] < 0.2
    assert model.profile_encoder.weights == weights.parameters
