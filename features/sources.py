"""Sources: which file holds which table, and what its columns are called there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from features.cells import parse
from features.columns import ColumnsFile
from features.declaration import Table
from features.errors import InvalidData, Problem
from features.faults import Fault
from features.files import SUFFIXES, TextTable, read_text
from features.tables import BY_NAME, TABLES

#: How like a declared name an unknown one must be to count as a slip of the pen, 0 to 1.
SLIP = 0.85
#: Of the columns that were found, so many are told where one is missing.
LISTED = 12


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One table's file, as written and as understood.

    Parameters
    ----------
    table
        The declaration as this data set has it.
    cells
        The wanted columns as text, under zixuan's names.
    frame
        The same, typed; a faulty cell is missing.
    faults
        What is wrong with single cells.
    ignored
        Columns of the file that nothing declares.
    """

    table: Table
    file: str
    cells: pd.DataFrame
    frame: pd.DataFrame
    faults: tuple[Fault, ...]
    ignored: tuple[str, ...]


def read_sources(path: Path, columns: ColumnsFile) -> tuple[dict[str, Source], list[Problem]]:
    """Read every table's file; those that cannot be read leave their problems."""
    files, problems = _find_files(path, columns)
    sources: dict[str, Source] = {}
    for name, file in files.items():
        try:
            sources[name] = _read_source(file, columns.declared(BY_NAME[name]), columns)
        except InvalidData as error:
            problems += error.problems
    return sources, problems


def _find_files(path: Path, columns: ColumnsFile) -> tuple[dict[str, Path], list[Problem]]:
    if not path.is_dir():
        got = "a file" if path.exists() else "no such folder"
        return {}, [Problem(str(path), 0, "", got, "a folder of tables")]
    found = {table.name: _candidates(path, table, columns) for table in TABLES}
    problems = [*_miscounted(found, columns), *_misnamed(path, found)]
    return {name: files[0] for name, files in found.items() if len(files) == 1}, problems


def _file_names(table: str, columns: ColumnsFile) -> list[str]:
    given = columns.files.get(table)
    return [given] if given else [table + suffix for suffix in SUFFIXES]


def _candidates(path: Path, table: Table, columns: ColumnsFile) -> list[Path]:
    files = [path / name for name in _file_names(table.name, columns)]
    return [file for file in files if file.is_file()]


def _miscounted(found: Mapping[str, list[Path]], columns: ColumnsFile) -> Iterator[Problem]:
    """Yield a problem for each table with two files, or with none where one must be."""
    for name, files in found.items():
        names = _file_names(name, columns)
        if len(files) > 1:
            yield Problem(name, 0, "", " and ".join(names), "one file, not two")
        elif not files and (BY_NAME[name].required or name in columns.files):
            expected = f"a file {' or '.join(names)}, or its name in columns.toml"
            yield Problem(names[0], 0, "", "no such file", expected)


def _misnamed(path: Path, found: Mapping[str, list[Path]]) -> Iterator[Problem]:
    """Yield a problem for each file that is no table's but has nearly the name of one."""
    absent = [name for name, files in found.items() if not files]
    taken = {file for files in found.values() for file in files}
    for file in sorted(path.iterdir()):
        if file.suffix.lower() in SUFFIXES and file not in taken:
            for meant in get_close_matches(file.stem.lower(), absent, n=1, cutoff=SLIP):
                expected = f"the name {meant}{file.suffix.lower()}, or a name less like it"
                yield Problem(file.name, 0, "", file.name, expected)


def _read_source(file: Path, table: Table, columns: ColumnsFile) -> Source:
    renames = columns.renames.get(table.name, {})
    foreign = {renames.get(name, name): name for name in table.names}
    text = read_text(file, foreign)
    ignored = tuple(name for name in text.header if name not in foreign)
    problems = [
        *_missing_columns(file.name, table, columns, text.header),
        *_misspelt_columns(file.name, [n for n in foreign if n not in text.header], ignored),
    ]
    if problems:
        raise InvalidData(problems)
    cells = text.cells.rename(columns=foreign)
    faults = list(_malformed(text))
    frame = {}
    for column in table.columns:
        if column.name in cells:
            frame[column.name], found = parse(column, cells[column.name], columns.zone)
            faults += found
    return Source(
        table, file.name, cells, pd.DataFrame(frame, index=cells.index), tuple(faults), ignored
    )


def _missing_columns(
    file: str, table: Table, columns: ColumnsFile, header: tuple[str, ...]
) -> Iterator[Problem]:
    """Yield a problem for each column that is required, or that ``columns.toml`` speaks of."""
    renames = columns.renames.get(table.name, {})
    spoken_of = {*renames, *columns.features.get(table.name, {})}
    for column in table.columns:
        name = renames.get(column.name, column.name)
        if name not in header and (column.required or column.name in spoken_of):
            why = "columns.toml names it" if column.name in spoken_of else "it is required"
            yield Problem(
                file,
                0,
                name,
                _listed(header),
                f"a column {name} ({why}); if another one is meant, tell so in columns.toml: "
                f'[tables.{table.name}.rename] {column.name} = "its name"',
            )


def _listed(header: tuple[str, ...]) -> str:
    """Return the first names of a header, and how many more there are."""
    more = len(header) - LISTED
    return ", ".join(header[:LISTED]) + (f" and {more} more" if more > 0 else "")


def _misspelt_columns(file: str, absent: list[str], ignored: tuple[str, ...]) -> Iterator[Problem]:
    for name in ignored:
        for meant in get_close_matches(name.strip().lower(), absent, n=1, cutoff=SLIP):
            expected = f"the name {meant}, or a name less like it, or an entry in columns.toml"
            yield Problem(file, 0, name, name, expected)


def _malformed(text: TextTable) -> Iterator[Fault]:
    if text.malformed:
        rows = pd.Index([row.row for row in text.malformed])
        found = [f"{row.cells} in {row.text}" for row in text.malformed]
        expected = f"{len(text.header)} cells, as many as the header has"
        yield Fault("", rows, expected, pd.Series(found, index=rows))
