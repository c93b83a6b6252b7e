"""A start with a model that is missing or damaged: it is told, and all else works."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import structlog

from features.dataset import Dataset
from serving.api.app import create_app
from serving.identity import create_key
from serving.settings import Settings
from serving.store.transfer import import_dataset
from tests.serving.conftest import NOW, Client
from tests.serving.databases import Files

LIST = "/v1/teachers/t05/recommendations"
EVENT = {"teacher_id": "t05", "course_id": "c01", "occurred_at": "2026-02-01T08:00:00+08:00"}


def missing(folder: Path) -> None:
    shutil.rmtree(folder)


def empty(folder: Path) -> None:
    missing(folder)
    folder.mkdir()


def damaged(folder: Path) -> None:
    for file in folder.rglob("*"):
        if file.is_file():
            file.write_bytes(b"\x00" + file.read_bytes()[1:])


@pytest.mark.parametrize("harm", [missing, empty, damaged])
def test_the_service_starts_says_so_and_takes_events(
    tmp_path: Path, county: Dataset, artifact: Path, harm
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(artifact, folder)
    harm(folder)
    with structlog.testing.capture_logs() as logs:
        app = create_app(
            Settings(database_url=Files(tmp_path)(), artifact=folder, model_check=0),
            clock=lambda: NOW,
        )
    store = app.state.service.store
    assert [each["event"] for each in logs].count("model refused") == 1
    import_dataset(store, county, now=NOW)
    platform = Client(app, create_key(store, "default", ["platform"], NOW))
    ready = platform.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["store"] == "ok"
    assert ready.json()["model"] != "ok"
    answers = [platform.get(LIST), platform.post("/v1/teachers/t05/plan", {})]
    assert [each.status_code for each in answers] == [503] * 2
    assert {each.json()["type"] for each in answers} == {"urn:zixuan:problem:no-model"}
    assert platform.post("/v1/events", EVENT).status_code == 201
    store.close()
