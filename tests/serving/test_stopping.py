"""A server that is told to stop: what it has begun it finishes, and it begins nothing new."""

from __future__ import annotations

import signal
import socket
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pandas as pd
import pytest
import sqlalchemy as sa

from features.dataset import Dataset
from serving.identity import create_key
from serving.store.engine import Store
from serving.store.schema import DATA
from serving.store.transfer import import_dataset
from tests.serving.test_workers import start, wait_for

PATIENCE = 60
EVENT = {"event_id": "last", "teacher_id": "t05", "course_id": "c01", "kind": "viewed"}
OCCURRED = {"occurred_at": "2026-02-01T08:00:00+08:00"}
#: More than are made at a time: some wait for their turn when the signal comes.
PLANS = 4


def until(true: object, *arguments: object) -> None:
    end = time.monotonic() + PATIENCE
    while not true(*arguments):  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


def refused(url: httpx.URL) -> bool:
    try:
        socket.create_connection((url.host, url.port or 0)).close()
    except ConnectionRefusedError:
        return True
    return False


def test_sigterm_finishes_plans_and_events_under_way_and_lets_nobody_in(
    tmp_path: Path, county: Dataset, artifact: Path
) -> None:
    """Another writer holds the store, so that nothing can be finished before the signal."""
    file, now = tmp_path / "store.db", pd.Timestamp.now("UTC")
    store = Store.open(f"sqlite:///{file}")
    import_dataset(store, county, now=now)
    key = create_key(store, "default", ["platform"], now)
    watcher = {"Authorization": f"Bearer {create_key(store, 'default', ['metrics'], now)}"}
    server = start(f"sqlite:///{file}", artifact, key, solvers=1)
    url, headers = httpx.URL(str(server.client.base_url).rstrip("/")), server.client.headers

    def post(path: str, body: object) -> int:
        return httpx.post(f"{url}/{path}", json=body, headers=headers, timeout=PATIENCE).status_code

    def all_running() -> bool:
        text = httpx.get(f"{url}/metrics", headers=watcher).text
        # The one that asks is counted, too.
        return f"zixuan_requests_running {PLANS + 2}.0" in text

    other = sqlite3.connect(file, isolation_level=None)
    try:
        wait_for(server)
        # Once, so that the next ones are quick.
        assert post("v1/teachers/t06/plan", {}) == 201
        other.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(PLANS + 1) as pool:
            asked = [pool.submit(post, f"v1/teachers/t0{n}/plan", {}) for n in range(PLANS)]
            asked.append(pool.submit(post, "v1/events", EVENT | OCCURRED))
            until(all_running)
            server.process.send_signal(signal.SIGTERM)
            until(refused, url)
            other.execute("ROLLBACK")
            assert [each.result() for each in asked] == [201] * (PLANS + 1)
        assert server.process.wait(PATIENCE) in (0, -signal.SIGTERM)
    finally:
        other.close()
        server.client.close()
        server.process.kill()
        server.process.wait()
        server.process.wait()
    events = DATA["events"]
    with store.reading() as connection:
        query = sa.select(events.c.event_id).where(events.c.event_id == "last")
        assert connection.scalars(query).all() == ["last"]
    store.close()


@pytest.mark.parametrize("workers", [1, 2])
def test_the_keyboard_ends_it_as_quietly(tmp_path: Path, artifact: Path, workers: int) -> None:
    server = start(f"sqlite:///{tmp_path / 'store.db'}", artifact, "none", workers=workers)
    try:
        wait_for(server)
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(PATIENCE) == 0
    finally:
        server.client.close()
        server.process.kill()
        server.process.wait()
