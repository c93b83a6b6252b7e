"""The store's connections: durable, serial writers and consistent readers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from features.errors import InvalidSetting, MissingComponent
from serving.store.health import Health
from serving.store.writers import WRITES, Grouped, Separate, Writer

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MILLISECONDS = 5_000
#: One connection for each thread that answers requests: none waits for another's.
READERS = 40
#: Elsewhere than in SQLite, each statement would see what was committed until then.
_CONSISTENT: Mapping[str, object] = MappingProxyType(
    {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
)


@dataclass(frozen=True, slots=True)
class Store:
    """An open, migrated database.

    Parameters
    ----------
    engine
        Its connections.
    writer
        Lets threads write: who, when, and with whom.
    health
        Whether it has failed of late.
    """

    engine: sa.Engine
    writer: Writer
    health: Health = field(default_factory=Health)

    @classmethod
    def open(cls, url: str) -> Store:
        """Open a database and bring its schema up to date.

        Raises
        ------
        InvalidSetting
            If the URL cannot be read, or no database answers there.
        MissingComponent
            If the database's driver is not installed.
        """
        try:
            engine = _engine(url)
            writer = Grouped(engine) if engine.dialect.name == "sqlite" else Separate(engine)
            store = cls(engine, writer)
            with store.writing(alone=True) as connection:
                migrate(connection)
        except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, sa.exc.DatabaseError) as error:
            raise InvalidSetting(
                "database_url",
                expected="the URL of a database that can be opened, such as sqlite:///zixuan.db",
                got=_without_password(url),
                remedy="check the URL, the folder, and whether the database is up",
            ) from error
        except ModuleNotFoundError as error:
            raise MissingComponent(
                f"a driver for {_without_password(url)}",
                expected=f"the Python package {error.name}",
                got="none",
                remedy=f"install {error.name}, or use SQLite, such as sqlite:///zixuan.db",
            ) from error
        return store

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Read one consistent state of the database."""
        options = {} if self.engine.dialect.name == "sqlite" else _CONSISTENT
        with (
            self.health.reading(),
            self.engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def writing(self, *, alone: bool = False) -> Iterator[sa.Connection]:
        """Write: durable once the block has ended, undone if it raises.

        Parameters
        ----------
        alone
            Of long work, so that nobody's short work waits for it to become durable.
        """
        with self.health.writing(), self.writer.writing(alone=alone) as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _engine(url: str) -> sa.Engine:
    # An error of the database is logged; the row that caused it is personal.
    # A server that was away has cut its connections: each is tried before it is trusted, or the
    # first answers after its return would be failures, or out of memory.
    remote = sa.make_url(url).get_backend_name() != "sqlite"
    engine = sa.create_engine(url, hide_parameters=True, pool_size=READERS, pool_pre_ping=remote)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    # We say BEGIN ourselves: Python's driver would begin late, and not at all for a read.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # A writer takes its lock at once: a reader that turns writer later may find it taken.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def migrate(connection: sa.Connection, to: str = "head") -> None:
    """Bring a database's schema up to a revision, in the connection's transaction."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _without_password(url: str) -> str:
    try:
        return sa.make_url(url).render_as_string(hide_password=True)
    except sa.exc.ArgumentError:
        return "text that is no URL"
