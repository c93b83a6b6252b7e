"""The service's contract, checked by schemathesis against a server with real data."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.faults.fresh import prepared
from benchmarks.faults.kills import HOST, free_port, prepare_processes, served, wait_for
from serving.identity import OF_KEYS, create_key
from serving.settings import Settings
from serving.store.engine import Store

PHASES = "examples,coverage,fuzzing,stateful"
_ROOT = Path(__file__).parents[2]
_RUN = "from schemathesis.cli import schemathesis; schemathesis()"


@dataclass(frozen=True, slots=True)
class Target:
    """A server with real data, and a key with every scope."""

    port: int
    key: str


@contextmanager
def target(folder: Path) -> Iterator[Target]:
    """Serve a simulated province until the block ends."""
    url, artifact = f"sqlite:///{folder / 'store.db'}", folder / "artifact"
    prepared(url, artifact)
    store = Store.open(url)
    key = create_key(store, "default", [*OF_KEYS], pd.Timestamp.now("UTC"))
    store.close()
    settings = Settings(database_url=url, artifact=artifact, port=free_port())
    prepare_processes()
    with served(settings, folder / "log"):
        wait_for(settings.port, "/readyz")
        yield Target(settings.port, key)


def check(
    target: Target, seed: int, examples: int, phases: str = PHASES
) -> subprocess.CompletedProcess[str]:
    """Send what the contract allows and what it forbids.

    Returns
    -------
    CompletedProcess
        Its code is 0 if nothing is at fault; its output says what is.
    """
    options = [
        *("--config-file", str(Path(__file__).parent / "schemathesis.toml")),
        *("run", f"http://{HOST}:{target.port}/v1/openapi.json"),
        *("--header", f"Authorization: Bearer {target.key}"),
        *("--seed", str(seed), "--max-examples", str(examples), "--phases", phases),
        "--no-color",
    ]
    command = [sys.executable, "-c", _RUN, *options]
    return subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
