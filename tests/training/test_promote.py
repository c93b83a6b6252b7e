"""Promotion: each gate has a model that fails it; nothing moves unless all let it pass."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.columns import ColumnsFile
from features.dataset import Dataset
from features.errors import InvalidSetting, Refused, UnknownId
from recommender.artifact import load, save, verify
from tests.builders import teacher, took, world
from training.gates import GATES, Verdict
from training.golden import Golden, GoldenTeacher
from training.promote import promote, propose, rollback
from training.tracking import Tracker
from training.train import train
from training.trial import Demands, Evidence, Trial

START = pd.Timestamp("2024-01-01", tz="UTC")
UNTIL = START + pd.Timedelta(days=300)
N_TEACHERS = 120
JOBS = ColumnsFile(features={"teachers": {"job": "category"}})


def rows(n_courses=16):
    """Even teachers, in town, take even courses in order; odd ones, in villages, odd courses.

    Three teachers in four are even, so what is popular is even.
    """
    events = []
    for number in range(N_TEACHERS):
        odd = number % 4 == 3
        own = np.arange(odd, n_courses, 2)
        first = number % len(own)
        for step in range(6):
            day = START + pd.Timedelta(days=60 * step + number % 59)
            events.append(took(f"t{number:03}", f"c{own[(first + step) % len(own)]:02}", day))
    return events


@pytest.fixture(scope="module")
def data():
    return world(
        rows(),
        teachers=[
            teacher(f"t{n:03}", locality=("urban", "rural")[n % 4 == 3], job="ab"[n % 2])
            for n in range(N_TEACHERS)
        ],
        columns=JOBS,
    )


def trained(data, folder, *scorers, until=UNTIL):
    model = train(data, until=until, scorers=scorers)
    save(model, folder)
    return folder


@pytest.fixture(scope="module")
def good(data, tmp_path_factory):
    """Sees who took what before: right for both kinds of teacher. Not to be changed."""
    return trained(data, tmp_path_factory.mktemp("good") / "good", "sequence")


@pytest.fixture(scope="module")
def poor(data, tmp_path_factory):
    """Sees what is popular: wrong for the few. Not to be changed."""
    return trained(data, tmp_path_factory.mktemp("poor") / "poor", "popularity")


@pytest.fixture(scope="module")
def tracker(tmp_path_factory, new_registry, good):
    """A registry whose champion is the good model."""
    tracker = new_registry(tmp_path_factory.mktemp("registry"))
    promote(good, tracker)
    return tracker


@pytest.fixture
def alone(tracker):
    """A test after which the champion is who it was."""
    before = tracker.champions()
    yield
    assert tracker.champions() == before


def trial_of(folder, data=None, champion=None, **demands):
    model, asked = load(folder), Demands(**demands)
    rival = None if champion is None else load(champion)
    evidence = None if data is None else Evidence.of(model, rival, data, asked.k)
    return Trial(model, verify(folder), asked, evidence)


def changed(folder, into, name="manifest.json", **entries):
    shutil.copytree(folder, into)
    told = json.loads((into / name).read_text())
    (into / name).write_text(json.dumps({**told, **entries}))
    return into


def silenced(folder, into):
    """The same model with weights that are no numbers."""
    broken = load(folder)
    sequence = broken.scorers["sequence"]
    sequence.weights_ = np.full_like(sequence.weights_, np.nan)
    save(broken, into)
    return broken


# --- refused before any gate


def test_a_folder_without_an_artifact_is_refused(tmp_path, tracker, alone):
    with pytest.raises(Refused, match=r"loads: .*the champion stays as it was"):
        promote(tmp_path, tracker)


def test_a_changed_byte_is_refused(good, tmp_path, tracker, alone):
    shutil.copytree(good, tmp_path / "m")
    values = tmp_path / "m" / "values.json"
    values.write_bytes(values.read_bytes() + b" ")
    with pytest.raises(Refused, match="SHA-256"):
        promote(tmp_path / "m", tracker)


def test_an_artifact_of_another_schema_version_is_refused(good, tmp_path, tracker, alone):
    with pytest.raises(Refused, match="schema_version"):
        promote(changed(good, tmp_path / "m", schema_version=99), tracker)


def test_a_model_with_a_score_that_is_no_number_is_refused(good, tmp_path, tracker, alone):
    silenced(good, tmp_path / "m")
    with pytest.raises(Refused, match="finite"):
        promote(tmp_path / "m", tracker)


def test_golden_teachers_without_data_are_refused(good, tracker, alone):
    golden = Golden((GoldenTeacher("t000", must_show=("c00",)),))
    with pytest.raises(InvalidSetting, match="--data"):
        promote(good, tracker, demands=Demands(golden=golden))


@pytest.mark.parametrize(
    ("demand", "value"),
    [("eps", -0.1), ("group_share", 1.5), ("min_coverage", 2), ("max_ms", 0), ("k", 0)],
)
def test_a_demand_out_of_range_is_refused(demand, value):
    with pytest.raises(InvalidSetting, match=f"demand {demand}: expected"):
        Demands(**{demand: value})


def test_a_golden_course_that_the_data_lacks_is_refused(good, data, tracker, alone):
    golden = Golden((GoldenTeacher("t000", must_show=("c99",)),))
    with pytest.raises(UnknownId, match="c99"):
        promote(good, tracker, dataset=data, demands=Demands(golden=golden))


# --- each gate fails one and lets one pass


def test_schema_fails_a_model_that_was_fitted_under_another(good, tmp_path):
    other = changed(good, tmp_path / "m", schema_hash="ab" * 32)
    assert not GATES["schema"](trial_of(other)).passed
    assert "abababababab" in GATES["schema"](trial_of(other)).told
    assert GATES["schema"](trial_of(good)).passed


def test_schema_fails_data_with_other_declared_columns(good, data):
    columns = ColumnsFile(features={"teachers": {"mood": "category"}})
    other = Dataset.of(data.tables, columns)
    verdict = GATES["schema"](trial_of(good, other))
    assert not verdict.passed
    assert "lacks job of teachers" in verdict.told
    assert "further declares mood of teachers" in verdict.told
    assert GATES["schema"](trial_of(good, data)).passed


def test_finite_scores_names_the_scorer_that_fails(good, tmp_path):
    trial = trial_of(good)
    broken = Trial(silenced(good, tmp_path / "m"), trial.manifest, trial.demands)
    assert not GATES["finite_scores"](broken).passed
    assert "sequence" in GATES["finite_scores"](broken).told
    assert GATES["finite_scores"](trial).passed


@pytest.mark.parametrize("with_data", [False, True])
def test_latency_fails_a_model_above_the_limit(good, data, with_data):
    given = data if with_data else None
    assert not GATES["latency"](trial_of(good, given, max_ms=1e-6)).passed
    assert GATES["latency"](trial_of(good, given, max_ms=60_000)).passed


def test_unseen_choices_fails_data_that_ends_where_training_did(data, tmp_path, tracker, alone):
    late = trained(data, tmp_path / "late", "sequence", until=None)
    with pytest.raises(Refused, match=r"unseen_choices: .*at or after .*got such choices of 0"):
        promote(late, tracker, dataset=data)


def test_coverage_fails_lists_that_show_few_courses(poor, data):
    verdict = GATES["coverage"](trial_of(poor, data, k=1, min_coverage=0.9))
    assert not verdict.passed
    assert "at least 90.0% asked" in verdict.told
    assert GATES["coverage"](trial_of(poor, data, k=1, min_coverage=0.01)).passed


def test_coverage_fails_lists_that_show_far_fewer_courses_than_before(poor, good, data):
    demands = {"k": 1, "min_coverage": 0.01, "coverage_share": 1.0}
    verdict = GATES["coverage"](trial_of(poor, data, good, **demands))
    assert not verdict.passed
    assert "by the champion" in verdict.told
    assert GATES["coverage"](trial_of(good, data, poor, **demands)).passed


def test_not_worse_fails_a_model_that_foresees_less(poor, good, data):
    verdict = GATES["not_worse"](trial_of(poor, data, good, k=3))
    assert not verdict.passed
    assert "ndcg@3" in verdict.told
    assert GATES["not_worse"](trial_of(good, data, poor, k=3)).passed
    assert GATES["not_worse"](trial_of(good, data, good, k=3, eps=0)).passed
    assert GATES["not_worse"](trial_of(good, data, k=3)) is None


def test_group_floors_fails_a_model_that_fails_the_villages(poor, good, data):
    against = GATES["group_floors"](trial_of(poor, data, good, k=3, group_share=0))
    assert not against.passed
    assert "locality=rural lead over the champion -" in against.told
    alone = GATES["group_floors"](trial_of(poor, data, k=3, group_share=0.5))
    assert not alone.passed
    assert "locality=rural 0.0000, surely below" in alone.told
    assert "locality=urban" not in alone.told
    assert GATES["group_floors"](trial_of(good, data, poor, k=3)).passed


def test_group_floors_says_nothing_of_a_group_of_few(poor, data):
    few = data.of_teachers(np.arange(100))  # 25 of them in villages
    assert GATES["group_floors"](trial_of(poor, few, k=3, group_share=0.5)).passed


def unjudged(trial, rows):
    """The same trial, some teachers having chosen nothing that could be shown to them."""
    values = trial.evidence.evaluation.values.copy()
    values[rows] = np.nan
    evaluation = replace(trial.evidence.evaluation, values=values)
    return replace(trial, evidence=replace(trial.evidence, evaluation=evaluation))


def test_too_few_teachers_who_can_be_judged_are_no_evidence(good, data):
    trial = unjudged(trial_of(good, data, k=3), slice(20, None))
    verdict = GATES["unseen_choices"](trial)
    assert not verdict.passed
    assert verdict.told.startswith("20 teachers who chose what could be shown")


def test_gates_go_by_the_teachers_who_can_be_judged(poor, good, data):
    """One who cannot must not turn a mean, and so a floor, into no number."""
    trial = unjudged(trial_of(poor, data, good, k=3, group_share=0.5), slice(0, 3))
    floors, worse = GATES["group_floors"](trial), GATES["not_worse"](trial)
    assert not floors.passed
    assert "locality=rural 0.0000, surely below" in floors.told
    assert not worse.passed
    assert "nan" not in floors.told + worse.told


def test_golden_teachers_fails_a_list_that_lacks_a_course_or_holds_a_forbidden_one(good, data):
    def verdict(**wanted):
        return GATES["golden_teachers"](trial_of(good, data, golden=Golden(**wanted)))

    taken = {"name": "odd one", "history": ("c01", "c03", "c05")}
    right = GoldenTeacher(**taken, must_show=("c07",), must_not_show=("c00", "c02"))
    wrong = GoldenTeacher(**taken, must_show=("c00",), must_not_show=("c07",))
    assert verdict(teachers=(right,), k=2).passed
    failed = verdict(teachers=(right, wrong), k=2)
    assert failed.told == "odd one: c00 not in the first 2; odd one: c07 in the first 2"


# --- together


def test_one_refusal_names_every_gate_that_failed_with_its_figures(poor, data, tracker, alone):
    demands = Demands(k=3, max_ms=1e-6, golden=Golden((GoldenTeacher("t003", must_show=("c00",)),)))
    with pytest.raises(Refused) as refused:
        promote(poor, tracker, dataset=data, demands=demands)
    told = str(refused.value)
    for gate in ("latency", "not_worse", "group_floors"):
        assert f"{gate}: " in told
    assert "schema: " not in told
    assert "lead -0." in told


def test_a_gate_of_ones_own_can_refuse(good, tracker, alone):
    gates = {**GATES, "reviewed": lambda trial: Verdict(False, "nobody has looked at it")}
    with pytest.raises(Refused, match="reviewed: nobody has looked at it"):
        promote(good, tracker, gates=gates)


def test_a_candidate_must_pass_the_gates_and_the_champion_stays(poor, tmp_path, tracker, alone):
    with pytest.raises(Refused):
        propose(tmp_path, tracker)
    with pytest.raises(Refused, match="a champion to be tried beside"):
        propose(poor, Tracker.in_folder(tmp_path / "empty"))
    with pytest.raises(Refused, match="no"):
        propose(poor, tracker, gates={"no": lambda trial: Verdict(False, "no")})
    assert tracker.candidate_version() is None
    found = propose(poor, tracker)
    assert tracker.candidate_version() == found.version
    assert tracker.withdraw() == found.version


def test_an_error_half_way_leaves_the_champion(poor, tracker, alone, monkeypatch):
    def fails(*_):
        raise OSError("disk full")

    monkeypatch.setattr(tracker._client, "set_registered_model_alias", fails)
    with pytest.raises(OSError, match="disk full"):
        promote(poor, tracker)


def test_a_champion_that_cannot_be_read_is_no_champion_to_be_compared_with(
    good, poor, data, tmp_path, new_registry
):
    tracker = new_registry(tmp_path / "registry")
    promote(poor, tracker)
    (tracker.champion() / "values.json").write_text("{}")
    with pytest.raises(Refused, match="unseen_choices: the champion cannot be compared with"):
        promote(good, tracker, dataset=data)
    assert promote(good, tracker).version == "2"
    with pytest.raises(Refused, match=r"rollback to version 1.*the champion stays as it was"):
        rollback(tracker)
    assert tracker.champion_version() == "2"


def test_a_better_model_passes_every_gate_and_can_be_rolled_back_and_promoted_again(
    good, poor, data, tmp_path, new_registry
):
    tracker = new_registry(tmp_path / "registry")
    with pytest.raises(Refused, match="no champion at all"):
        rollback(tracker)
    first = promote(poor, tracker)
    with pytest.raises(Refused, match=r"expected a champion before .* got 1"):
        rollback(tracker)
    golden = Golden((GoldenTeacher("t003", must_not_show=("c00",)),), k=2)
    demands = Demands(k=3, golden=golden)
    second = promote(good, tracker, dataset=data, demands=demands)
    assert (first.before, first.version) == (None, "1")
    assert (second.before, second.version) == ("1", "2")
    assert second.verdicts.keys() == GATES.keys()
    assert not first.verdicts.keys() & {"unseen_choices", "coverage", "golden_teachers"}

    assert rollback(tracker) == ("2", "1")
    assert load(tracker.champion()).version == load(poor).version
    assert promote(good, tracker, dataset=data, demands=demands).version == "2"
    assert tracker.champions() == ["1", "2"]
