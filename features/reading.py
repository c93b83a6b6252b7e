"""Read a folder of tables: all of it, or nothing and every reason why.

The way in: ``columns.toml`` -> files as text -> typed cells -> rules between cells -> a data
set. Faults are gathered along the whole way and told together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from features.columns import ColumnsFile
from features.columns_toml import read_columns_file
from features.dataset import Dataset
from features.declaration import Kind
from features.errors import InvalidData, Problem
from features.faults import Faults, merge
from features.rejects import Rejects, sift, write_rejects
from features.sources import Source, read_sources
from features.tables import BY_NAME
from features.validation import Draft, faults_between


def read_folder(path: Path, *, now: pd.Timestamp, rejects: Path | None = None) -> Dataset:
    """Read and validate a folder of tables (docs/data-format.md).

    Parameters
    ----------
    path
        A folder of CSV or Parquet files named as the tables, with or without ``columns.toml``.
    now
        The moment after which nothing can have happened.
    rejects
        A folder for the rows that are faulty, or that refer to faulty ones: they are written
        there, one CSV file for each table with the column ``problem`` added, and the other
        rows are read. Without it one faulty row is enough to refuse the whole.

    Raises
    ------
    InvalidData
        With every problem of every file; a ``columns.toml`` with problems is told alone, for
        it decides how all else is read. Nothing is read then, and nothing rejected.
    """
    now = now.tz_localize("UTC") if now.tzinfo is None else now
    columns = read_columns_file(path)
    sources, problems = read_sources(path, columns)
    draft = Draft(
        tables={name: source.table for name, source in sources.items()},
        frames={
            name: source.frame
            for name, source in sources.items()
            if len(source.frame) or source.table.required
        },
        broken=frozenset(BY_NAME) - sources.keys() if problems else frozenset(),
        zone=columns.zone,
    )
    faults: Faults = {name: source.faults for name, source in sources.items()}
    if rejects is not None and not problems:
        draft, faults = sift(draft, faults, now)
        write_rejects(rejects, _rejects(sources, faults, columns))
    else:
        faults = merge(faults, faults_between(draft, now))
        problems += _told(sources, faults, columns)
    if problems:
        raise InvalidData(problems)
    return _dataset(draft.frames, sources, columns)


def notices(dataset: Dataset) -> tuple[str, ...]:
    """Say what was read in a way that its owner may not expect, one sentence each."""
    return (*_undated(dataset), *_unchecked(dataset), *_ignored(dataset))


def _undated(dataset: Dataset) -> Iterator[str]:
    for name, frame in dataset.tables.items():
        table = BY_NAME[name]
        dated = any(
            column.required and column.kind in (Kind.TIME, Kind.DATE) for column in table.columns
        )
        count = int(frame[table.appears].isna().sum()) if table.appears and not dated else 0
        if count:
            yield f"{name}: {count:,} of {len(frame):,} rows undated: read as a snapshot"


def _unchecked(dataset: Dataset) -> Iterator[str]:
    for name, frame in dataset.tables.items():
        for column in BY_NAME[name].columns:
            target = column.references.partition(".")[0]
            if target and target not in dataset.tables and frame[column.name].notna().any():
                yield f"{name}: {column.name} not checked, for there is no table {target}"


def _ignored(dataset: Dataset) -> Iterator[str]:
    for name, columns in dataset.columns.ignored.items():
        shown = ", ".join(column or "(unnamed)" for column in columns)
        yield f"{name}: not declared, so not read: {shown}"


def _told(sources: Mapping[str, Source], faults: Faults, columns: ColumnsFile) -> Iterator[Problem]:
    for name, found in faults.items():
        source, foreign = sources[name], columns.renames.get(name, {})
        for fault in found:
            yield from fault.problems(source.file, source.cells, foreign)


def _rejects(
    sources: Mapping[str, Source], faults: Faults, columns: ColumnsFile
) -> dict[str, Rejects]:
    return {
        name: Rejects(sources[name].cells, found, columns.renames.get(name, {}))
        for name, found in faults.items()
    }


def _dataset(
    frames: Mapping[str, pd.DataFrame], sources: Mapping[str, Source], columns: ColumnsFile
) -> Dataset:
    events = frames["events"]
    if "event_id" in events:
        again = events["event_id"].notna() & events["event_id"].duplicated()
        frames = {**frames, "events": events[~again]}
    ignored = {name: source.ignored for name, source in sources.items() if source.ignored}
    return Dataset.of(frames, replace(columns, ignored=MappingProxyType(ignored)))
