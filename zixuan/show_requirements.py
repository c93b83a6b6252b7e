"""Requirements with their amounts by period, for the terminal: one way for plans and credits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from features.labels import Label
from zixuan.show_list import said

PERIOD: Label = ("期间", "Period")


@dataclass(frozen=True, slots=True)
class Block:
    """One requirement.

    Parameters
    ----------
    name
        What the policy says to a teacher.
    mark
        What it is referred to by elsewhere; empty where it is not.
    rows
        For each period its key, then an amount for each column.
    """

    name: Label
    mark: str
    rows: tuple[tuple[str, ...], ...]


def requirements(blocks: Iterable[Block], columns: Sequence[Label], lang: str | None) -> Table:
    """Return each requirement in its own words, with its amounts below.

    Columns are as wide for one requirement as for any other.
    """
    whole = Table.grid()
    for block in blocks:
        first, *rest = said(block.name, lang)
        head = Text(f"{block.mark} {first}" if block.mark else first, style="bold")
        whole.add_row(Group(head, *(Text(line, style="bold") for line in rest)))
        whole.add_row(Group(_amounts(block.rows, columns, lang), ""))
    return whole


def _amounts(rows: Iterable[tuple[str, ...]], columns: Sequence[Label], lang: str | None) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False)
    table.add_column(headed(PERIOD, lang), overflow="fold", min_width=11, max_width=20)
    for label in columns:
        table.add_column(headed(label, lang), justify="right", no_wrap=True, min_width=7)
    for row in rows:
        table.add_row(*row)
    return table


def headed(label: Label, lang: str | None) -> str:
    """Return a column's head, one language a line."""
    return "\n".join(said(label, lang))
