"""How long after its acknowledgement by one worker an event is in force on another."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.faults.kills import HOST, free_port, prepare_processes, served, wait_for
from recommender.artifact import save
from recommender.model import Model
from serving.identity import create_key
from serving.settings import Settings
from serving.store.engine import Store
from serving.store.transfer import import_dataset
from training.simulate import Simulation, simulate

COURSES = 400
TEACHERS = 300


def delays(folder: Path, events: int) -> Iterator[float]:
    """Send events to one of two workers and ask the other; yield milliseconds.

    Two servers on one store: workers behind one port know of each other no more than these, and
    here it is certain which of them is asked.
    """
    url, artifact = f"sqlite:///{folder / 'fresh.db'}", folder / "artifact"
    key, teachers = prepared(url, artifact)
    prepare_processes()
    with ExitStack() as stack:
        ports = [free_port(), free_port()]
        for port in ports:
            settings = Settings(database_url=url, artifact=artifact, port=port, log_level="error")
            stack.enter_context(served(settings, folder / "log"))
            wait_for(port, "/readyz")
        opened = (closing(HTTPConnection(HOST, port, timeout=60)) for port in ports)
        pair = [stack.enter_context(each) for each in opened]
        for number in range(events):
            writer, reader = pair[number % 2], pair[(number + 1) % 2]
            yield _delay(writer, reader, key, teachers[number % len(teachers)])


def _delay(writer: HTTPConnection, reader: HTTPConnection, key: str, teacher: str) -> float:
    before = _list(reader, key, teacher)
    event = {
        "teacher_id": teacher,
        "course_id": before[0],
        "kind": "completed",
        "occurred_at": pd.Timestamp.now("UTC").isoformat(),
    }
    _ask(writer, "POST", "/v1/events", key, event)
    began = time.perf_counter()
    while before[0] in _list(reader, key, teacher):
        pass
    return 1000 * (time.perf_counter() - began)


def _list(connection: HTTPConnection, key: str, teacher: str) -> list[str]:
    path = f"/v1/teachers/{teacher}/recommendations?k=200&explain=false"
    return [item["course_id"] for item in _ask(connection, "GET", path, key)["items"]]


def _ask(connection: HTTPConnection, method: str, path: str, key: str, body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    connection.request(method, path, json.dumps(body) if body else None, headers)
    answer = connection.getresponse()
    told = json.loads(answer.read())
    if answer.status >= 300:
        raise SystemExit(f"{method} {path}: {told}")
    return told


def prepared(url: str, artifact: Path) -> tuple[str, list[str]]:
    """Store a small province and train on it; return a key and teachers."""
    dataset = simulate(Simulation(teachers=TEACHERS, courses=COURSES, years=2), seed=1)[0]
    now = pd.Timestamp.now("UTC")
    save(Model.fit(dataset, as_of=now, scorers=("popularity", "content", "sequence")), artifact)
    store = Store.open(url)
    import_dataset(store, dataset, now=now)
    key = create_key(store, "default", ["platform"], now)
    store.close()
    return key, list(dataset.teachers.ids[:20])
