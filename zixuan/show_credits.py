"""A teacher's credit sheet, for the terminal: requirements, then line by line."""

from __future__ import annotations

from itertools import groupby

from rich import box
from rich.table import Table
from rich.text import Text

from features.labels import Label, word_label
from recommender.planning.statement import Entry, Statement
from zixuan.show import console
from zixuan.show_list import said

STATES: dict[str, Label] = {
    "recognised": ("已认定", "recognised"),
    "claimed": ("已申报", "claimed"),
    "verified": ("已核实", "verified"),
    "expired": ("已失效", "expired"),
}
_AMOUNTS: tuple[tuple[str, Label], ...] = (
    ("earned", ("已得", "Earned")),
    ("converted", ("折算", "Conv.")),
    ("claimed", ("待认", "Claim")),
    ("expired", ("失效", "Exp.")),
    ("needed", ("应得", "Need")),
)


def show_credits(found: Statement, lang: str | None) -> None:
    """Print a credit sheet."""
    screen = console()
    title = (f"教师 {found.teacher_id} 的学分单", f"Credit sheet of teacher {found.teacher_id}")
    screen.print(Text("  ".join(said(title, lang)), style="bold"))
    rules = (found.title_zh, found.title_en)
    unit = " ".join(said(word_label("unit", found.unit), lang))
    screen.print(Text(f"{'  '.join(said(rules, lang))}  {found.policy}  {unit}", style="dim"))
    screen.print(_requirements(found, lang))
    screen.print(_lines(found, lang))


def _head(label: Label, lang: str | None) -> str:
    return "\n".join(said(label, lang))


def _requirements(found: Statement, lang: str | None) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1))
    table.add_column(_head(("要求", "Requirement"), lang), overflow="fold")
    table.add_column(_head(("期间", "Period"), lang), overflow="fold")
    for _, label in _AMOUNTS:
        table.add_column(_head(label, lang), justify="right", no_wrap=True)
    table.add_column(_head(("尚缺", "Short"), lang), justify="right", no_wrap=True)
    for requirement, accounts in groupby(found.accounts, key=lambda each: each.requirement):
        shown = requirement
        for each in accounts:
            amounts = [getattr(each, name) for name, _ in _AMOUNTS]
            over = f"+{each.excess}" if each.excess != "0" else "✓"
            table.add_row(
                shown, each.period, *amounts, over if each.missing == "0" else each.missing
            )
            shown = ""
    return table


def _lines(found: Statement, lang: str | None) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), expand=True)
    table.add_column(_head(("日期", "Day"), lang), no_wrap=True)
    table.add_column(_head(("记录", "Line"), lang), overflow="fold", ratio=2)
    table.add_column(_head(("折合", "Worth"), lang), justify="right", no_wrap=True)
    table.add_column(_head(("状态", "State"), lang), no_wrap=True)
    table.add_column(_head(("计入", "Counts for"), lang), overflow="fold", ratio=4)
    for each in found.entries:
        table.add_row(
            str(each.earned_on),
            each.course or each.line_id,
            each.worth or "–",
            "\n".join(said(STATES[each.state], lang)),
            "\n".join(_uses(each, lang)),
        )
    return table


def _uses(entry: Entry, lang: str | None) -> list[str]:
    """Say what a line gives to which requirement, or why it gives nothing."""
    if entry.why_not is not None:
        return said((entry.why_not.zh, entry.why_not.en), lang)
    rows = []
    for use in entry.uses:
        rows.append(f"{use.requirement}@{use.period}: {use.amount}")
        if use.why.code != "in_full":
            rows += said((use.why.zh, use.why.en), lang)
    return rows
