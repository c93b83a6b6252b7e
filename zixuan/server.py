"""A server of one's own, in a process of its own, and questions to it over HTTP."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn
from urllib.parse import quote

from features.errors import Refused

HOST = "127.0.0.1"
_PREFIX = "ZIXUAN_"
_PATIENCE = 120.0
_PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Client:
    """Asks a server on this machine.

    Parameters
    ----------
    port
        That it listens on.
    key
        An API key; empty for what is open to all.
    """

    port: int
    key: str = ""

    @property
    def url(self) -> str:
        """Where the server is."""
        return f"http://{HOST}:{self.port}"

    def list_of(self, teacher_id: str, k: int) -> dict[str, Any]:
        """Return a teacher's recommendations."""
        return self.ask("GET", f"/v1/teachers/{quote(teacher_id, safe='')}/recommendations?k={k}")

    def plan_of(self, teacher_id: str) -> dict[str, Any]:
        """Return a plan, made for a teacher now."""
        return self.ask("POST", f"/v1/teachers/{quote(teacher_id, safe='')}/plan", {})

    def link_of(self, teacher_id: str) -> str:
        """Return an address that lets a teacher into the page, once."""
        answer = self.ask("POST", f"/v1/teachers/{quote(teacher_id, safe='')}:link", {})
        return f"{self.url}{answer['path']}"

    def answers(self, path: str = "/livez") -> bool:
        """Say whether a path answers with success."""
        try:
            self.ask("GET", path)
        except (OSError, HTTPException, Refused):
            return False
        return True

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the JSON answer to a request.

        Raises
        ------
        Refused
            If the server answers with a problem.
        """
        connection = HTTPConnection(HOST, self.port, timeout=_PATIENCE)
        headers = {"Content-Type": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, path, sent, headers)
            answer = connection.getresponse()
            document: dict[str, Any] = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status >= 400:
            raise Refused(f"{method} {path}", got=f"{answer.status} {document.get('detail', '')}")
        return document


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


@contextmanager
def serving(
    port: int, settings: Mapping[str, object], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Serve until the block ends, however it ends.

    Parameters
    ----------
    settings
        Name -> value; of the environment's own settings none counts.
    log
        What the server writes goes there.

    Raises
    ------
    Refused
        If the server does not become ready.
    """
    environment = {name: text for name, text in os.environ.items() if not name.startswith(_PREFIX)}
    own = {f"{_PREFIX}{name.upper()}": str(value) for name, value in settings.items()}
    command = [sys.executable, "-m", "zixuan", "serve", "--host", HOST, "--port", str(port)]
    with log.open("wb") as file, _leaving_on_sigterm():
        process = subprocess.Popen(command, env=environment | own, stdout=file, stderr=file)
        try:
            _wait_until_ready(process, Client(port), log)
            yield process
        finally:
            process.terminate()
            process.wait()


def wait_for(process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until somebody stops the server with Ctrl+C.

    Raises
    ------
    Refused
        If it stops by itself.
    """
    try:
        code = process.wait()
    except KeyboardInterrupt:
        return
    raise Refused("the server", got=f"exit code {code}", remedy=f"see {log} for the cause")


def _wait_until_ready(process: subprocess.Popen[bytes], client: Client, log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < end:
        if client.answers("/readyz"):
            return
        time.sleep(_PAUSE)
    raise Refused(
        "the server", expected="ready to answer", got="no answer", remedy=f"see {log} for the cause"
    )


@contextmanager
def _leaving_on_sigterm() -> Iterator[None]:
    """Turn SIGTERM into an ordinary exit, so that the server is not left behind."""
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)
