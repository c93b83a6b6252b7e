"""How a service explores: with logged chances, stable until there is cause, never unasked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fastapi import FastAPI

from features.dataset import Dataset
from features.dossiers import Dossier
from features.errors import InvalidSetting
from features.reading import read_folder
from features.writing import write_folder
from serving.api.app import create_app
from serving.memory import read_dossier
from serving.settings import Settings, read_settings
from serving.store.engine import Store
from serving.store.tenants import find_tenant
from serving.store.transfer import export_dataset, import_dataset
from serving.trying import Trying

LIST = "/v1/teachers/t00/recommendations?k=6"


class Calendar:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = pd.Timestamp("2026-03-01T00:00:00Z")

    def __call__(self) -> pd.Timestamp:
        return self.now


@pytest.fixture(scope="module")
def clock() -> Calendar:
    return Calendar()


@pytest.fixture(scope="module")
def app(settings: Settings, artifact: Path, county: Dataset, clock: Calendar) -> Iterator[FastAPI]:
    """A service in which every other place explores."""
    own = settings.model_copy(update={"artifact": artifact, "explore": 0.5})
    app = create_app(own, clock=clock)
    import_dataset(app.state.service.store, county, now=clock())
    yield app
    app.state.service.store.close()


@pytest.fixture(scope="module")
def platform(client: Callable[..., Any]) -> Any:
    return client()


def items(platform: Any, path: str = LIST) -> list[dict[str, Any]]:
    answer = platform.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def courses(shown: list[dict[str, Any]]) -> list[str]:
    return [item["course_id"] for item in shown]


@pytest.mark.parametrize("share", ["-0.1", "1.01", "nan", "inf", "much"])
def test_a_share_out_of_range_is_refused(monkeypatch: pytest.MonkeyPatch, share: str) -> None:
    monkeypatch.setenv("ZIXUAN_EXPLORE", share)
    with pytest.raises(InvalidSetting, match="ZIXUAN_EXPLORE"):
        read_settings()


def test_unless_told_otherwise_one_place_in_ten_explores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ZIXUAN_EXPLORE", raising=False)
    assert read_settings().explore == 0.1


def test_explored_places_say_so_and_are_logged_with_their_chance(
    app: FastAPI, platform: Any
) -> None:
    answer = platform.get(LIST).json()
    app.state.service.impressions.flush()
    impressions = export_dataset(app.state.service.store).table("impressions")
    logged = impressions[impressions["recommendation_id"] == answer["recommendation_id"]]
    assert logged["propensity"].tolist() == [item["propensity"] for item in answer["items"]]
    for item in answer["items"]:
        explores = item["rank"] % 2 == 0
        assert (0 < item["propensity"] < 1) == explores
        assert (item["reasons"][0]["code"] == "exploration") == explores


def test_a_reload_shows_the_same_and_a_longer_list_begins_the_same(platform: Any) -> None:
    first = items(platform)
    assert items(platform) == first
    assert courses(items(platform, LIST.replace("k=6", "k=9")))[:6] == courses(first)


def test_another_day_brings_another_draw(platform: Any, clock: Calendar) -> None:
    before, today = clock.now, courses(items(platform))
    drawn = []
    for _ in range(6):
        clock.now += pd.Timedelta("1D")
        drawn.append(courses(items(platform)))
    clock.now = before
    assert any(each != today for each in drawn)


def test_an_event_brings_new_luck(platform: Any, app: FastAPI) -> None:
    """Its chance must not depend on what the old luck showed."""
    service = app.state.service
    trying = Trying(service.settings.explore, service.settings.explore_seed)

    def seen() -> Dossier:
        with service.store.reading() as connection:
            shelf = service.shelves.of(connection, find_tenant(connection, "default"))
            return read_dossier(connection, shelf, "default", "t07")

    one = seen()
    event = {"teacher_id": "t07", "course_id": "c01", "occurred_at": "2026-02-28T00:00:00Z"}
    assert platform.post("/v1/events", event).status_code == 201
    after = seen()

    def luck(dossier: Dossier, tenant: str = "default", version: str = "m") -> float:
        return float(trying.luck(tenant, dossier, version, service.clock()).random())

    assert luck(one) == luck(one)
    assert len({luck(one), luck(after), luck(one, "other"), luck(one, version="n")}) == 4


def test_a_list_as_of_a_moment_explores_nothing(platform: Any) -> None:
    shown = items(platform, f"{LIST}&as_of=2026-02-01T00:00:00Z")
    assert {item["propensity"] for item in shown} == {1.0}


def test_with_personalisation_off_nothing_is_explored(platform: Any) -> None:
    off = {"phase": "primary", "career_stage": "novice", "personalisation": False}
    assert platform.put("/v1/teachers/t12", {"states": [off]}).status_code == 200
    shown = items(platform, LIST.replace("t00", "t12"))
    assert {item["propensity"] for item in shown} == {1.0}
    assert "exploration" not in {r["code"] for item in shown for r in item["reasons"]}


def test_what_was_shown_and_chosen_comes_out_and_goes_in_again(
    app: FastAPI, platform: Any, clock: Calendar, tmp_path: Path
) -> None:
    """Through the store, a folder of tables, and another store."""
    answer = platform.get(LIST.replace("t00", "t20")).json()
    event = {
        "teacher_id": "t20",
        "course_id": answer["items"][1]["course_id"],
        "occurred_at": clock().isoformat(),
        "kind": "selected",
        "recommendation_id": answer["recommendation_id"],
    }
    assert platform.post("/v1/events", event).status_code == 201
    app.state.service.impressions.flush()
    exported = export_dataset(app.state.service.store)

    write_folder(exported, tmp_path / "tables")
    read = read_folder(tmp_path / "tables", now=clock() + pd.Timedelta("10D"))
    other = Store.open(f"sqlite:///{tmp_path / 'other.db'}")
    import_dataset(other, read, now=clock())
    again = export_dataset(other)
    other.close()

    assert again.content_hash == exported.content_hash
    shown = again.table("impressions").set_index("recommendation_id")
    logged = shown.loc[answer["recommendation_id"], "propensity"].tolist()
    assert logged == [item["propensity"] for item in answer["items"]]
    assert answer["recommendation_id"] in set(again.table("events")["recommendation_id"])
