"""A server in processes of its own, and the CPU time that they have used."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.service.load import HOST

ROOT = Path(__file__).parents[2]
_TICK = os.sysconf("SC_CLK_TCK")
_PATIENCE = 300


@dataclass(frozen=True, slots=True)
class Server:
    """A running server.

    Parameters
    ----------
    port
        That it listens on.
    pid
        Of the process that the workers are children of.
    """

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Return what server and workers have used so far, by the system's count."""
        return sum(_used(pid) for pid in _family(self.pid))

    def resident_mib(self) -> float:
        """Return the memory that server and workers hold now."""
        pages = (Path(f"/proc/{pid}/statm").read_text().split()[1] for pid in _family(self.pid))
        return sum(map(int, pages)) * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def running(settings: Mapping[str, object], workers: int, log: Path) -> Iterator[Server]:
    """Serve with these settings until the block ends."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port = int(listener.getsockname()[1])
    own = {"host": HOST, "port": port, "workers": workers, **settings}
    told = {f"ZIXUAN_{name.upper()}": str(value) for name, value in own.items()}
    command = [sys.executable, "-m", "benchmarks.service.served"]
    with log.open("ab") as file:
        environment = os.environ | told
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=file, stderr=file)
        try:
            _wait(port, process)
            yield Server(port, process.pid)
        finally:
            process.terminate()
            process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < end:
        try:
            with urlopen(f"http://{HOST}:{port}/readyz", timeout=10):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise SystemExit("the server did not become ready: see its log")


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in _family(int(child)))]


def _used(pid: int) -> float:
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / _TICK
