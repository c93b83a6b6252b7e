"""Who may write, and when what was written is durable: one rule for each kind of database.

PostgreSQL has many writers, each with a transaction of its own, and gathers their commits
itself. SQLite has one writer, and what a commit costs is the wait for the disk: writers that
wait for their turn therefore share one transaction, and one wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Protocol

import sqlalchemy as sa

#: Option of a connection that is going to write.
WRITES = "zixuan_writes"


class Writer(Protocol):
    """Lets one thread write."""

    @contextmanager
    def writing(self, *, alone: bool) -> Iterator[sa.Connection]:
        """Write: durable once the block has ended, undone if it raises.

        Parameters
        ----------
        alone
            Of long work: nobody's waits for it to be durable.
        """
        ...


@dataclass(frozen=True, slots=True)
class Separate:
    """Each writer has a transaction of its own."""

    engine: sa.Engine

    @contextmanager
    def writing(self, *, alone: bool) -> Iterator[sa.Connection]:
        """Write in a transaction of its own."""
        with self.engine.begin() as connection:
            yield connection


@dataclass(eq=False, slots=True)
class _Group:
    """Writers who share a transaction, and learn together whether it is durable.

    Parameters
    ----------
    connection
        In the transaction; used by one of them at a time.
    settled
        Set when it is known how the transaction ended.
    failure
        Why it was undone; ``None`` when it was not.
    """

    connection: sa.Connection
    settled: Event = field(default_factory=Event)
    failure: BaseException | None = None

    def wait(self) -> None:
        """Return once all is durable.

        Raises
        ------
        sqlalchemy.exc.OperationalError
            If it was undone.
        """
        self.settled.wait()
        if self.failure is not None:
            # One of its own for each who waits: they raise it in threads of their own.
            raise sa.exc.OperationalError("COMMIT", {}, self.failure) from self.failure


@dataclass(eq=False, slots=True)
class Grouped:
    """Writers take turns; those who waited meanwhile are made durable by one commit.

    Each writes under a savepoint, so that one who fails undoes its own work alone. Who leaves
    while others wait, leaves the transaction open to them; who leaves last, commits. A group is
    no larger than the number of threads, since nobody goes on before the commit.
    """

    engine: sa.Engine
    _turn: Lock = field(default_factory=Lock)
    _counting: Lock = field(default_factory=Lock)
    _waiting: int = 0
    _open: _Group | None = None

    @contextmanager
    def writing(self, *, alone: bool) -> Iterator[sa.Connection]:
        """Write under a savepoint of the group's transaction; return when it is durable."""
        with self._in_turn(alone):
            if alone:
                self._settle()
            group = self._open or self._begun()
            try:
                yield from self._under_savepoint(group)
            finally:
                if alone or not self._waiting or group.failure is not None:
                    self._settle()
        group.wait()

    @contextmanager
    def _in_turn(self, alone: bool) -> Iterator[None]:
        joins = 0 if alone else 1  # nobody leaves the transaction open to who will not join it
        with self._counting:
            self._waiting += joins
        with self._turn:
            with self._counting:
                self._waiting -= joins
            yield

    def _begun(self) -> _Group:
        connection = self.engine.connect().execution_options(**{WRITES: True})
        try:
            connection.begin()
        except BaseException:
            connection.close()
            raise
        self._open = _Group(connection)
        return self._open

    def _under_savepoint(self, group: _Group) -> Iterator[sa.Connection]:
        try:
            savepoint = group.connection.begin_nested()
        except sa.exc.DBAPIError as error:
            group.failure = error
            raise
        try:
            yield group.connection
        except BaseException as error:
            self._undo(group, savepoint, error)
            raise
        try:
            savepoint.commit()
        except sa.exc.DBAPIError as error:
            # The database undid the whole transaction by itself, as it does when a disk is full.
            group.failure = error

    def _undo(self, group: _Group, savepoint: sa.NestedTransaction, error: BaseException) -> None:
        try:
            savepoint.rollback()
        except sa.exc.DBAPIError:
            group.failure = error

    def _settle(self) -> None:
        """Commit what is open, and tell all whose work it was; in turn."""
        group, self._open = self._open, None
        if group is None:
            return
        try:
            if group.failure is None:
                group.connection.commit()
        except BaseException as error:
            group.failure = error
            if not isinstance(error, sa.exc.DBAPIError):
                raise
        finally:
            if group.failure is not None:
                # The database may be in the transaction still; closed, it forgets it.
                group.connection.invalidate()
            group.connection.close()
            group.settled.set()
