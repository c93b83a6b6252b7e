"""Promotion: each gate has a model that fails it; nothing moves unless all let it pass."""

import json

import numpy as np
import pandas as pd
import pytest

from features.columns import ColumnsFile
from features.dataset import Dataset
from features.errors import Refused
from recommender.artifact import load, save
from training.promote import finite_scores, probe, promote
from training.train import train


class Registry:
    """What promotion asks of a tracker."""

    def __init__(self):
        self.calls = []

    def register(self, model_version, artifact):
        self.calls.append(("register", model_version, artifact.name))
        return "4"

    def promote(self, version):
        self.calls.append(("promote", version))


@pytest.fixture(scope="module")
def model():
    """Trained on declared features, so that the probe's teachers lack what the model knows."""
    events = pd.DataFrame(
        {
            "teacher_id": ["t1", "t1", "t2", "t2", "t3"],
            "course_id": ["a", "b", "a", "c", "b"],
            "occurred_at": pd.date_range("2024-03-01", periods=5, tz="UTC"),
        }
    )
    teachers = {"teacher_id": ["t1", "t2", "t3"], "job": ["x", "y", None], "age": [30.0, 40, 50]}
    courses = {"course_id": ["a", "b", "c"], "level": ["1", "2", None], "length": [1.0, 2, 3]}
    columns = ColumnsFile(
        features={
            "teachers": {"job": "category", "age": "number"},
            "courses": {"level": "category", "length": "number"},
        }
    )
    tables = {"teachers": teachers, "courses": courses, "events": events}
    dataset = Dataset.of({name: pd.DataFrame(rows) for name, rows in tables.items()}, columns)
    return train(dataset, scorers=["popularity", "content", "sequence"])


@pytest.fixture
def artifact(model, tmp_path):
    save(model, tmp_path / "artifact")
    return tmp_path / "artifact"


def broken_in_sequence(artifact):
    """The artifact's model with weights that are no numbers."""
    broken = load(artifact)
    sequence = broken.scorers["sequence"]
    sequence.weights_ = np.full_like(sequence.weights_, np.nan)
    return broken


def test_a_folder_without_an_artifact_is_refused(tmp_path):
    registry = Registry()
    with pytest.raises(Refused, match="the champion stays as it was"):
        promote(tmp_path, registry)
    assert registry.calls == []


def test_a_changed_byte_is_refused(artifact):
    values = artifact / "values.json"
    values.write_bytes(values.read_bytes() + b" ")
    with pytest.raises(Refused, match="SHA-256"):
        promote(artifact, Registry())


def test_an_artifact_of_another_schema_is_refused(artifact):
    manifest = json.loads((artifact / "manifest.json").read_text())
    manifest["schema_version"] += 1
    (artifact / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(Refused, match="schema_version"):
        promote(artifact, Registry())


def test_a_model_with_a_score_that_is_no_number_is_refused(artifact):
    broken = broken_in_sequence(artifact)
    save(broken, artifact)
    registry = Registry()
    with pytest.raises(Refused, match="finite"):
        promote(artifact, registry)
    assert registry.calls == []


def test_the_gate_for_numbers_names_the_scorer_that_fails_it(artifact, model):
    assert finite_scores(model) == ""
    assert finite_scores(broken_in_sequence(artifact)).startswith("scores that are no numbers")
    assert "sequence" in finite_scores(broken_in_sequence(artifact))


def test_one_refusal_names_every_gate_that_failed(artifact):
    def too_old(model):
        return "trained a year ago"

    def too_slow(model):
        return "a second for each list"

    with pytest.raises(Refused, match="too_old: trained a year ago; too_slow: a second for"):
        promote(artifact, Registry(), gates=[too_old, finite_scores, too_slow])


def test_a_sound_model_is_registered_and_then_promoted(artifact, model):
    registry = Registry()
    assert promote(artifact, registry) == "4"
    assert registry.calls == [("register", model.version, "artifact"), ("promote", "4")]


def test_the_probe_has_a_course_and_a_teacher_that_the_model_does_not_know(model):
    dataset = probe(model)
    assert len(dataset.courses) == len(model.course_encoder.fitted) + 1
    assert np.bincount(dataset.log.teacher, minlength=2).tolist() == [0, 1]
