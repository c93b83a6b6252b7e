"""Faults: the cells of one column that break one expectation, many at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from features.errors import Problem

#: Of one kind of fault in one column, so many are told one by one; the rest are counted.
TOLD = 1_000
#: A longer cell is cut in a report.
SHOWN = 80


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """Cells of one column that break one expectation.

    Parameters
    ----------
    column
        The column at fault.
    rows
        Data rows from 1, shape (n_faults,).
    expected
        What each of these cells should have held.
    values
        What was found, indexed by row, where the cell as written would not tell enough.
    """

    column: str
    rows: pd.Index
    expected: str
    values: pd.Series | None = None

    @classmethod
    def where(cls, bad: pd.Series, expected: str) -> Iterator[Fault]:
        """Yield the fault of the rows where ``bad`` holds, if any; its name is the column's."""
        if bad.any():
            yield cls(str(bad.name), bad.index[bad.to_numpy(dtype=bool)], expected)

    def problems(
        self, file: str, cells: pd.DataFrame, foreign: Mapping[str, str]
    ) -> Iterator[Problem]:
        """Yield a problem for each row, up to ``TOLD``, then one that counts the rest.

        Parameters
        ----------
        cells
            The file's cells as written, indexed by row; a column may be missing from it.
        foreign
            zixuan's name -> the file's own, where they differ.
        """
        column = foreign.get(self.column, self.column)
        told = self.rows[:TOLD]
        for row, value in zip(told, self.found(told, cells), strict=True):
            yield Problem(file, int(row), column, _shown(value), self.expected)
        rest = len(self.rows) - len(told)
        if rest:
            yield Problem(file, 0, column, f"{rest:,} more such rows", self.expected)

    def found(self, rows: pd.Index, cells: pd.DataFrame) -> pd.Series:
        """Return what was found in these of the rows, as text indexed by row."""
        if self.values is not None:
            return self.values.loc[rows]
        if self.column in cells:
            return cells.loc[rows, self.column]
        return pd.Series("", index=rows)


def _shown(value: object) -> str:
    text = "" if pd.isna(value) else str(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


#: Table -> its faults.
Faults = Mapping[str, Sequence[Fault]]


def merge(earlier: Faults, later: Faults) -> Faults:
    """Return the faults of both, the earlier first."""
    names = dict.fromkeys([*earlier, *later])
    return {name: [*earlier.get(name, ()), *later.get(name, ())] for name in names}
