"""The promoted model is found in the registry, and served from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recommender.model import Model
from serving.api.app import create_app
from serving.champion import champion
from serving.settings import Settings
from training.tracking import Tracker


@pytest.fixture(scope="module")
def tracker(
    tmp_path_factory: pytest.TempPathFactory, new_registry: Callable[[Path], Tracker]
) -> Tracker:
    return new_registry(tmp_path_factory.mktemp("registry"))


def test_without_a_registry_there_is_no_champion_and_none_is_made(tmp_path: Path):
    assert champion(f"sqlite:///{tmp_path / 'mlflow.db'}", "zixuan") is None
    assert list(tmp_path.iterdir()) == []


def test_the_service_starts_with_the_promoted_model(
    tracker: Tracker, artifact: Path, model: Model, tmp_path: Path, at: Any
):
    version = tracker.register(model.version, artifact)
    assert champion(tracker.uri, "zixuan") is None
    tracker.promote(version)
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'store.db'}", tracking_uri=tracker.uri)
    app = create_app(settings)
    assert at(app).get("/readyz").json()["model"] == "ok"
    assert app.state.service.models.current().version == model.version
    app.state.service.store.close()
