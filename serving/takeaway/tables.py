"""Tables for spreadsheet programs: CSV that opens as text in the right letters, and does nothing.

A spreadsheet program takes a cell that begins like a formula for one, and runs it. Titles come
from platforms, ids from anywhere: such a cell gets an apostrophe in front.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

from recommender.planning.statement import Statement
from serving.takeaway.languages import Language
from serving.takeaway.sheet import Entry, Sheet

#: Without it, spreadsheet programs read Chinese in another encoding.
BYTE_ORDER_MARK: Final = "\ufeff"
_FORMULA: Final = re.compile(r"[\s\0\ufeff\u200b-\u200f\u2060]*[=+\-@|%＝＋－＠]|[\t\r\n]")
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
Cell = str | int | float | None


def table(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    r"""Return a table as CSV (RFC 4180) in UTF-8; None is an empty cell.

    Examples
    --------
    >>> table(["a", "b"], [["=1+1", -2]]).decode("utf-8-sig")
    "a,b\r\n'=1+1,-2\r\n"
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([harmless(cell) for cell in head])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return (BYTE_ORDER_MARK + text.getvalue()).encode("utf-8", "replace")


def harmless(cell: Cell) -> str:
    """Return a cell that no program takes for a formula; a number stays one."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def plan_table(sheet: Sheet, language: Language) -> bytes:
    """Return a plan, one course a row."""
    names = ("term", "course_id", "course", "state", "first", "last", "apply_until", "hours")
    unit = language.word(sheet.plan.unit)
    head = [*map(language.word, names), f"{language.word('worth')} ({unit})", language.word("why")]
    return table(head, (_plan_row(entry, language) for entry in sheet.entries))


def _plan_row(entry: Entry, language: Language) -> list[Cell]:
    return [
        language.of(entry.term),
        entry.course,
        language.of(entry.title),
        standing(entry, language),
        entry.days[0].first.isoformat() if entry.days else None,
        entry.days[-1].last.isoformat() if entry.days else None,
        entry.apply_until.isoformat() if entry.apply_until else None,
        entry.hours,
        entry.amount,
        " ".join(language.said(each) for each in entry.reasons),
    ]


def standing(entry: Entry, language: Language) -> str:
    """Say how sure a course of a plan is."""
    if entry.placed:
        return language.word("placed")
    return language.word("expected" if entry.expected else "announced")


def credit_table(statement: Statement, language: Language) -> bytes:
    """Return a credit sheet's lines, one a row."""
    names = ("entry", "earned_on", "course_id", "state", "amount_hours", "amount_credits")
    unit = language.word(statement.unit)
    worth = f"{language.word('worth')} ({unit})"
    head = [*map(language.word, names), worth, language.word("counts_for"), language.word("why")]
    titles = {each.requirement: (each.zh, each.en) for each in statement.accounts}
    return table(
        head,
        (
            [
                entry.line_id,
                entry.earned_on.isoformat(),
                entry.course,
                language.word(entry.state),
                entry.hours,
                entry.credits,
                entry.worth,
                "; ".join(language.of(titles[use.requirement]) for use in entry.uses),
                language.said(entry.why_not) if entry.why_not else None,
            ]
            for entry in statement.entries
        ),
    )
