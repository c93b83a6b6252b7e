"""Pages of ids in the order of their keys, each page beginning after the last of the one before."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from features.errors import InvalidSetting
from serving.store.schema import TENANT

#: Longer than what any cursor that was given out comes to.
LONGEST_CURSOR = 2_000
_SEPARATOR = "\x1f"  # in no id: control characters are refused

#: The values of the columns that name one thing.
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the keys, in order.

    Parameters
    ----------
    cursor
        Where the next page begins; empty on the last.
    """

    keys: tuple[Key, ...]
    cursor: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page is asked for.

    Parameters
    ----------
    equal
        Column -> value that the rows must have.
    limit
        The most keys of a page.
    cursor
        As a page before gave it; empty for the first.
    """

    equal: Mapping[str, object]
    limit: int
    cursor: str = ""


def page(
    connection: sa.Connection, table: sa.Table, tenant: str, names: Sequence[str], asked: Asked
) -> Page:
    """Return the distinct values of columns, in the order of the database.

    What is added or removed meanwhile moves nothing: a cursor is a place in the order of keys, not
    a count.

    Raises
    ------
    InvalidSetting
        If the cursor is none that was given out.
    """
    columns = [table.c[name] for name in names]
    query = sa.select(*columns).distinct().where(table.c[TENANT] == tenant)
    query = query.where(*(table.c[name] == value for name, value in asked.equal.items()))
    if asked.cursor:
        after = _read(asked.cursor, len(names))
        query = query.where(sa.tuple_(*columns) > sa.tuple_(*after))
    found = [
        tuple(row) for row in connection.execute(query.order_by(*columns).limit(asked.limit + 1))
    ]
    keys = tuple(found[: asked.limit])
    return Page(keys, _written(keys[-1]) if len(found) > asked.limit else "")


def _written(key: Key) -> str:
    return base64.urlsafe_b64encode(_SEPARATOR.join(key).encode()).decode().rstrip("=")


def _read(cursor: str, parts: int) -> Key:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        key = tuple(base64.b64decode(padded, b"-_", validate=True).decode().split(_SEPARATOR))
    except (binascii.Error, ValueError):
        key = ()
    if len(key) != parts or "\x00" in cursor or any("\x00" in part for part in key):
        raise InvalidSetting(
            "cursor", expected="one that the page before has given", remedy="begin without one"
        )
    return key
