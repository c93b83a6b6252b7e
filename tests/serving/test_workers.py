"""Two workers on one store: what one of them has acknowledged, the other answers with."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

from features.dataset import Dataset
from serving.identity import create_key, revoke_key
from serving.store.engine import Store
from serving.store.transfer import import_dataset
from tests.serving.databases import NewUrl

PROGRAM = "from serving.server import serve; from serving.settings import read_settings; \
serve(read_settings())"
LIST = "/v1/teachers/t05/recommendations?k=200&explain=false"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass(frozen=True)
class Worker:
    """One server process, asked over a connection that stays open."""

    process: subprocess.Popen[bytes]
    client: httpx.Client

    def courses(self, path: str = LIST) -> list[str]:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return [item["course_id"] for item in answer.json()["items"]]

    def send(self, course: str, kind: str = "completed") -> None:
        event = {
            "teacher_id": "t05",
            "course_id": course,
            "kind": kind,
            "occurred_at": pd.Timestamp.now("UTC").isoformat(),
        }
        assert self.client.post("/v1/events", json=event).status_code == 201


def start(database: str, artifact: Path, key: str, **settings: Any) -> Worker:
    port = free_port()
    own = {"database_url": database, "artifact": artifact, "port": port, **settings}
    environment = os.environ | {f"ZIXUAN_{name.upper()}": str(v) for name, v in own.items()}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env=environment, stderr=subprocess.DEVNULL
    )
    headers = {"Authorization": f"Bearer {key}"}
    return Worker(process, httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers))


def wait_for(worker: Worker) -> None:
    for _ in range(600):
        try:
            if worker.client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError("the worker did not become ready")


@pytest.fixture(scope="module")
def store(county: Dataset, new_url: NewUrl) -> Iterator[Store]:
    store = Store.open(new_url())
    import_dataset(store, county, now=pd.Timestamp.now("UTC"))
    yield store
    store.close()


@pytest.fixture(scope="module")
def pair(store: Store, artifact: Path) -> Iterator[tuple[Worker, Worker]]:
    """Two processes, each reached surely: behind one port the system would choose."""
    database = store.engine.url.render_as_string(hide_password=False)
    key = create_key(store, "default", ["platform"], pd.Timestamp.now("UTC"))
    both = (start(database, artifact, key), start(database, artifact, key))
    try:
        for worker in both:
            wait_for(worker)
            worker.courses()
        yield both
    finally:
        for worker in both:
            worker.client.close()
            worker.process.kill()
            worker.process.wait()


def test_who_wrote_an_event_sees_it_in_the_next_answer(pair: tuple[Worker, Worker]) -> None:
    writer, _ = pair
    first = writer.courses()[0]
    writer.send(first)
    assert first not in writer.courses()


def test_an_event_changes_the_answers_of_every_worker(pair: tuple[Worker, Worker]) -> None:
    """At once: the first question after the acknowledgement is answered with it."""
    for writer, reader in (pair, pair[::-1]) * 3:
        before = reader.courses()
        writer.send(before[0])
        assert before[0] not in reader.courses()


def test_personalisation_off_holds_on_every_worker(pair: tuple[Worker, Worker]) -> None:
    writer, reader = pair
    path = "/v1/teachers/t07/recommendations?k=5"
    reader.courses(path)
    off = {"phase": "primary", "personalisation": False}
    assert writer.client.put("/v1/teachers/t07", json={"states": [off]}).status_code == 200
    items = reader.client.get(path).json()["items"]
    assert {r["code"] for item in items for r in item["reasons"]} <= {"popularity", "base"}


def test_a_course_put_on_one_worker_is_shown_by_the_other(pair: tuple[Worker, Worker]) -> None:
    writer, reader = pair
    reader.courses()
    writer.client.put("/v1/courses/new-here", json={"title_en": "new"}).raise_for_status()
    assert "new-here" in reader.courses()


def test_a_key_ended_anywhere_opens_no_worker(pair: tuple[Worker, Worker], store: Store) -> None:
    key = create_key(store, "default", ["platform"], pd.Timestamp.now("UTC"))
    headers = {"Authorization": f"Bearer {key}"}
    for worker in pair:
        assert worker.client.get(LIST, headers=headers).status_code == 200
    revoke_key(store, key.split("_")[1], pd.Timestamp.now("UTC"))
    for worker in pair:
        assert worker.client.get(LIST, headers=headers).status_code == 401


def test_several_workers_behind_one_port_answer_and_stop_together(
    store: Store, artifact: Path
) -> None:
    key = create_key(store, "default", ["platform"], pd.Timestamp.now("UTC"))
    server = start(store.engine.url.render_as_string(hide_password=False), artifact, key, workers=2)
    try:
        wait_for(server)
        children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
        assert len(children.read_text().split()) >= 2
        assert server.courses()
    finally:
        server.client.close()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) in (0, -signal.SIGTERM)
