"""A copy of an SQLite store while it is in use."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from features.errors import InvalidSetting, Refused
from serving.store.dump import replacing
from serving.store.engine import Store


def backup(store: Store, path: Path) -> None:
    """Copy an SQLite store to a file that can be opened as a store; others go on meanwhile.

    The copy is checked before it takes its place, and can be read by its owner alone.

    Raises
    ------
    InvalidSetting
        If the store is not on SQLite.
    Refused
        If the copy is not sound.
    """
    if store.engine.dialect.name != "sqlite":
        raise InvalidSetting(
            "database",
            expected="an SQLite store",
            got=store.engine.dialect.name,
            remedy="back it up with pg_dump, or with zixuan dump",
        )
    with replacing(path) as partial:
        with (
            closing(store.engine.raw_connection()) as source,
            closing(sqlite3.connect(partial)) as target,
        ):
            # All at once, of one state, which a log written ahead lets others write beside. Page by
            # page it would begin anew at each of their commits.
            source.driver_connection.backup(target)  # type: ignore[union-attr]
            found = target.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            raise Refused(str(path), expected="a sound copy", got=str(found)[:200])
