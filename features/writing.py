"""Write a data set as a folder of tables that reads back as the same data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from features.columns import ColumnsFile
from features.columns_toml import COLUMNS_FILE, to_toml
from features.dataset import Dataset
from features.declaration import Column, Kind, Table
from features.errors import InvalidSetting
from features.files import SUFFIXES
from features.folders import replacing
from features.tables import BY_NAME, TABLES

FILE_FORMATS = tuple(suffix[1:] for suffix in SUFFIXES)
#: What a folder may hold and still be written over.
OWN_FILES = frozenset(
    {COLUMNS_FILE} | {table.name + suffix for table in TABLES for suffix in SUFFIXES}
)


def write_folder(dataset: Dataset, path: Path, file_format: str = "csv") -> None:
    """Write every table of a data set, and its ``columns.toml``.

    Optional columns without a value are left out, and so are undeclared columns and foreign
    names: what is written is in zixuan's own names, in UTF-8, times in UTC.

    Parameters
    ----------
    path
        The folder to make. One that holds only such tables is replaced; the files are made
        beside it and moved into place at the end, so that it is never half written.
    file_format
        ``"csv"`` or ``"parquet"``.

    Raises
    ------
    InvalidSetting
        If the format is another.
    Refused
        If the folder holds anything else.
    """
    if file_format not in FILE_FORMATS:
        raise InvalidSetting(
            "file format", expected=" or ".join(FILE_FORMATS), got=repr(file_format)
        )
    with replacing(path, OWN_FILES, "zixuan's tables") as partial:
        _write_tables(dataset, partial, file_format)


def _write_tables(dataset: Dataset, folder: Path, file_format: str) -> None:
    for name, frame in dataset.tables.items():
        table = dataset.columns.declared(BY_NAME[name])
        written = _arrow_table(table, frame, dataset.columns, file_format)
        if file_format == "csv":
            arrow_csv.write_csv(written, folder / f"{name}.csv")
        else:
            parquet.write_table(written, folder / f"{name}.parquet")
    (folder / COLUMNS_FILE).write_text(to_toml(dataset.columns), encoding="utf-8")


def _arrow_table(
    table: Table, frame: pd.DataFrame, columns: ColumnsFile, file_format: str
) -> pa.Table:
    # A declared feature must be there, even if it is empty.
    always = {column.name for column in table.columns if column.required}
    always |= set(columns.features.get(table.name, {}))
    return pa.table(
        {
            column.name: _arrow_array(column, frame[column.name], file_format)
            for column in table.columns
            if column.name in always or frame[column.name].notna().any()
        }
    )


def _arrow_array(column: Column, values: pd.Series, file_format: str) -> pa.Array:
    if column.kind is Kind.DATE:
        return pa.array(values, pa.date32())
    if column.kind is Kind.TIME and file_format == "csv":
        return pa.array(_iso_times(values), pa.string())
    if values.dtype == "str":
        # An empty text is a missing one, in both formats.
        return pa.array(values.mask(values == ""), pa.string())
    return pa.array(values, from_pandas=True)


def _iso_times(times: pd.Series) -> pd.Series:
    """Write instants as ISO 8601 in UTC; parts of a second only where there are any."""
    utc = times.dt.tz_convert("UTC").dt.tz_localize(None)
    whole = bool((utc.dt.microsecond.fillna(0) == 0).all())
    text = np.datetime_as_string(utc.to_numpy(), unit="s" if whole else "us")
    return pd.Series(text, index=times.index).where(times.notna()) + "Z"
