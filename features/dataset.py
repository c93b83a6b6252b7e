"""A data set: the frozen, validated tables of one run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.columns import ColumnsFile
from features.declaration import Column, Kind, Table
from features.events import EventLog
from features.ids import IdMap
from features.tables import BY_NAME, TABLES

DTYPES: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.ID: "str",
        Kind.CODE: "str",
        Kind.CATEGORY: "str",
        Kind.TEXT: "str",
        Kind.INTEGER: "Int64",
        Kind.NUMBER: "float64",
        Kind.AMOUNT: "float64",
        Kind.BOOLEAN: "boolean",
        Kind.TIME: "datetime64[us, UTC]",
        Kind.DATE: "datetime64[us]",
    }
)


def dtype_of(column: Column) -> str:
    """Return the pandas type of a column in memory; lists are text joined by ``;``."""
    return "str" if column.many else DTYPES[column.kind]


def empty_frame(table: Table) -> pd.DataFrame:
    """Return a frame of no rows with every declared column, typed."""
    return pd.DataFrame(
        {column.name: pd.Series([], dtype=dtype_of(column)) for column in table.columns}
    )


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """The tables of one run, their ids, and a hash of their content.

    Build it with :meth:`of` (or ``features.reading.read_folder``). Row order and file format
    do not matter: two data sets with the same rows are the same data set.

    Parameters
    ----------
    tables
        Name -> frame. Each frame has every declared column, typed as :func:`dtype_of` says,
        then the further columns that ``columns`` declares; rows are sorted by key.
    columns
        What ``columns.toml`` declared.
    teachers, courses
        The ids; positions in them number the rows and columns of every matrix.
    log
        The events as arrays.
    content_hash
        SHA-256 over all tables, as 64 hexadecimal digits.
    """

    tables: Mapping[str, pd.DataFrame]
    columns: ColumnsFile
    teachers: IdMap
    courses: IdMap
    log: EventLog
    content_hash: str

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame], columns: ColumnsFile | None = None) -> Dataset:
        """Freeze tables that are already typed and valid.

        Columns that a frame lacks are added empty, or filled with their declared default.
        """
        columns = columns or ColumnsFile()
        whole = {
            table.name: _in_order(table, _complete(table, tables[table.name], columns))
            for table in TABLES
            if table.name in tables and (table.required or len(tables[table.name]))
        }
        teachers = IdMap.of("teacher", whole["teachers"]["teacher_id"])
        courses = IdMap.of("course", whole["courses"]["course_id"])
        return cls(
            tables=MappingProxyType(whole),
            columns=columns,
            teachers=teachers,
            courses=courses,
            log=EventLog.of(whole, teachers, courses),
            content_hash=_content_hash(whole),
        )

    def table(self, name: str) -> pd.DataFrame:
        """Return a table's frame; a table that the data set lacks is an empty frame."""
        found = self.tables.get(name)
        return _no_rows(name) if found is None else found

    def of_teachers(self, positions: NDArray[np.integer]) -> Dataset:
        """Return the data set of these teachers alone; courses and their positions stay.

        ``positions`` may be in any order; the result numbers its teachers anew, sorted by id.
        """
        chosen = pd.Index(self.teachers.outside(np.unique(positions)), dtype="str")
        narrowed = {
            name: frame[frame["teacher_id"].isin(chosen)].reset_index(drop=True)
            if "teacher_id" in frame
            else frame
            for name, frame in self.tables.items()
        }
        teachers = IdMap("teacher", chosen)
        return replace(
            self,
            tables=MappingProxyType(narrowed),
            teachers=teachers,
            log=self.log.of_teachers(np.unique(positions)),
        )


@cache
def _no_rows(name: str) -> pd.DataFrame:
    return empty_frame(BY_NAME[name])


def _complete(table: Table, frame: pd.DataFrame, columns: ColumnsFile) -> pd.DataFrame:
    """Add the declared columns that the frame lacks and put all in declared order."""
    series = {column.name: _series(column, frame) for column in table.columns}
    for name, kind in columns.features.get(table.name, {}).items():
        dtype = "float64" if kind == "number" else "str"
        series[name] = (
            frame[name].astype(dtype)
            if name in frame
            else pd.Series(None, index=frame.index, dtype=dtype)
        )
    return pd.DataFrame(series)


def _series(column: Column, frame: pd.DataFrame) -> pd.Series:
    dtype = dtype_of(column)
    if column.name in frame:
        series = frame[column.name].astype(dtype)
    else:
        series = pd.Series(None, index=frame.index, dtype=dtype)
    if column.default:
        value: object = column.default
        if column.kind is Kind.BOOLEAN:
            value = column.default == "true"
        series = series.fillna(value)
    return series


def _in_order(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Sort rows so that the same rows in another order give the same frame."""
    by = list(dict.fromkeys([*_time_columns(table), *table.key, *frame.columns]))
    keys = [frame[name] for name in by]
    order = np.lexsort([_rank(key) for key in reversed(keys)])
    return frame.iloc[order].reset_index(drop=True)


def _time_columns(table: Table) -> Iterable[str]:
    return ("occurred_at",) if table.name == "events" else ()


def _rank(series: pd.Series) -> NDArray[np.int64]:
    """Return a sortable number for each cell, the missing first."""
    codes, _ = pd.factorize(series, sort=True)
    return codes


def _content_hash(tables: Mapping[str, pd.DataFrame]) -> str:
    digest = hashlib.sha256()
    for name in sorted(tables):
        frame = tables[name]
        digest.update(f"{name}:{len(frame)}:{','.join(frame.columns)}".encode())
        for column in frame.columns:
            digest.update(pd.util.hash_array(_hashable(frame[column])).tobytes())
    return digest.hexdigest()


def _hashable(series: pd.Series) -> NDArray[np.object_] | NDArray[np.int64]:
    if series.dtype.kind == "f":
        # Adding zero folds -0.0 into 0.0.
        return (series.to_numpy() + 0.0).view(np.int64)
    if series.dtype.kind == "M":
        return series.astype("int64").to_numpy()
    return series.astype(object).where(series.notna(), "").astype(str).to_numpy(dtype=object)
