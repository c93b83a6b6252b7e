"""How a table is declared: once, here, for validation, documents, store and API alike."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds, and with it the type of its cells."""

    ID = "id"  #: an outside key, kept as text: never a number, so leading zeros survive
    CODE = "code"  #: one of a fixed list of words
    CATEGORY = "category"  #: a word of an open list
    TEXT = "text"  #: free text
    INTEGER = "integer"
    NUMBER = "number"  #: a finite float
    AMOUNT = "amount"  #: hours or credits: finite, at most two decimals
    BOOLEAN = "boolean"
    TIME = "time"  #: an instant, stored in UTC
    DATE = "date"  #: a calendar day, without a zone


LIST_SEPARATOR = ";"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name
        Its name inside zixuan; ``columns.toml`` maps foreign names to it.
    kind
        What a cell holds.
    about, about_zh
        One line for the data-format document, in English and Chinese.
    required
        Whether the column must be there and every cell filled.
    many
        Whether a cell holds a list; its items are joined by ``;`` in CSV and in memory.
    codes
        The allowed words of a code column.
    references
        ``"table.column"`` that every value must be found in.
    low, high
        The allowed range, both ends included.
    default
        What an absent column or an empty cell means, as it would be written in CSV.
    """

    name: str
    kind: Kind
    about: str
    about_zh: str
    required: bool = False
    many: bool = False
    codes: tuple[str, ...] = ()
    references: str = ""
    low: float | None = None
    high: float | None = None
    default: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: a file of the same name in a data set's folder.

    Parameters
    ----------
    key
        The columns that name a row. A key column may be empty only if it is ``valid_from``
        (an undated row, read as a snapshot) or an id that the store gives out.
    appears
        The time column that says since when a row may be seen; empty where a row has no date.
    """

    name: str
    about: str
    about_zh: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    required: bool = False
    appears: str = ""

    def column(self, name: str) -> Column:
        """Return the declaration of one column; ``KeyError`` if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)
