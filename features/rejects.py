"""Faulty rows set aside, so that the others can be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from features.faults import Fault, Faults, merge
from features.tables import BY_NAME
from features.validation import Draft, faults_between

PROBLEM = "problem"


@dataclass(frozen=True, slots=True, eq=False)
class Rejects:
    """The faults of one table, and its cells as written under the file's own names."""

    cells: pd.DataFrame
    faults: Sequence[Fault]


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
    while any(found.values()):
        frames = {
            name: frame.drop(_rows(found.get(name, ())), errors="ignore")
            for name, frame in draft.frames.items()
        }
        draft = replace(draft, frames=frames)
        found = faults_between(draft, now)
        faults = merge(faults, found)
    return draft, faults


def _rows(faults: Sequence[Fault]) -> pd.Index:
    rows = pd.Index([], dtype="int64")
    for fault in faults:
        rows = rows.union(fault.rows)
    return rows


def write_rejects(folder: Path, rejects: Mapping[str, Rejects]) -> None:
    """Write one CSV file for each table with faulty rows; files of an earlier run go.

    Each has the columns that were read and ``problem``: the row's number and what is wrong.
    """
    for name in BY_NAME:
        (folder / f"{name}.csv").unlink(missing_ok=True)
    for name, rejected in rejects.items():
        if rejected.faults:
            folder.mkdir(parents=True, exist_ok=True)
            _with_problems(rejected).to_csv(folder / f"{name}.csv", index=False)


def _with_problems(rejected: Rejects) -> pd.DataFrame:
    told = pd.concat([_sentences(fault, rejected.cells) for fault in rejected.faults])
    problem = told.groupby(level=0).agg("; ".join)
    prefix = "row " + problem.index.astype(str) + ": "
    # A malformed row has no cells: what it held stands in its problem.
    cells = rejected.cells.reindex(problem.index)
    return cells.assign(**{PROBLEM: prefix + problem})


def _sentences(fault: Fault, cells: pd.DataFrame) -> pd.Series:
    found = fault.found(fault.rows, cells)
    sentence = f"{fault.column} expected {fault.expected}".strip()
    return (sentence + ", got " + found.fillna("nothing").astype("str")).set_axis(fault.rows)
