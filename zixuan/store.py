"""The store that the commands work on, by the settings and what an option says instead."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from features.errors import InvalidSetting
from serving.settings import Settings, read_settings
from serving.store.engine import Store

_SQLITE = "sqlite:///"


def settings_with(**options: object) -> Settings:
    """Read the settings from the environment; options that are not ``None`` win."""
    return read_settings(**{name: value for name, value in options.items() if value is not None})


@contextmanager
def opened(database: str | None, *, must_exist: bool = False) -> Iterator[Store]:
    """Open the store and close it again.

    Parameters
    ----------
    database
        Its URL; that of the settings when ``None``.
    must_exist
        Refuse an SQLite file that is not there; else an empty one is made.

    Raises
    ------
    InvalidSetting
        If it cannot be opened.
    """
    url = settings_with(database_url=database).database_url
    file = Path(url.removeprefix(_SQLITE))
    if must_exist and url.startswith(_SQLITE) and not file.exists():
        raise InvalidSetting(
            "database",
            expected="a store that is there",
            got=url,
            remedy="import a folder of tables first, or name another store",
        )
    store = Store.open(url)
    try:
        yield store
    finally:
        store.close()
