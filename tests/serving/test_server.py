"""A real server in a process of its own, killed without warning."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
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


def test_an_acknowledged_event_survives_kill_9(tmp_path: Path, artifact: Path):
    database = f"sqlite:///{tmp_path / 'store.db'}"
    store = Store.open(database)
    key = create_key(store, "default", ["platform"], pd.Timestamp.now("UTC"))
    port = free_port()
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
                assert client.get("/readyz").status_code == 200
                client.put("/v1/courses/c1", json={}).raise_for_status()
                client.put("/v1/teachers/t1", json={"states": [{}]}).raise_for_status()
                event = {"teacher_id": "t1", "course_id": "c1", "event_id": "e1"}
                sent = event | {"occurred_at": "2026-01-01T00:00:00Z"}
                assert client.post("/v1/events", json=sent).status_code == 201
                server.send_signal(signal.SIGKILL)
        finally:
            server.kill()
            server.wait()
    assert export_dataset(store).table("events")["event_id"].tolist() == ["e1"]
    store.close()
    lines = (tmp_path / "log").read_text()
    assert '"route"' in lines
    assert key[-43:] not in lines


def test_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("ZIXUAN_PORT", "9000")
    assert read_settings().port == 9000
    assert read_settings(port=9001).port == 9001
