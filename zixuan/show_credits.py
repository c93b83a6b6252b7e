"""A teacher's credit sheet, for the terminal: requirements, then line by line."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from rich import box
from rich.table import Table
from rich.text import Text

from features.labels import Label, word_label
from recommender.planning.statement import Account, Entry, Statement
from zixuan.show import console
from zixuan.show_list import said
from zixuan.show_plan import MET
from zixuan.show_requirements import Block, headed, requirements

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
SHORT: Label = ("尚缺", "Short")


def show_credits(found: Statement, lang: str | None) -> None:
    """Print a credit sheet."""
    screen = console()
    title = (f"教师 {found.teacher_id} 的学分单", f"Credit sheet of teacher {found.teacher_id}")
    screen.print(Text("  ".join(said(title, lang)), style="bold"))
    rules = (found.title_zh, found.title_en)
    unit = " ".join(said(word_label("unit", found.unit), lang))
    screen.print(Text(f"{'  '.join(said(rules, lang))}  {found.policy}  {unit}", style="dim"))
    marks = _marks(found)
    screen.print(_requirements(found, marks, lang))
    screen.print(_lines(found, marks, lang))


def _marks(found: Statement) -> dict[str, str]:
    """Return a number for each requirement, which lines refer to."""
    ids = dict.fromkeys(each.requirement for each in found.accounts)
    return {name: f"{at}." for at, name in enumerate(ids, start=1)}


def _requirements(found: Statement, marks: Mapping[str, str], lang: str | None) -> Table:
    blocks = []
    for requirement, group in groupby(found.accounts, key=lambda each: each.requirement):
        accounts = list(group)
        rows = tuple(_row(each) for each in accounts)
        blocks.append(Block((accounts[0].zh, accounts[0].en), marks[requirement], rows))
    return requirements(blocks, (*(label for _, label in _AMOUNTS), SHORT), lang)


def _row(account: Account) -> tuple[str, ...]:
    amounts = (getattr(account, name) for name, _ in _AMOUNTS)
    over = f"+{account.excess}" if account.excess != "0" else MET
    return account.period, *amounts, over if account.missing == "0" else account.missing


def _lines(found: Statement, marks: Mapping[str, str], lang: str | None) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), expand=True)
    table.add_column(headed(("日期", "Day"), lang), no_wrap=True)
    table.add_column(headed(("记录", "Line"), lang), overflow="fold", ratio=2)
    table.add_column(headed(("折合", "Worth"), lang), justify="right", no_wrap=True)
    table.add_column(headed(("状态", "State"), lang), no_wrap=True)
    table.add_column(headed(("计入", "Counts for"), lang), overflow="fold", ratio=4)
    for each in found.entries:
        table.add_row(
            str(each.earned_on),
            each.course or each.line_id,
            each.worth or "–",
            "\n".join(said(STATES[each.state], lang)),
            "\n".join(_uses(each, marks, lang)),
        )
    return table


def _uses(entry: Entry, marks: Mapping[str, str], lang: str | None) -> list[str]:
    """Say what a line gives to which requirement, or why it gives nothing."""
    if entry.why_not is not None:
        return said((entry.why_not.zh, entry.why_not.en), lang)
    rows = []
    for use in entry.uses:
        rows.append(f"{marks[use.requirement]} {use.period}: {use.amount}")
        if use.why.code != "in_full":
            rows += said((use.why.zh, use.why.en), lang)
    return rows
