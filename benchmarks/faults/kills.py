"""A server that is killed while clients write to it, and started again on what it has left."""

from __future__ import annotations

import json
import multiprocessing as mp
import os
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.faults.scene import COURSE, TENANT_NAME, fill
from benchmarks.faults.tally import Tally
from serving.identity import create_key
from serving.server import serve
from serving.settings import Settings
from serving.store.engine import Store

HOST = "127.0.0.1"
CLIENTS = 6
BULK = 20
PATIENCE = 120
#: Requests that are answered before a server is killed, at most.
LONGEST_LIFE = 60
_START = pd.Timestamp("2026-01-01T00:00:00Z")
_PROCESSES = mp.get_context("forkserver")


def prepare_processes() -> None:
    """Let servers start at once: what they import is imported in advance, and shared by a fork."""
    _PROCESSES.set_forkserver_preload([__name__])


@contextmanager
def served(settings: Settings, log: Path) -> Iterator[Any]:
    """Run a server until the block ends; then it is killed with signal 9, in whatever it does."""
    process = _PROCESSES.Process(target=_serve, args=(settings, log))
    process.start()
    try:
        wait_for(settings.port, "/livez")
        yield process
    finally:
        process.kill()
        process.join()


def _serve(settings: Settings, log: Path) -> None:
    with log.open("ab") as file:
        os.dup2(file.fileno(), 2)
    serve(settings)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


def wait_for(port: int, path: str, status: int = 200) -> None:
    """Return once a path is answered with a status."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        connection = HTTPConnection(HOST, port, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == status:
                return
        except (OSError, HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.02)
    raise TimeoutError(f"{path} was not answered with {status}")


@dataclass(slots=True)
class Platform:
    """A platform of several clients: what it has sent, and what was acknowledged to it.

    Attributes
    ----------
    acknowledged
        Ids of events that the service said it has.
    unanswered
        Bodies that were on their way when the line broke: they are sent again.
    """

    port: int
    key: str
    acknowledged: list[str] = field(default_factory=list)
    unanswered: list[list[dict[str, Any]]] = field(default_factory=list)
    _moments: Iterator[int] = field(default_factory=count)

    def write_until_it_dies(self, process: Any, life: int) -> None:
        """Send with all clients; once so many requests were answered, the server is killed."""
        answered = count(1)
        again, self.unanswered = self.unanswered, []

        def send(client: int) -> None:
            with closing(HTTPConnection(HOST, self.port, timeout=PATIENCE)) as connection:
                for number in count():
                    events = again.pop() if again else self._events(client, number)
                    try:
                        names = self._send(connection, events)
                    except (OSError, HTTPException):
                        self.unanswered.append(events)
                        return
                    self.acknowledged.extend(names)
                    if next(answered) == life:
                        process.kill()

        with ThreadPoolExecutor(CLIENTS) as pool:
            for each in [pool.submit(send, client) for client in range(CLIENTS)]:
                each.result()
        self.unanswered += again

    def _events(self, client: int, number: int) -> list[dict[str, Any]]:
        moments = [next(self._moments) for _ in range(BULK if number % 8 == 7 else 1)]
        return [
            # Every third is known by its content alone.
            ({"event_id": f"e{moment}"} if moment % 3 else {})
            | {
                "teacher_id": f"t{client}",
                "course_id": COURSE,
                "kind": "completed",
                "occurred_at": (_START + pd.Timedelta(seconds=moment)).isoformat(),
            }
            for moment in moments
        ]

    def _send(self, connection: HTTPConnection, events: list[dict[str, Any]]) -> list[str]:
        lines = "\n".join(map(json.dumps, events))
        path = "/v1/events:bulk" if len(events) > 1 else "/v1/events"
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        connection.request("POST", path, lines.encode(), headers)
        answer = connection.getresponse()
        told = json.loads(answer.read())
        if answer.status not in {200, 201} or told.get("refused"):
            raise ValueError(f"expected an acknowledgement, got {answer.status}: {told}")
        return [receipt["event_id"] for receipt in told.get("results", [told])]


def kill(folder: Path, kills: int, seed: int) -> Tally:
    """Kill a server so often while clients write; look at the store after each."""
    rng = np.random.default_rng(seed)
    settings = Settings(
        database_url=f"sqlite:///{folder / 'store.db'}",
        artifact=folder / "none",
        port=free_port(),
        log_level="error",
    )
    prepare_processes()
    platform = Platform(settings.port, _prepared(settings.database_url))
    tally = Tally()
    for _ in range(kills):
        with served(settings, folder / "log") as process:
            platform.write_until_it_dies(process, int(rng.integers(CLIENTS, LONGEST_LIFE)))
        store = Store.open(settings.database_url)
        tally.count(platform.acknowledged, store)
        store.close()
    return tally


def _prepared(url: str) -> str:
    """Fill a store with what events refer to; return a key."""
    store = Store.open(url)
    fill(store, [f"t{client}" for client in range(CLIENTS)])
    key = create_key(store, TENANT_NAME, ["platform"], pd.Timestamp.now("UTC"))
    store.close()
    return key
