"""Cells of a data set's tables as what planning reads: texts, words, exact amounts, days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd

from features.dataset import Dataset
from features.encoding import items
from recommender.planning.amounts import exact
from recommender.planning.matching import Attributes

Row = Mapping[str, Any]
_KEYS = {"courses": "course_id", "offerings": "offering_id"}


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame, each by column name."""
    return frame.to_dict("records")


def by_id(dataset: Dataset, table: str, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the rows of these courses or offerings, by id."""
    frame, key = dataset.table(table), _KEYS[table]
    return {row[key]: row for row in rows_of(frame[frame[key].isin(list(ids))])}


def in_blocks(attributes: Attributes, stages: int) -> Attributes:
    """Return the attributes, saying so where their offering comes in several stages.

    Such an offering is not one unbroken block.
    """
    return replace(attributes, block="staged") if stages > 1 else attributes


def text(cell: Any) -> str:
    """Return a text; a missing one is empty."""
    return cell if isinstance(cell, str) else ""


def words(cell: Any) -> tuple[str, ...]:
    """Return the words of a list cell."""
    return tuple(items(text(cell)))


def amount(column: str, *sources: Row) -> Decimal | None:
    """Return an amount, exactly as it was written, from the first source that has one."""
    for source in sources:
        cell = source.get(column)
        if cell is not None and not pd.isna(cell):
            return exact(cell)
    return None


def day(moment: Any, zone: str) -> dt.date | None:
    """Return the calendar day of a moment in a zone, ``None`` for a missing one."""
    return None if pd.isna(moment) else moment.tz_convert(zone).date()


def attributes(kind: str, *sources: Row) -> Attributes:
    """Take each attribute from the first source that knows it."""

    def first(name: str) -> str:
        return next((found for source in sources if (found := text(source.get(name)))), "")

    return Attributes(
        kind=kind,
        obligation=first("obligation"),
        domain=first("domain"),
        credit_kind=first("credit_kind"),
        theme=words(first("themes")),
        mode=first("mode"),
        tier=first("tier"),
        line=first("line"),
        admission_mode=first("admission_mode"),
        activity=first("activity"),
        difficulty=first("difficulty"),
        result=first("result"),
    )
