"""A newly promoted model answers without a restart; a bad one never does."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fastapi import FastAPI

from features.dataset import Dataset
from recommender.artifact import save
from recommender.model import Model
from serving.api.app import create_app
from serving.following import Following
from serving.identity import create_key
from serving.settings import Settings
from serving.store.transfer import import_dataset
from training.tracking import Tracker

NOW = pd.Timestamp("2026-03-01T00:00:00Z")
LIST = "/v1/teachers/t00/recommendations?k=5"
PATIENCE = 60


@pytest.fixture
def tracker(tmp_path: Path, new_registry: Callable[[Path], Tracker]) -> Tracker:
    return new_registry(tmp_path / "registry")


@pytest.fixture(scope="module")
def another(county: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of another model of the same county."""
    folder = tmp_path_factory.mktemp("another")
    save(Model.fit(county, as_of=NOW, scorers=("popularity",)), folder)
    return folder


@pytest.fixture
def settings(tracker: Tracker, tmp_path: Path) -> Settings:
    database = f"sqlite:///{tmp_path / 'store.db'}"
    return Settings(database_url=database, tracking_uri=tracker.uri, model_check=0.05)


@pytest.fixture
def app(
    settings: Settings, county: Dataset, clock: Any, tracker: Tracker, artifact: Path, model: Model
) -> Iterator[FastAPI]:
    tracker.promote(tracker.register(model.version, artifact))
    app = create_app(settings, clock=clock)
    import_dataset(app.state.service.store, county, now=clock())
    yield app
    app.state.service.store.close()


@pytest.fixture
def following(app: FastAPI, settings: Settings, clock: Any) -> Following:
    service = app.state.service
    return Following(
        service.models, service.canary, service.shelves, service.solving, settings, clock
    )


@pytest.fixture
def ask(app: FastAPI, at: Any) -> Callable[[], Any]:
    client = at(app, create_key(app.state.service.store, "default", ["platform"], NOW))
    return lambda: client.get(LIST)


def version(artifact: Path) -> str:
    from recommender.artifact import load

    return load(artifact).version


def promoted(tracker: Tracker, artifact: Path, name: str = "") -> str:
    """Promote an artifact; return its version in the registry."""
    registered = tracker.register(name or version(artifact), artifact)
    tracker.promote(registered)
    return registered


def test_while_nothing_else_is_promoted_nothing_changes(following: Following, ask, model: Model):
    before = following._models.loaded
    assert not following.look()
    assert following._models.loaded is before
    assert ask().json()["model_version"] == model.version


def test_what_is_promoted_answers_after_the_next_look(
    following: Following, ask, tracker: Tracker, another: Path
):
    promoted(tracker, another)
    assert following.look()
    assert ask().json()["model_version"] == version(another)
    assert not following.look()


def test_a_damaged_model_is_refused_once_and_the_old_one_stays(
    following: Following, ask, tracker: Tracker, another: Path, model: Model, tmp_path: Path
):
    damaged = tmp_path / "damaged"
    shutil.copytree(another, damaged)
    (damaged / "values.json").write_text("{}", "utf-8")
    promoted(tracker, damaged, "damaged")

    assert not following.look()
    assert ask().json()["model_version"] == model.version
    assert "size and SHA-256" in following._models.why_not

    promoted(tracker, another)
    assert following.look()


def test_a_model_sees_the_catalogue_before_it_answers(
    following: Following, ask, app: FastAPI, tracker: Tracker, another: Path, model: Model
):
    ask()
    promoted(tracker, another)
    following.look()
    (shelf,) = app.state.service.shelves._shelves.values()
    assert set(shelf.encoded) == {model.version, version(another)}
    assert shelf.standing(following._models.current(), NOW) is not None


def test_a_registry_that_is_away_does_not_end_the_following(
    following: Following, tracker: Tracker, another: Path, monkeypatch: pytest.MonkeyPatch
):
    looks = []
    look = following.look

    def unsteady() -> bool:
        looks.append(len(looks))
        if len(looks) == 1:
            raise OSError("away")
        return look()

    monkeypatch.setattr(following, "look", unsteady)
    promoted(tracker, another)
    following.start()
    wait_until(lambda: following._models.current().version == version(another))
    following.stop()
    assert len(looks) >= 2


def test_where_a_model_is_named_or_looking_is_forbidden_none_is_followed(
    app: FastAPI, settings: Settings, artifact: Path, clock: Any
):
    service = app.state.service
    for change in ({"artifact": artifact}, {"model_check": 0}):
        own = settings.model_copy(update=change)
        following = Following(
            service.models, service.canary, service.shelves, service.solving, own, clock
        )
        following.start()
        assert following._thread is None
        following.stop()


def test_no_request_fails_while_models_change(
    following: Following, ask, tracker: Tracker, artifact: Path, another: Path, model: Model
):
    registered = [tracker.register(model.version, artifact), promoted(tracker, another)]
    versions = {model.version, version(another)}
    over, answers = threading.Event(), []

    def asking() -> None:
        while not over.is_set():
            answers.append(ask())

    thread = threading.Thread(target=asking)
    thread.start()
    try:
        for number in range(20):
            tracker.promote(registered[number % 2])
            following.look()
    finally:
        over.set()
        thread.join()
    assert len(answers) > 1
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["model_version"] for answer in answers} <= versions


def wait_until(reached: Callable[[], bool]) -> None:
    for _ in range(20 * PATIENCE):
        if reached():
            return
        time.sleep(0.05)
    raise TimeoutError
