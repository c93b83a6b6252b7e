"""A real server of a county, in a process of its own, for tests that speak to it over a socket."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pandas as pd

from features.dataset import Dataset
from serving.identity import create_key
from serving.store.engine import Store
from serving.store.transfer import import_dataset

PROGRAM = """
from serving.server import serve
from serving.settings import read_settings

serve(read_settings())
"""


@contextmanager
def running(folder: Path, artifact: Path, dataset: Dataset | None = None) -> Iterator[dict]:
    """Run a server; yield its ``url`` and a ``key`` of a platform."""
    database = f"sqlite:///{folder / 'store.db'}"
    store, now = Store.open(database), pd.Timestamp.now("UTC")
    if dataset is not None:
        import_dataset(store, dataset, now=now)
    key = create_key(store, "default", ["platform"], now)
    store.close()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    own = {"DATABASE_URL": database, "ARTIFACT": str(artifact), "PORT": str(port)}
    environment = os.environ | {f"ZIXUAN_{name}": value for name, value in own.items()}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env=environment, stderr=subprocess.DEVNULL
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, process)
        yield {"url": url, "key": key}
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            if httpx.get(f"{url}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
    raise TimeoutError("the server did not become ready")
