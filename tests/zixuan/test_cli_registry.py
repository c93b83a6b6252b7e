"""Training with a judgement, promotion on data, the way back, and what the registry tells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from recommender.artifact import load
from serving.champion import candidate, champion

UNTIL = ("--until", "2025-06-01")


@pytest.fixture
def trained(zixuan, province: Path):
    """Train a model of some scorers into a folder of that name."""

    def call(name: str, *options: object):
        outcome = zixuan("train", province, "--out", name, *UNTIL, *options)
        assert outcome.code == 0, outcome.err
        return outcome

    return call


@pytest.mark.parametrize("command", ["rollback", "runs", "card"])
def test_a_registry_that_is_not_there_is_not_made_in_order_to_read_it(
    zixuan, tmp_path: Path, command: str
):
    outcome = zixuan(command)

    assert outcome.code == 1
    assert "sqlite:///mlflow.db" in outcome.err
    assert "ZIXUAN_TRACKING_URI" in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_a_split_to_judge_by_that_cannot_be_read_is_refused_before_anything_is_trained(
    zixuan, tmp_path: Path, province: Path
):
    outcome = zixuan("train", province, "--out", "m", "--evaluate", "time:7")

    assert outcome.code == 1
    assert "time:7" in outcome.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ((), "the folder of a model, or --clear, got neither"),
        (("m", "--clear"), "got both"),
        (("--clear",), "sqlite:///mlflow.db"),
        (("m",), "sqlite:///mlflow.db"),
    ],
)
def test_a_candidate_that_cannot_be_named_or_taken_back_is_refused(
    zixuan, tmp_path: Path, options: tuple[object, ...], part: str
):
    outcome = zixuan("candidate", *options)

    assert outcome.code == 1
    assert part in " ".join(outcome.err.split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (("--eps", 2), "demand eps: expected 0 to 1"),
        (("--max-ms", 0), "demand max_ms"),
        (("--golden", "nowhere.toml"), "nowhere.toml"),
        (("--data", "nowhere"), "nowhere: expected a folder of tables"),
    ],
)
def test_demands_that_cannot_be_met_are_refused(
    zixuan, tmp_path: Path, model: Path, options: tuple[object, ...], part: str
):
    outcome = zixuan("promote", model, *options)

    assert outcome.code == 1
    assert part in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_golden_teachers_need_data(zixuan, tmp_path: Path, model: Path):
    (tmp_path / "golden.toml").write_text("[[teachers]]\nteacher_id='t'\nmust_show=['c']\n")
    outcome = zixuan("promote", model, "--golden", "golden.toml")

    assert outcome.code == 1
    assert "--data" in outcome.err


def test_data_that_the_model_has_learned_from_proves_nothing(
    zixuan, tmp_path: Path, province: Path, model: Path
):
    outcome = zixuan("promote", model, "--data", province)

    assert outcome.code == 1
    assert len(outcome.error_lines) == 1
    assert "such choices of 0" in outcome.err
    assert "--until" in outcome.err
    assert champion(f"sqlite:///{tmp_path / 'mlflow.db'}", "zixuan") is None


def test_a_folder_that_is_no_model_has_no_card(zixuan, tmp_path: Path):
    outcome = zixuan("card", tmp_path)

    assert outcome.code == 1
    assert "manifest.json" in outcome.err


def test_without_a_champion_there_is_no_card_and_no_way_back(zixuan, trained):
    trained("m", "--scorers", "popularity")
    card, back = zixuan("card"), zixuan("rollback")

    assert (card.code, back.code) == (1, 1)
    assert "promote a model first" in card.err
    assert "no champion at all" in back.err


def test_from_a_judged_training_over_promotion_on_data_and_back(
    zixuan, trained, province: Path, tmp_path: Path
):
    judged = trained("m", "--scorers", "popularity", "--evaluate", "time:0.8")
    trained("later", "--scorers", "sequence")
    early = zixuan("candidate", "later")
    first = zixuan("promote", "m")
    same, tried = zixuan("candidate", "m"), zixuan("candidate", "later")
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    named = candidate(uri, "zixuan")
    cleared = zixuan("candidate", "--clear")
    assert zixuan("candidate", "later").code == 0
    second = zixuan("promote", "later", "--data", province, "--eps", 1, "--group-share", 0)

    assert (early.code, same.code) == (1, 1)
    assert "a champion to be tried beside" in early.err
    assert "the champion itself" in " ".join(same.err.split())
    assert "later: version 2 is the candidate, beside version 1" in tried.out
    assert named is not None
    assert load(named).version == load(tmp_path / "later").version
    assert cleared.out == "version 2 is no candidate any more\n"
    assert candidate(uri, "zixuan") is None  # promoted, it is no candidate
    assert zixuan("candidate", "--clear").out == "there was no candidate\n"

    assert "ndcg@10" in judged.out
    assert "version 1 is the champion" in first.out
    assert "not_worse: " not in first.out
    assert second.code == 0, second.err
    assert "not_worse: ndcg@10 0." in second.out
    assert "version 2 is the champion" in second.out

    shown, told = zixuan("runs"), json.loads(zixuan("runs", "-n", 5, "--json").out)["runs"]
    assert all(cell_len(line) <= 80 for line in shown.out.splitlines())
    assert "2 champion" in shown.out
    assert [run["version"] for run in told] == ["2", "1"]
    assert [run["champion"] for run in told] == [True, False]
    assert told[1]["parameters"]["split"] == "time:0.8"
    assert f"{told[1]['metrics']['hybrid.ndcg@10']:.3f} [" in shown.out

    back, again = zixuan("rollback"), zixuan("rollback")
    found = champion(uri, "zixuan")
    assert back.out == "version 2 was the champion; version 1 is again\n"
    assert again.code == 1
    assert found is not None
    assert load(found).version == load(tmp_path / "m").version


def test_the_card_of_a_recorded_model_has_its_figures_and_that_of_another_says_what_it_lacks(
    zixuan, trained, model: Path
):
    trained("m", "--scorers", "popularity", "--evaluate", "time:0.8")
    kept, lone = zixuan("card", "m"), zixuan("card", model)
    as_json = json.loads(zixuan("card", "m", "--json").out)

    assert (kept.code, lone.code) == (0, 0)
    assert "# Model card 模型卡" in kept.out
    assert "time:0.8" in kept.out
    assert as_json["data"]["teachers"] == 200
    assert "Only the artifact is at hand" in lone.out
