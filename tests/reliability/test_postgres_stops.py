"""PostgreSQL goes away at once, and comes back: what a platform sees of that."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest
import sqlalchemy as sa

from benchmarks.faults.kills import HOST, free_port, prepare_processes, served, wait_for
from features.dataset import Dataset
from serving.identity import create_key
from serving.settings import Settings
from serving.store.engine import Store
from serving.store.schema import DATA
from serving.store.transfer import import_dataset
from tests.serving import databases

LIST = "/v1/teachers/t05/recommendations?k=200"
PATIENCE = 60


class Database:
    """A PostgreSQL server of one's own, that may be stopped."""

    def __init__(self, folder: Path) -> None:
        self.server = databases.start(folder / "data")
        self.url = databases.Databases(self.server).bare()

    def stop_at_once(self) -> None:
        databases.stop(self.server)

    def kill(self) -> None:
        """Kill all of its processes, the first one first: none can tidy up."""
        pid = int((Path(self.server.pgdata) / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for each in (pid, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        until(lambda: not any(Path(f"/proc/{each}").exists() for each in (pid, *children)))

    def come_back(self) -> None:
        self.server.start()


def until(true: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    folder = Path(tempfile.mkdtemp(prefix="zixuan-pg-"))
    database = Database(folder)
    yield database
    database.stop_at_once()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def platform(
    database: Database, county: Dataset, artifact: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """A client of a server in a process of its own; nothing restarts it."""
    store = Store.open(database.url)
    import_dataset(store, county, now=pd.Timestamp.now("UTC"))
    key = create_key(store, "default", ["platform"], pd.Timestamp.now("UTC"))
    store.close()
    settings = Settings(
        database_url=database.url, artifact=artifact, port=free_port(), log_level="error"
    )
    prepare_processes()
    with served(settings, tmp_path_factory.mktemp("served") / "log"):
        wait_for(settings.port, "/readyz")
        headers = {"Authorization": f"Bearer {key}"}
        address = f"http://{HOST}:{settings.port}"
        with httpx.Client(base_url=address, headers=headers, timeout=PATIENCE) as client:
            yield client


def send(platform: httpx.Client, name: str) -> httpx.Response:
    event = {
        "event_id": name,
        "teacher_id": "t05",
        "course_id": "c01",
        "kind": "viewed",
        "occurred_at": "2026-02-01T08:00:00+08:00",
    }
    return platform.post("/v1/events", json=event)


@pytest.mark.parametrize("how", ["stop_at_once", "kill"])
def test_while_the_database_is_gone_nothing_is_promised_and_lists_go_on(
    database: Database, platform: httpx.Client, how: str
) -> None:
    before = platform.get(LIST).json()
    promised: list[str] = []

    def write(client: int) -> int:
        names = (f"{how}-{client}-{number}" for number in count())
        name = next(names)
        while (status := send(platform, name).status_code) == 201:
            promised.append(name)
            name = next(names)
        return status

    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write, client) for client in range(4)]
        until(lambda: len(promised) >= 40)
        getattr(database, how)()
    assert {each.result() for each in writing} == {503}
    try:
        assert platform.get("/readyz").status_code == 503
        assert platform.get("/livez").status_code == 200
        refused = send(platform, f"{how}-refused")
        assert refused.status_code == 503
        assert refused.headers["retry-after"]
        plan = platform.post("/v1/teachers/t05/plan", json={})
        assert (plan.status_code, plan.json()["type"]) == (503, "urn:zixuan:problem:no-store")
        again = platform.get(LIST)
        assert again.status_code == 200
        shown = [[item["course_id"] for item in each["items"]] for each in (before, again.json())]
        assert shown[0] == shown[1]
    finally:
        database.come_back()

    until(lambda: platform.get("/readyz").status_code == 200)
    assert [send(platform, name).status_code for name in promised] == [200] * len(promised)
    assert send(platform, f"{how}-refused").status_code == 201
    store = Store.open(database.url)
    with store.reading() as connection:
        stored = list(connection.scalars(sa.select(DATA["events"].c.event_id)))
    store.close()
    assert {*promised, f"{how}-refused"} <= set(stored)
    assert len(set(stored)) == len(stored)
