"""SQLite by way of apsw, as a driver for SQLAlchemy: it lets one stand between SQLite and disk.

The store runs on it unchanged under ``sqlite+apsw:///FILE?vfs=NAME``. apsw brings an SQLite of its
own, which is not the one that Python has: what is shown here is shown of that library.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import apsw
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite


class Error(RuntimeError):
    """What PEP 249 calls so."""


class DatabaseError(Error):
    """What PEP 249 calls so."""


class OperationalError(DatabaseError):
    """What PEP 249 calls so."""


class IntegrityError(DatabaseError):
    """What PEP 249 calls so."""


class Cursor:
    """One statement and all of its rows."""

    arraysize = 1

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._rows: list[tuple[Any, ...]] = []
        self.description: Sequence[tuple[Any, ...]] | None = None
        self.rowcount = -1
        self.lastrowid = 0

    def execute(self, statement: str, values: Sequence[Any] = ()) -> Cursor:
        """Run a statement."""
        return self._run(lambda cursor: cursor.execute(statement, tuple(values)))

    def executemany(self, statement: str, values: Iterable[Sequence[Any]]) -> Cursor:
        """Run a statement once for each of several values."""
        return self._run(lambda cursor: cursor.executemany(statement, [tuple(v) for v in values]))

    def _run(self, start: Any) -> Cursor:
        def described(cursor: apsw.Cursor, sql: str, bindings: Any) -> bool:
            columns = cursor.get_description()
            self.description = [(name, *(None,) * 6) for name, _ in columns] or None
            return True

        cursor = self._connection.cursor()
        cursor.exec_trace = described
        before = self._connection.total_changes()
        try:
            self._rows = list(start(cursor))[::-1]
        except apsw.ConstraintError as error:
            raise IntegrityError(str(error)) from error
        except apsw.Error as error:
            raise OperationalError(str(error)) from error
        self.rowcount = self._connection.total_changes() - before
        self.lastrowid = self._connection.last_insert_rowid()
        return self

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row."""
        return self._rows.pop() if self._rows else None

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        """Return the next rows."""
        return [self._rows.pop() for _ in range(min(size, len(self._rows)))]

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows that are left."""
        return self.fetchmany(len(self._rows))

    def close(self) -> None:
        """Drop the rows."""
        self._rows = []


class Connection:
    """One connection; a transaction begins where a statement says so."""

    isolation_level = None

    def __init__(self, file: str, vfs: str) -> None:
        self._connection = apsw.Connection(file, vfs=vfs)

    def cursor(self) -> Cursor:
        """Return a cursor."""
        return Cursor(self._connection)

    def commit(self) -> None:
        """Commit, if there is anything to commit."""
        self._end("COMMIT")

    def rollback(self) -> None:
        """Undo, if there is anything to undo."""
        self._end("ROLLBACK")

    def _end(self, how: str) -> None:
        if self._connection.in_transaction:
            self.cursor().execute(how)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close(True)


def connect(file: str, *, vfs: str = "", **_: Any) -> Connection:
    """Open a file through a VFS."""
    return Connection(file, vfs)


class Dialect(SQLiteDialect_pysqlite):
    """SQLAlchemy's SQLite, on this driver."""

    driver = "apsw"
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> Any:
        """Return what SQLAlchemy takes for the driver's module."""
        version = apsw.sqlite_lib_version()
        errors = ("Warning", "InterfaceError", "DataError", "InternalError")
        others = ("ProgrammingError", "NotSupportedError")
        return SimpleNamespace(
            **dict.fromkeys((*errors, *others), DatabaseError),
            Error=Error,
            DatabaseError=DatabaseError,
            OperationalError=OperationalError,
            IntegrityError=IntegrityError,
            Binary=bytes,
            paramstyle="qmark",
            sqlite_version=version,
            sqlite_version_info=tuple(int(part) for part in version.split(".")),
            connect=connect,
        )

    def create_connect_args(self, url: sa.URL) -> Any:
        """Return the file, and the VFS that the URL names."""
        return [url.database], {"vfs": url.query.get("vfs", "")}

    def on_connect(self) -> None:
        """Leave the connection as it is."""
        return


def register() -> None:
    """Let SQLAlchemy find the driver by its name."""
    sa.dialects.registry.register("sqlite.apsw", __name__, Dialect.__name__)
