"""The data format in words, made from the declarations: ``docs/data-format.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import MappingProxyType

from features.cells import FIRST_YEAR, LARGEST_NUMBER, LAST_YEAR, LONGEST_ID, range_text
from features.codes import REPLACEABLE
from features.columns import DEFAULT_ZONE
from features.declaration import Column, Kind, Table
from features.faults import TOLD
from features.tables import TABLES
from features.validation import ACYCLIC, FORMS, HAPPENED, ORDERED

#: What a cell of each kind holds.
KINDS = MappingProxyType(
    {
        Kind.ID: f"1 to {LONGEST_ID} characters, kept as text (`007` stays `007`); no `;`, "
        "no control characters, no white space at either end",
        Kind.CODE: "one of the words listed",
        Kind.CATEGORY: "any word: its distinct values are found in the data",
        Kind.TEXT: "any text without a NUL character",
        Kind.INTEGER: "a whole number",
        Kind.NUMBER: f"a finite number, at most {LARGEST_NUMBER:g} either way; `nan` and `inf` "
        "are refused",
        Kind.AMOUNT: "hours, credits or money: a finite number with at most two decimals",
        Kind.BOOLEAN: "`true` or `false`; also `1`, `0`, `yes`, `no`, `是`, `否`",
        Kind.TIME: "ISO 8601: `2024-03-01T08:30:00+08:00`, `2024-03-01 08:30` or `2024-03-01` "
        "(its midnight); without an offset it is a time of the data set's zone; stored in UTC, "
        "to the microsecond",
        Kind.DATE: "ISO 8601: `2024-03-01`",
    }
)

_KINDS_TABLE = "\n".join(
    [
        "| Type | What a cell holds |",
        "|---|---|",
        *(f"| {kind} | {words} |" for kind, words in KINDS.items()),
        "| list of … | items joined by `;`; white space around items is dropped, and so are "
        "empty items |",
    ]
)

HEAD = f"""\
<!-- Made from features/tables by `python -m features.describe > docs/data-format.md`. -->
# Data format 数据格式

A data set is a folder with one file for each table, CSV or Parquet, named as the table:
`teachers.csv` or `teachers.parquet`. Only `teachers`, `courses` and `events` are required, and
of them only the columns marked *required* below. Every other table and column may be missing.

`zixuan check DIR` reads a folder and tells every problem in it.

## The smallest data set

```
teachers.csv      courses.csv     events.csv
teacher_id        course_id       teacher_id,course_id,occurred_at
t1                c1              t1,c1,2024-03-01T19:30:00+08:00
```

## Files

* **CSV**: comma, double quotes where needed, one header row. UTF-8 with or without a byte order
  mark, or else GB18030 (GBK and GB2312 are parts of it). All characters of Unicode are kept.
  The empty cell alone means *missing*: `N/A`, `NA`, `null` are words like any other.
* **Parquet**: text, numbers, booleans, dates, times and lists as they are; or all as text.
  What the cells must hold is the same.
* **Row numbers** in reports count data rows from 1; header and blank lines do not count.
* Columns that nothing declares are not read, and are named in a notice. A column or file whose
  name is nearly a declared one is a problem, for it is nearly always a slip.
* A file with a header and no rows is a table without rows; a file without a header is a problem.

## Cells

{_KINDS_TABLE}

Years run from {FIRST_YEAR} to {LAST_YEAR}. A local time that the zone's clocks show twice or
never, when they are put back or forward, needs its offset.

## Time, and rows without one

For a question asked *as of* a moment, nothing dated at or after it is seen. Teachers and
organisations may have several rows, one for each change, told apart by `valid_from`; the last one
before the moment is in force. A row **without** a date (`valid_from`, `available_from`,
`published_at`) is a **snapshot**: it is taken to have held always, and its number is reported,
because what it says may have become true only later. What has happened cannot lie in the future;
what is planned may.

## `columns.toml`

Optional, beside the tables. It says what the data set's own columns are called, hold and mean.

```toml
zone = "{DEFAULT_ZONE}"           # of times without an offset; this is the default

[codes]                            # replaces a word list, in this order
career_stages = ["novice", "developing", "expert"]

[tables.teachers]
file = "roster.csv"                # default: teachers.csv or teachers.parquet

[tables.teachers.rename]           # zixuan's name = the file's name
teacher_id = "工号"

[tables.teachers.features]         # further columns: category, number, text or list
job = "category"

[tables.courses.features]
difficulty = "category"
software = "list"
```

Word lists that may be replaced: {", ".join(f"`{name}`" for name in REPLACEABLE)}. Only teachers
and courses have features. A column that is named here must be in its file.

## What is checked

All problems of all files are told at once: file, row, column, value, and what was expected. Of one
kind in one column the first {TOLD:,} are told one by one and the rest counted. One problem is
enough to refuse the whole folder, and then nothing is changed. If a folder for rejects is given,
the faulty rows go there instead, and with them the rows that refer to them; each table has its
`.csv` there with a further column `problem`, and all other rows are read. A file that cannot be
read at all, or lacks a required column, is always refused.

Besides the cells:

* a key names one row; the same `event_id` may come again with the same content, and counts once;
* an id that refers to another table is found there (an optional reference to a table that the
  data set lacks altogether is not checked, and is named in a notice);
"""


def data_format() -> str:
    """Return ``docs/data-format.md``."""
    parts = [HEAD + "\n".join(_rules()) + "\n", "## Tables\n", *map(_section, TABLES)]
    return "\n".join(parts)


def _rules() -> Iterator[str]:
    """Yield a line for each kind of rule between cells."""
    ends = _names(
        (t, f"{first}` ≤ `{last}") for t, pairs in ORDERED.items() for first, last in pairs
    )
    yield f"* what ends does not end before it starts: {ends};"
    happened = _names((table, name) for table, names in HAPPENED.items() for name in names)
    yield f"* what has happened is not in the future: {happened};"
    circles = _names((table, name) for table, (_, names) in ACYCLIC.items() for name in names)
    yield f"* none of these leads in a circle: {circles};"
    for table, forms in FORMS.items():
        for name, (_, expected) in forms.items():
            yield f"* {table}: `{name}` is {expected};"
    yield "* every row has as many cells as the header, and every column a name of its own."


def _names(pairs: Iterator[tuple[str, str]]) -> str:
    return ", ".join(f"{table} `{name}`" for table, name in pairs)


def _section(table: Table) -> str:
    needed = "required 必需" if table.required else "optional 可选"
    lines = [
        f"### {table.name}",
        "",
        f"{table.about}  ",
        table.about_zh,
        "",
        f"Table: {needed}. Key: {', '.join(f'`{name}`' for name in table.key)}.",
        "",
        "| Column | Type | Required | Allowed | Meaning | 含义 |",
        "|---|---|---|---|---|---|",
        *map(_row, table.columns),
        "",
    ]
    return "\n".join(lines)


def _row(column: Column) -> str:
    kind = f"list of {column.kind}" if column.many else str(column.kind)
    needed = "yes" if column.required else ""
    meaning = column.about + (f" (empty: `{column.default}`)" if column.default else "")
    cells = (f"`{column.name}`", kind, needed, _allowed(column), meaning, column.about_zh)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _allowed(column: Column) -> str:
    if column.codes:
        return ", ".join(f"`{word}`" for word in column.codes)
    if column.references:
        return f"an id of `{column.references}`"
    if column.kind is Kind.BOOLEAN:
        return "`true`, `false`"
    return range_text(column)


def main() -> None:
    """Print the document."""
    sys.stdout.write(data_format())


if __name__ == "__main__":
    main()
