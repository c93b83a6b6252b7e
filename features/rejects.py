"""Faulty rows set aside, so that the others can be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from features.errors import Refused
from features.faults import Fault, Faults, merge
from features.tables import BY_NAME
from features.validation import Draft, faults_between

PROBLEM = "problem"


@dataclass(frozen=True, slots=True, eq=False)
class Rejects:
    """The faults of one table, its cells as written, and what the file calls its columns.

    Parameters
    ----------
    foreign
        zixuan's name -> the file's own, where they differ.
    """

    cells: pd.DataFrame
    faults: Sequence[Fault]
    foreign: Mapping[str, str]


def sift(draft: Draft, faults: Faults, now: pd.Timestamp) -> tuple[Draft, Faults]:
    """Drop faulty rows, then the rows that are faulty without them, until none is.

    Parameters
    ----------
    faults
        What is wrong with single cells.

    Returns
    -------
    tuple
        The draft without these rows, and all faults, those of single cells first.
    """
    found = faults
    while True:
        frames = {
            name: frame.drop(_rows(found.get(name, ())), errors="ignore")
            for name, frame in draft.frames.items()
        }
        draft = replace(draft, frames=frames)
        found = faults_between(draft, now)
        if not any(found.values()):
            return draft, faults
        faults = merge(faults, found)


def _rows(faults: Sequence[Fault]) -> pd.Index:
    rows = pd.Index([], dtype="int64")
    for fault in faults:
        rows = rows.union(fault.rows)
    return rows


def write_rejects(folder: Path, rejects: Mapping[str, Rejects]) -> None:
    """Write one CSV file for each table with faulty rows; files of an earlier run go.

    Each has the columns that were read and ``problem``: the row's number and what is wrong.

    Raises
    ------
    Refused
        If the folder holds tables that are no rejects; they stay.
    """
    files = [folder / f"{name}.csv" for name in BY_NAME]
    _refuse_data(folder, [file for file in files if file.exists()])
    for file in files:
        file.unlink(missing_ok=True)
    for name, rejected in rejects.items():
        if rejected.faults:
            folder.mkdir(parents=True, exist_ok=True)
            _with_problems(rejected).to_csv(folder / f"{name}.csv", index=False)


def set_aside(folder: Path | None) -> tuple[str, ...]:
    """Say how many rows of each table :func:`write_rejects` has put into a folder, if any."""
    if folder is None:
        return ()
    counts = {name: _rows_in(folder / f"{name}.csv") for name in BY_NAME}
    return tuple(
        f"{name}: {count:,} faulty row{'s' if count != 1 else ''} set aside in {folder}"
        for name, count in counts.items()
        if count
    )


def _rows_in(file: Path) -> int:
    return len(pd.read_csv(file, usecols=[PROBLEM])) if file.exists() else 0


def _refuse_data(folder: Path, files: Sequence[Path]) -> None:
    for file in files:
        with file.open("rb") as opened:
            header = opened.readline()
        if PROBLEM.encode() not in header:
            raise Refused(
                f"folder for rejects {folder}",
                expected="a new folder, or one that holds earlier rejects",
                got=f"{file.name} without a column {PROBLEM!r}",
                remedy="name another folder",
            )


def _with_problems(rejected: Rejects) -> pd.DataFrame:
    told = pd.concat([_sentences(fault, rejected) for fault in rejected.faults])
    problem = told.groupby(level=0).agg("; ".join)
    prefix = "row " + problem.index.astype(str) + ": "
    # A malformed row has no cells: what it held stands in its problem.
    cells = rejected.cells.reindex(problem.index).rename(columns=dict(rejected.foreign))
    return cells.assign(**{PROBLEM: prefix + problem})


def _sentences(fault: Fault, rejected: Rejects) -> pd.Series:
    found = fault.found(fault.rows, rejected.cells).fillna("nothing").astype("str")
    column = rejected.foreign.get(fault.column, fault.column)
    sentence = f"{column} expected {fault.expected}, got ".lstrip()
    return (sentence + found).set_axis(fault.rows)
