"""A look at a store without changing it: not even its schema is brought up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from serving.store.engine import MIGRATIONS


@contextmanager
def looking(url: str) -> Iterator[sa.Connection]:
    """Read a database; an SQLite file is opened read-only.

    Raises
    ------
    sqlalchemy.exc.SQLAlchemyError
        If the URL cannot be read, or no database answers there.
    """
    asked = sa.make_url(url)
    if asked.get_backend_name() == "sqlite":
        file = Path(asked.database or "").resolve().as_uri()
        asked = asked.set(database=file, query={"mode": "ro", "uri": "true"})
    engine = sa.create_engine(asked, hide_parameters=True)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def schema_of(connection: sa.Connection) -> str:
    """Return the revision that a database's schema is at; empty for one without."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def known_schemas() -> frozenset[str]:
    """Return every revision that this version of the service can start from."""
    return frozenset(each.revision for each in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def newest_schema() -> str:
    """Return the revision that this version of the service works with."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head() or ""
