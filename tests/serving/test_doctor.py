"""The doctor finds what keeps a service from working, and changes nothing."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from features.dataset import Dataset
from serving.doctor import Finding, State, examine
from serving.identity import create_key
from serving.settings import Settings
from serving.store.engine import Store
from serving.store.outbox import settle
from serving.store.schema import DATA
from serving.store.transfer import import_dataset
from serving.store.webhooks import add_webhook, ping
from serving.takeaway import fonts
from tests.serving.databases import NewUrl

NOW = pd.Timestamp("2026-03-01T00:00:00Z")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        database_url=f"sqlite:///{tmp_path / 'store.db'}",
        tracking_uri=f"sqlite:///{tmp_path / 'mlflow.db'}",
    )


def found(settings: Settings, name: str) -> list[Finding]:
    return [each for each in examine(settings, NOW) if each.name == name]


def states(settings: Settings, name: str) -> list[State]:
    return [each.state for each in found(settings, name)]


def stored(settings: Settings) -> Store:
    return Store.open(settings.database_url)


def test_a_store_that_is_not_there_is_not_made(settings: Settings, tmp_path: Path):
    assert states(settings, "store") == [State.WATCH]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_a_failure(tmp_path: Path):
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'none' / 'store.db'}")
    (store,) = found(settings, "store")
    assert store.state is State.ILL
    assert "ZIXUAN_DATABASE_URL" in store.remedy


def test_a_file_that_is_no_database_is_a_failure(settings: Settings, tmp_path: Path):
    (tmp_path / "store.db").write_text("no database at all, whatever its name says" * 100)
    assert states(settings, "store") == [State.ILL]


def test_a_database_that_does_not_answer_is_a_failure_and_its_password_is_not_told():
    settings = Settings(database_url="postgresql+none://user:secret@127.0.0.1:1/none")
    (store,) = found(settings, "store")
    assert store.state is State.ILL
    assert "secret" not in str(examine(settings, NOW))


def test_a_schema_that_is_behind_is_told_and_left(settings: Settings, tmp_path: Path):
    sqlite3.connect(tmp_path / "store.db").execute("CREATE TABLE t (x)").connection.commit()
    (store,) = found(settings, "store")
    assert store.state is State.WATCH
    assert "schema none" in store.found
    with sqlite3.connect(tmp_path / "store.db") as connection:
        names = connection.execute("SELECT name FROM sqlite_master").fetchall()
    assert names == [("t",)]


def test_a_sound_store_is_well_and_lacks_a_key_at_first(settings: Settings):
    store = stored(settings)
    assert states(settings, "store") == [State.WELL]
    assert states(settings, "keys") == [State.WATCH]
    create_key(store, "default", ["platform"], NOW, days=1)
    assert states(settings, "keys") == [State.WELL]
    later = examine(settings, NOW + pd.Timedelta(days=2))
    assert [each.state for each in later if each.name == "keys"] == [State.WATCH]
    store.close()


def test_an_event_recorded_in_time_to_come_speaks_of_a_wrong_clock(
    settings: Settings, county: Dataset
):
    store = stored(settings)
    import_dataset(store, county, now=NOW)
    assert states(settings, "clock") == [State.WELL]
    events = DATA["events"]
    with store.writing() as connection:
        ahead = int((NOW + pd.Timedelta(hours=3)).value // 1000)
        first = sa.select(sa.func.min(events.c.event_id)).scalar_subquery()
        change = sa.update(events).where(events.c.event_id == first)
        connection.execute(change.values(recorded_at=ahead))
    assert sorted(states(settings, "clock")) == [State.WELL, State.WATCH]
    store.close()


def test_a_model_is_loaded_to_see_that_it_can_be(settings: Settings, artifact: Path):
    assert states(settings, "model") == [State.WATCH]
    served = settings.model_copy(update={"artifact": artifact})
    assert states(served, "model") == [State.WELL]


def test_a_candidate_that_cannot_be_loaded_is_told_and_is_no_failure(
    settings: Settings, artifact: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    tried = settings.model_copy(update={"canary": 0.05})
    assert states(tried, "model") == [State.WATCH, State.WELL]
    for folder, state in ((artifact, State.WELL), (tmp_path / "nothing", State.WATCH)):
        monkeypatch.setattr("serving.doctor.candidate", lambda *_, folder=folder: folder)
        assert states(tried, "model") == [State.WATCH, state]
    named = tried.model_copy(update={"artifact": artifact})
    assert states(named, "model") == [State.WELL, State.WATCH]


def test_a_damaged_model_is_a_failure(settings: Settings, tmp_path: Path):
    damaged = settings.model_copy(update={"artifact": tmp_path})
    assert states(damaged, "model") == [State.ILL]


def test_a_broken_policy_is_a_failure(settings: Settings, tmp_path: Path):
    own = settings.model_copy(update={"policies": tmp_path})
    assert states(own, "policies") == [State.WELL]
    (tmp_path / "gansu.toml").write_text("title_zh = 1")
    assert states(own, "policies") == [State.ILL]


def test_a_machine_without_a_chinese_font_is_told_which_one_to_install(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fonts, "folders", lambda: (tmp_path,))
    (font,) = found(settings, "font")
    assert font.state is State.WATCH
    assert "fonts-noto-cjk" in font.remedy
    (tmp_path / "NotoSansCJK-Regular.ttc").touch()
    (font,) = found(settings, "font")
    assert font.state is State.WELL


def test_dead_deliveries_are_told(settings: Settings):
    store = stored(settings)
    assert states(settings, "webhooks") == [State.WELL]
    with store.writing() as connection:
        hook = add_webhook(connection, "default", "https://platform.example", (), "s", NOW)
        row = ping(connection, "default", hook.webhook_id, NOW)
        settle(connection, row, "500", NOW, 1, random.Random(1))
    (webhooks,) = found(settings, "webhooks")
    assert webhooks.state is State.WATCH
    assert "1 dead" in webhooks.found
    store.close()


def test_a_clock_apart_from_the_databases_is_told(new_url: NewUrl, tmp_path: Path):
    url = new_url()
    Store.open(url).close()
    settings = Settings(database_url=url, tracking_uri=f"sqlite:///{tmp_path / 'mlflow.db'}")
    right, wrong = pd.Timestamp.now("UTC"), NOW
    for now, apart in ((right, False), (wrong, not url.startswith("sqlite"))):
        told = [f for f in examine(settings, now) if "apart from the database" in f.found]
        assert bool(told) is apart
