"""Frames to rows of the store and back, exactly; the one place that knows both forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.columns import ColumnsFile, FeatureKind
from features.dataset import dtype_of
from features.declaration import LIST_SEPARATOR, Column, Kind, Table
from features.moments import NEVER, instant, microseconds
from serving.store.schema import FURTHER, TENANT

#: One row of one table: column -> a value as the database keeps it.
Record = dict[str, Any]


def to_records(
    table: Table, frame: pd.DataFrame, columns: ColumnsFile, tenant: str
) -> list[Record]:
    """Turn a typed frame into rows.

    Parameters
    ----------
    table
        The frame's declaration.
    columns
        Its declared features go into one JSON object.
    tenant
        Whose rows they are.
    """
    names = [TENANT, *table.names]
    cells: list[Iterable[object]] = [[tenant] * len(frame)]
    cells += [_stored(column, frame[column.name], table) for column in table.columns]
    features = columns.features.get(table.name, {})
    if table.name in ("teachers", "courses"):
        names.append(FURTHER)
        cells.append(_further(frame, features))
    return [dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)]


def _stored(column: Column, series: pd.Series, table: Table) -> list[object]:
    missing = series.isna().to_numpy(dtype=bool)
    if column.kind is Kind.TIME and not column.many:
        values: list[object] = microseconds(series).tolist()
        if column.name in table.key:
            return values  # an undated state is dated NEVER, for a key cannot be empty
    elif column.kind is Kind.DATE:
        values = series.dt.date.tolist()
    else:
        values = series.astype(object).tolist()
    for row in np.flatnonzero(missing).tolist():
        values[row] = None
    return values


def _further(frame: pd.DataFrame, features: Mapping[str, str]) -> list[dict[str, object] | None]:
    if not features:
        return [None] * len(frame)
    cells = [frame[name].astype(object).where(frame[name].notna(), None) for name in features]
    return [
        {name: cell for name, cell in zip(features, row, strict=True) if cell is not None} or None
        for row in zip(*cells, strict=True)
    ]


def to_frame(table: Table, rows: Sequence[Mapping[str, Any]], columns: ColumnsFile) -> pd.DataFrame:
    """Turn rows into a frame with every declared column and feature, typed."""
    series = {
        column.name: _series(column, [row[column.name] for row in rows]) for column in table.columns
    }
    further = [row[FURTHER] or {} for row in rows] if FURTHER in _keys(rows) else []
    for name, kind in columns.features.get(table.name, {}).items():
        dtype = "float64" if kind == FeatureKind.NUMBER else "str"
        series[name] = pd.Series([cell.get(name) for cell in further], dtype=dtype)
    return pd.DataFrame(series)


def _keys(rows: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    return rows[0].keys() if rows else ()


def _series(column: Column, cells: list[Any]) -> pd.Series:
    if column.kind is Kind.TIME and not column.many:
        return pd.Series(_times(cells)).dt.tz_localize("UTC")
    if column.kind is Kind.DATE:
        return pd.Series(np.array(cells, dtype="datetime64[D]").astype("datetime64[us]"))
    return pd.Series(cells, dtype=dtype_of(column))


def _times(cells: list[int | None]) -> NDArray[np.datetime64]:
    # NEVER is the number of NaT: an undated row comes back undated.
    return np.array([NEVER if cell is None else cell for cell in cells], np.int64).view(
        "datetime64[us]"
    )


def to_record(table: Table, values: Mapping[str, Any], tenant: str) -> Record:
    """Turn one row as the API takes it into a row of the store.

    Parameters
    ----------
    values
        Column -> value: instants aware, lists as lists; what is left out is empty, or the
        column's declared default.
    """
    record: Record = {TENANT: tenant}
    for column in table.columns:
        value = values.get(column.name)
        record[column.name] = _default(column) if value is None else _stored_value(column, value)
        if record[column.name] is None and column.name in table.key and column.kind is Kind.TIME:
            record[column.name] = NEVER
    if table.name in ("teachers", "courses"):
        record[FURTHER] = values.get("features") or None
    return record


def _default(column: Column) -> object:
    if column.kind is Kind.BOOLEAN and column.default:
        return column.default == "true"
    return column.default or None


def _stored_value(column: Column, value: Any) -> object:
    if column.many:
        return LIST_SEPARATOR.join(value) or None
    if column.kind is Kind.TIME:
        return instant(pd.Timestamp(value))
    return value


def to_values(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a row of the store into values as the API gives them; empty cells are left out."""
    values = {
        column.name: _shown_value(column, row[column.name])
        for column in table.columns
        if row[column.name] is not None and row[column.name] != NEVER
    }
    if row.get(FURTHER):
        values["features"] = row[FURTHER]
    return values


def _shown_value(column: Column, value: Any) -> object:
    if column.many:
        return str(value).split(LIST_SEPARATOR)
    return to_datetime(value) if column.kind is Kind.TIME else value


def to_datetime(moment: int) -> datetime:
    """Return microseconds since 1970 as an aware datetime in UTC."""
    return pd.Timestamp(moment, unit="us", tz="UTC").to_pydatetime()
