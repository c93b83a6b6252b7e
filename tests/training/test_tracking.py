"""Tracking: what is kept, what is found again, and who is champion."""

import os
import subprocess
import sys

import pytest

from features.errors import UnknownId
from training.tracking import Record, Tracker


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    return Tracker.in_folder(tmp_path_factory.mktemp("tracking") / "made" / "on-first-use")


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory):
    """Two artifacts, ``one`` and ``two``, each a folder with one file that holds its name."""
    root = tmp_path_factory.mktemp("artifacts")
    for name in ("one", "two"):
        (root / name).mkdir()
        (root / name / "manifest.json").write_text(name)
    return root


@pytest.fixture(scope="module")
def tracker(empty, artifacts):
    """Two models registered, the second promoted after the first."""
    before_any = (empty.champion(), empty.champions())
    assert before_any == (None, []), "before the first promotion there is no champion"
    parameters, metrics = {"seed": 7, "data": "ab" * 32}, {"ndcg@10": 0.25}
    empty.record(Record("m1", parameters, metrics), artifacts / "one")
    empty.promote(empty.register("m1", artifacts / "one"))
    empty.promote(empty.register("m2", artifacts / "two"))
    return empty


def test_a_version_that_the_registry_lacks_is_not_promoted(tracker):
    with pytest.raises(UnknownId, match="register the artifact first"):
        tracker.promote("99")
    assert tracker.champion_version() == "2"


def test_the_champion_is_the_folder_of_the_last_promoted_artifact(tracker):
    assert (tracker.champion() / "manifest.json").read_text() == "two"


def test_a_new_tracker_on_the_same_folder_finds_what_was_kept(tracker):
    again = Tracker(tracker.uri, tracker.artifacts)
    assert again.champion() == tracker.champion()
    assert again.champions() == ["1", "2"]


def test_registering_a_model_again_gives_the_same_version(tracker, artifacts):
    assert tracker.register("m1", artifacts / "one") == "1"


def test_promoting_the_champion_again_leaves_the_history_alone(tracker):
    tracker.promote("2")
    assert tracker.champions() == ["1", "2"]


def test_a_run_keeps_parameters_and_metrics(tracker):
    client = tracker._client
    run = client.get_run(client.get_model_version("zixuan", "1").run_id)
    assert run.data.params == {"seed": "7", "data": "ab" * 32}
    assert run.data.metrics == {"ndcg_at_10": 0.25}
    assert run.info.status == "FINISHED"


def test_importing_the_module_neither_imports_mlflow_nor_touches_the_environment():
    code = (
        "import os, sys; before = dict(os.environ); import training.tracking;"
        "sys.exit('mlflow' in sys.modules or before != dict(os.environ))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ))
