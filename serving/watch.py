"""Whether anything was committed since one last looked: what makes memory safe to answer from."""

from __future__ import annotations

from itertools import count
from threading import local

import sqlalchemy as sa
from sqlalchemy.pool import PoolProxiedConnection

from serving.store.engine import Store


class Watch:
    """Tells whether the database has changed, by whichever process, at next to no cost.

    On SQLite ``PRAGMA data_version`` of a connection that never writes changes with every commit
    of any other. Elsewhere nothing as cheap is known: every look finds a change, so that what is
    remembered is checked against its row each time.
    """

    def __init__(self, store: Store) -> None:
        self._engine = store.engine
        self._sqlite = store.engine.dialect.name == "sqlite"
        self._own = local()
        self._numbers = count()

    def stamp(self) -> object:
        """Return a stamp: between two that are equal nothing was committed.

        Raises
        ------
        sqlalchemy.exc.DBAPIError
            If the database does not answer.
        """
        if not self._sqlite:
            return next(self._numbers)
        try:
            number, connection = self._connection()
            cursor = connection.cursor()
            cursor.execute("PRAGMA data_version")
            (version,) = cursor.fetchone() or (None,)
            cursor.close()
        except self._engine.dialect.loaded_dbapi.Error as error:
            self._own.__dict__.pop("connection", None)
            raise sa.exc.OperationalError("PRAGMA data_version", None, error) from error
        return number, version

    def _connection(self) -> tuple[int, PoolProxiedConnection]:
        # One for each thread, outside of the pool: nobody may write through it, and its count
        # says nothing about another's.
        if not hasattr(self._own, "connection"):
            connection = self._engine.raw_connection()
            connection.detach()
            self._own.connection = next(self._numbers), connection
        found: tuple[int, PoolProxiedConnection] = self._own.connection
        return found
