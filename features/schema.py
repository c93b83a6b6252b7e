"""A hash of all that decides how a cell of a table becomes a feature."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from features import codes, course_encoder, encoding, past, profiles
from features.columns import ColumnsFile
from features.declaration import Column
from features.tables import BY_NAME


def schema_hash() -> str:
    """Return the SHA-256 of the columns and codes that models see, 64 hexadecimal digits.

    A model that was fitted under another one may read a profile otherwise than it learned to:
    a column that it does not know, a code that has moved, other bins, other weights of events.
    """
    told = {
        "teachers": _columns("teachers", profiles.STATE_COLUMNS),
        "organisations": _columns("organisations", ("locality", "key_county")),
        "courses": _columns(
            "courses", (*course_encoder.CODE_COLUMNS, *course_encoder.TEXT_COLUMNS)
        ),
        "bins": {
            "tenure": profiles.TENURE_EDGES,
            "past_count": past.COUNT_EDGES,
            "days_since_last": past.RECENCY_EDGES,
            "past_hours": past.HOURS_EDGES,
        },
        "text": encoding.TEXT_NGRAMS,
        "events": dict(codes.EVENT_WEIGHTS),
        "choices": codes.CHOICE_KINDS,
        "own": codes.SELF_SELECTED_MODES,
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def declared_features(columns: ColumnsFile, table: str) -> set[str]:
    """Return the further columns of a data set that become coded features of a table's rows.

    Text is left out: its n-grams are not told apart by column.
    """
    return {name for name, kind in columns.features.get(table, {}).items() if kind != "text"}


def _columns(table: str, names: tuple[str, ...]) -> list[dict[str, object]]:
    return [_told(BY_NAME[table].column(name)) for name in names]


def _told(column: Column) -> dict[str, object]:
    """Return what of a column's declaration a feature depends on; words for people do not."""
    kept = ("name", "kind", "many", "codes", "default")
    return {name: value for name, value in asdict(column).items() if name in kept}
