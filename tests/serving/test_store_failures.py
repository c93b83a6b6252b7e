"""A full disk and a broken file: nothing is promised, lists go on, and the service recovers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog
from fastapi import FastAPI

from features.dataset import Dataset
from serving.api.app import create_app
from serving.identity import create_key
from serving.settings import Settings
from serving.store.health import COUNTS, Health
from serving.store.rows import find
from serving.store.schema import DATA
from serving.store.transfer import import_dataset
from tests.serving.conftest import NOW, Client
from tests.serving.databases import Files

LIST = "/v1/teachers/t05/recommendations?k=5"
PAGE = 4096
#: More than is free in any page that there is.
LONG = "长" * PAGE


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Print no traces: there is one for each refusal."""
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
def app(tmp_path: Path, county: Dataset, artifact: Path) -> Iterator[FastAPI]:
    settings = Settings(database_url=Files(tmp_path)(), artifact=artifact, model_check=0)
    app = create_app(settings, clock=lambda: NOW)
    import_dataset(app.state.service.store, county, now=NOW)
    yield app
    app.state.service.store.close()


@pytest.fixture
def platform(app: FastAPI) -> Client:
    """A client who has asked for one teacher's list before."""
    platform = Client(app, create_key(app.state.service.store, "default", ["platform"], NOW))
    assert platform.get(LIST).status_code == 200
    return platform


def event(number: int) -> dict[str, str]:
    return {
        "event_id": f"{number:04d}-{LONG[:190]}",
        "teacher_id": "t05",
        "course_id": "c01",
        "kind": "viewed",
        "occurred_at": f"2026-02-01T08:{number // 60:02d}:{number % 60:02d}+08:00",
    }


def full(engine: sa.Engine) -> Callable[[], None]:
    """Let no connection make the database any larger; return what ends that."""

    def limit(connection: sa.engine.interfaces.DBAPIConnection, *_: object) -> None:
        connection.cursor().execute("PRAGMA max_page_count = 1")

    def lift(connection: sa.engine.interfaces.DBAPIConnection, *_: object) -> None:
        connection.cursor().execute("PRAGMA max_page_count = 1000000")

    sa.event.listen(engine, "checkout", limit)

    def end() -> None:
        sa.event.remove(engine, "checkout", limit)
        sa.event.listen(engine, "checkout", lift)

    return end


def test_on_a_full_disk_nothing_is_promised_and_lists_go_on(app: FastAPI, platform: Client) -> None:
    store = app.state.service.store
    end = full(store.engine)
    promised, number = [], 0
    while (answer := platform.post("/v1/events", event(number))).status_code == 201:
        promised.append(event(number)["event_id"])
        number += 1
    refused = [
        answer,
        platform.post("/v1/events:bulk", event(number)),
        platform.put("/v1/courses/long", {"title_zh": LONG}),
        platform.post("/v1/teachers/t05/plan", {}),
    ]
    assert [each.status_code for each in refused] == [503] * 4
    assert all(each.headers["retry-after"] for each in refused)
    ready = platform.get("/readyz")
    assert (ready.status_code, ready.json()["store"]) == (503, "the database has just failed")
    assert platform.get("/livez").status_code == 200
    assert platform.get(LIST).status_code == 200

    end()
    assert platform.post("/v1/events", event(number)).status_code == 201
    assert platform.get("/readyz").status_code == 200
    assert platform.post("/v1/teachers/t05/plan", {}).status_code == 201
    with store.reading() as connection:
        stored = {row["event_id"] for row in find(connection, DATA["events"], "default")}
    assert {*promised, event(number)["event_id"]} <= stored


@pytest.mark.parametrize("pages", ["the first", "all but the first"])
def test_of_a_broken_file_each_request_tells_and_none_fails(
    app: FastAPI, platform: Client, pages: str
) -> None:
    file = Path(app.state.service.store.engine.url.database)
    with app.state.service.store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    size = file.stat().st_size
    first = pages == "the first"
    with file.open("r+b") as broken:
        broken.seek(0 if first else PAGE)
        broken.write(b"\xa5" * (PAGE if first else size - PAGE))
    app.state.service.store.engine.dispose()  # what is open reads pages that it has kept
    answers = [
        platform.post("/v1/events", event(1)),
        platform.get("/v1/courses?limit=2"),
        platform.get("/v1/teachers/t07/recommendations"),
        platform.post("/v1/teachers/t05/plan", {}),
        platform.get("/readyz"),
    ]
    assert [each.status_code for each in answers] == [503] * 5
    assert platform.get("/livez").status_code == 200
    assert platform.get(LIST).status_code == 200


def test_a_failure_counts_until_something_is_written_or_for_a_while() -> None:
    now = 0.0
    health = Health(lambda: now)

    def fail() -> None:
        with pytest.raises(sa.exc.OperationalError), health.reading():
            raise sa.exc.OperationalError("SELECT", {}, OSError("gone"))

    fail()
    with health.reading():
        pass
    assert not health.well
    with health.writing():
        pass
    assert health.well
    fail()
    now = COUNTS
    assert health.well


def test_what_was_asked_wrongly_is_no_failure_of_the_database() -> None:
    health = Health()
    with pytest.raises(sa.exc.IntegrityError), health.writing():
        raise sa.exc.IntegrityError("INSERT", {}, ValueError("no such teacher"))
    assert health.well
