"""Tracking: what is kept, what is found again, and who is champion."""

import os
import subprocess
import sys

import pytest

from features.errors import Refused, UnknownId
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
    empty.record(Record("m1", parameters, metrics, {"card.md": "# 模型卡"}), artifacts / "one")
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


def test_runs_come_newest_first_with_the_champion_marked(tracker):
    first, second = tracker.runs(5)[::-1]
    assert [each.version for each in (first, second)] == ["1", "2"]
    assert [each.champion for each in (first, second)] == [False, True]
    assert (first.model_version, first.metrics) == ("m1", {"ndcg@10": 0.25})
    assert first.started <= second.started
    assert [each.version for each in tracker.runs(1)] == ["2"]


def test_a_text_is_found_by_the_models_version(tracker):
    assert tracker.text("m1", "card.md") == "# 模型卡"
    assert tracker.text("m1", "report.html") is None
    assert tracker.text("unknown", "card.md") is None


def test_more_than_one_call_takes_is_kept_whole(tracker, artifacts):
    parameters = {f"p{n}": "x" * 7_000 for n in range(150)}
    metrics = {f"ndcg@10.locality=乡村{n}": float(n) for n in range(1_200)}
    run = tracker.record(Record("large", parameters, metrics), artifacts / "one")
    kept = tracker._client.get_run(run).data
    assert len(kept.params) == 150
    assert kept.metrics["ndcg_at_10.locality/乡村1199"] == 1199


@pytest.fixture
def three(tmp_path, new_registry, artifacts):
    """A registry with three champions after each other."""
    tracker = new_registry(tmp_path)
    for name in ("a", "b", "c"):
        tracker.promote(tracker.register(name, artifacts / "one"))
    return tracker


def test_going_back_ends_at_the_first_champion(three):
    assert [three.roll_back(), three.roll_back()] == ["2", "1"]
    with pytest.raises(Refused, match="an earlier champion"):
        three.roll_back()
    assert (three.champion_version(), three.champions()) == ("1", ["1"])
    three.promote("3")
    assert three.champions() == ["1", "3"]


def test_a_candidate_is_another_version_than_the_champion_until_it_is_promoted(three):
    with pytest.raises(Refused, match="the champion itself"):
        three.propose("3")
    with pytest.raises(UnknownId):
        three.propose("9")
    assert three.withdraw() is None
    three.propose("1")
    three.propose("2")
    assert (three.candidate_version(), three.champion_version()) == ("2", "3")
    three.promote("1")
    assert three.candidate_version() == "2"
    three.promote("2")
    assert three.candidate_version() is None
    three.roll_back()
    assert three.champion_version() == "1"


def test_an_alias_that_did_not_follow_the_history_decides(three):
    client = three._client
    client.set_registered_model_alias("zixuan", "champion", "2")
    assert three.champions() == ["1", "2"]
    client.set_registered_model_tag("zixuan", "champions", "1")
    assert three.champions() == ["1", "2"]


def test_importing_the_module_neither_imports_mlflow_nor_touches_the_environment():
    code = (
        "import os, sys; before = dict(os.environ); import training.tracking;"
        "sys.exit('mlflow' in sys.modules or before != dict(os.environ))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ))
