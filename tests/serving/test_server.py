"""A real server in a process of its own, killed without warning."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pandas as pd

from serving.identity import create_key
from serving.settings import read_settings
from serving.store.engine import Store
from serving.store.transfer import export_dataset

PROGRAM = """
from serving.server import serve
from serving.settings import read_settings

serve(read_settings())
"""
PATIENCE = 60


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(url: str) -> None:
    for _ in range(10 * PATIENCE):
        try:
            httpx.get(f"{url}/livez")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(url)


def send_events(url: str, headers: dict[str, str], name: str, acknowledged: list[str]) -> None:
    """Post events until the server is gone; note those that it acknowledged."""
    with httpx.Client(base_url=url, headers=headers) as client:
        for number in range(10_000):
            event = {"event_id": f"{name}{number}", "teacher_id": "t1", "course_id": "c1"}
            try:
                answer = client.post(
                    "/v1/events", json=event | {"occurred_at": "2026-01-01T00:00:00Z"}
                )
            except httpx.TransportError:
                return
            assert answer.status_code == 201
            acknowledged.append(event["event_id"])


def test_acknowledged_events_survive_kill_9_under_load(tmp_path: Path, artifact: Path):
    database = f"sqlite:///{tmp_path / 'store.db'}"
    store = Store.open(database)
    key = create_key(store, "default", ["platform"], pd.Timestamp.now("UTC"))
    port = free_port()
    acknowledged: list[str] = []
    environment = os.environ | {
        "ZIXUAN_DATABASE_URL": database,
        "ZIXUAN_ARTIFACT": str(artifact),
        "ZIXUAN_PORT": str(port),
    }
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen([sys.executable, "-c", PROGRAM], env=environment, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(url)
            headers = {"Authorization": f"Bearer {key}"}
            with httpx.Client(base_url=url, headers=headers) as client:
                assert client.get("/readyz").json()["model"] == "ok"
                client.put("/v1/courses/c1", json={}).raise_for_status()
                client.put("/v1/teachers/t1", json={"states": [{}]}).raise_for_status()
            senders = [
                threading.Thread(target=send_events, args=(url, headers, name, acknowledged))
                for name in "abcd"
            ]
            for sender in senders:
                sender.start()
            while len(acknowledged) < 40:
                time.sleep(0.01)
            server.send_signal(signal.SIGKILL)
            for sender in senders:
                sender.join()
        finally:
            server.kill()
            server.wait()
    stored = export_dataset(store).table("events")["event_id"]
    assert set(acknowledged) <= set(stored)
    assert stored.is_unique
    store.close()
    lines = (tmp_path / "log").read_text()
    assert '"route"' in lines
    assert key[-43:] not in lines


def test_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("ZIXUAN_PORT", "9000")
    assert read_settings().port == 9000
    assert read_settings(port=9001).port == 9001
