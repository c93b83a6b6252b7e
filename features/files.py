"""Files as text: the cells of a CSV or Parquet file before anything is believed of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from features.declaration import LIST_SEPARATOR
from features.errors import InvalidData, Problem

SUFFIXES = (".csv", ".parquet")
#: A single cell may be as large as this many bytes.
BLOCK_BYTES = 1 << 24


@dataclass(frozen=True, slots=True)
class MalformedRow:
    """A line of a CSV file whose number of cells is not that of the header."""

    row: int
    text: str
    cells: int


@dataclass(frozen=True, slots=True, eq=False)
class TextTable:
    """The cells of one file as they are written.

    Parameters
    ----------
    header
        The names of all columns of the file.
    cells
        The wanted columns, all text, the empty cell missing; indexed by data row from 1.
    malformed
        Rows that are not in ``cells``, for they have too few or too many.
    """

    header: tuple[str, ...]
    cells: pd.DataFrame
    malformed: tuple[MalformedRow, ...] = ()


def decode(raw: bytes) -> str | None:
    """Decode UTF-8, with or without a byte order mark, or else GB18030; ``None`` if neither.

    >>> decode("师德".encode("gb18030"))
    '师德'
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    return None


def read_text(path: Path, wanted: Collection[str]) -> TextTable:
    """Read the wanted columns of a file as text.

    Raises
    ------
    InvalidData
        If the file as a whole cannot be read: missing, empty, undecodable, broken.
    """
    reader = _read_parquet if path.suffix == ".parquet" else _read_csv
    try:
        return reader(path, wanted)
    except (OSError, pa.ArrowException, csv.Error) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise _unreadable(path, f"a readable {path.suffix[1:]} file", reason) from error


def _unreadable(path: Path, expected: str, got: str = "") -> InvalidData:
    return InvalidData([Problem(path.name, 0, "", got, expected)])


def _read_csv(path: Path, wanted: Collection[str]) -> TextTable:
    raw = path.read_bytes()
    text = decode(raw)
    if text is None:
        raise _unreadable(path, "text in UTF-8 or GB18030")
    if not text.strip():
        raise _unreadable(path, "a header row, then one row for each record", "an empty file")
    if text.count('"') % 2:
        raise _unreadable(path, "every quotation mark closed", "an odd number of them")
    header = next(row for row in csv.reader(io.StringIO(text)) if row)
    _refuse_repeats(path, header)
    return _csv_cells(text.encode(), header, [name for name in header if name in wanted])


def _refuse_repeats(path: Path, header: Sequence[str]) -> None:
    names = pd.Series(header, dtype="str")
    repeated = names[names.duplicated() & names.ne("")].unique()
    if len(repeated):
        raise InvalidData(
            [Problem(path.name, 0, name, name, "each column named once") for name in repeated]
        )


def _csv_cells(raw: bytes, header: Sequence[str], wanted: Sequence[str]) -> TextTable:
    malformed: list[MalformedRow] = []

    def set_aside(row: arrow_csv.InvalidRow) -> str:
        # Arrow counts the header as row 1.
        malformed.append(MalformedRow(row.number - 1, row.text, row.actual_columns))
        return "skip"

    table = arrow_csv.read_csv(
        pa.BufferReader(raw),
        # Rows are numbered only when one thread reads them.
        read_options=arrow_csv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES),
        parse_options=arrow_csv.ParseOptions(
            newlines_in_values=True, invalid_row_handler=set_aside
        ),
        convert_options=arrow_csv.ConvertOptions(
            # Of no wanted column one is read all the same, so that the rows are counted.
            include_columns=wanted or [header[0]],
            column_types=dict.fromkeys(header, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )
    count = table.num_rows + len(malformed)
    rows = pd.RangeIndex(1, count + 1).drop([row.row for row in malformed])
    cells = table.to_pandas().set_axis(rows)[list(wanted)].astype("str")
    return TextTable(tuple(header), cells, tuple(malformed))


def _read_parquet(path: Path, wanted: Collection[str]) -> TextTable:
    with parquet.ParquetFile(path) as file:
        header = file.schema_arrow.names
        _refuse_repeats(path, header)
        table = file.read(columns=[name for name in header if name in wanted])
    texts = {name: _as_text(path, name, table.column(name)) for name in table.column_names}
    rows = pd.RangeIndex(1, table.num_rows + 1)
    return TextTable(tuple(header), pd.DataFrame(texts, index=rows, dtype="str"))


def _as_text(path: Path, name: str, column: pa.ChunkedArray) -> pd.Series:
    """Write a typed column as the text that means the same; an empty text is missing."""
    try:
        text = pc.cast(_plain(column), pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as error:
        raise InvalidData(
            [
                Problem(
                    path.name,
                    0,
                    name,
                    str(column.type),
                    "a column of text, numbers, booleans, dates, times, or lists of text "
                    f"whose items hold no {LIST_SEPARATOR!r}",
                )
            ]
        ) from error
    filled = pc.if_else(pc.equal(text, ""), None, text)
    return filled.to_pandas().astype("str").set_axis(pd.RangeIndex(1, len(filled) + 1))


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _plain(column.cast(kind.value_type))
    if pa.types.is_timestamp(kind):
        # A zone changes how an instant is printed, not the instant.
        return column.cast(pa.timestamp("us", "UTC" if kind.tz else None), safe=False)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        items = column.cast(pa.list_(pa.string()))
        if pc.any(pc.match_substring(pc.list_flatten(items), LIST_SEPARATOR)).as_py():
            raise pa.ArrowInvalid(f"an item holds {LIST_SEPARATOR!r}")
        return pc.binary_join(items, LIST_SEPARATOR)
    return column
