"""Where in a policy's file a key stands, so that a fault names its line."""

from __future__ import annotations

import re

#: ``requirement[2] 'total' .minimum``, ``counting 'cap'.within``, ``cycle.zone`` or ``step``.
_KEY = re.compile(
    r"^(?P<table>[a-z_]+(?:\.term)?)(?:\[(?P<number>\d+)\])?(?: '(?P<id>[^']*)' ?)?"
    r"(?:\.(?P<name>[a-z_]+))?"
)
_HEADER = re.compile(r"^\s*\[+\s*([\w.]+)\s*\]+")
_IN_MESSAGE = re.compile(r"\(at line (\d+)")


def line_of(text: str, key: str, got: str = "") -> int:
    """Return the line of a key, from 1; 0 where it cannot be told.

    The entry itself is named where the key is not written in it. A syntax error carries its
    line in ``got``.

    >>> text = 'id = "here"' + chr(10) + "[[requirement]]" + chr(10) + "minimum = 3"
    >>> line_of(text, "requirement[1].minimum")
    3
    """
    if told := _IN_MESSAGE.search(got):
        return int(told[1])
    found = _KEY.match(key)
    if not key or found is None:
        return 0
    rows = text.splitlines()
    table, name = found["table"], found["name"]
    starts = [
        at for at, row in enumerate(rows) if (head := _HEADER.match(row)) and head[1] == table
    ]
    if not starts:
        # A key of the file's head: it stands before the first table.
        return _written(rows, 0, table)
    blocks = [at for at in starts if found["id"] is None or _has_id(rows, at, found["id"])]
    number = int(found["number"] or 1) if found["id"] is None else 1
    if number > len(blocks):
        return 0
    start = blocks[number - 1]
    return (name and _written(rows, start + 1, name)) or start + 1


def _written(rows: list[str], start: int, name: str) -> int:
    """Return the line on which a key is written before the next table, 0 for none."""
    for at in range(start, len(rows)):
        if _HEADER.match(rows[at]):
            return 0
        if re.match(rf"\s*{re.escape(name)}\s*=", rows[at]):
            return at + 1
    return 0


def _has_id(rows: list[str], start: int, wanted: str) -> bool:
    at = _written(rows, start + 1, "id")
    return bool(at) and re.search(rf"=\s*[\"']{re.escape(wanted)}[\"']", rows[at - 1]) is not None
