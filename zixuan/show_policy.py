"""What a policy asks, for the terminal and as JSON."""

from __future__ import annotations

import json

from rich import box
from rich.table import Table
from rich.text import Text

from features.labels import Label, word_label
from recommender.planning.amounts import decimal_text
from recommender.planning.rules import Policy, Requirement
from zixuan.show import console
from zixuan.show_list import said

_RULES: tuple[tuple[str, Label], ...] = (
    ("counting", ("计入规则", "Counting rules")),
    ("condition", ("认定条件", "Conditions")),
    ("sanction", ("失约处理", "Sanctions")),
    ("round", ("报名轮次", "Enrolment rounds")),
    ("window", ("时间窗口", "Windows")),
)


def show_policy(policy: Policy, lang: str | None) -> None:
    """Print a policy: its head, every requirement, and how lines count."""
    screen = console()
    screen.print(Text("  ".join(said((policy.title_zh, policy.title_en), lang)), style="bold"))
    until = f" – {policy.until}" if policy.until else " –"
    unit = " ".join(said(word_label("unit", policy.unit), lang))
    screen.print(f"{policy.version}  {policy.place}  {policy.since}{until}  {unit}")
    screen.print(
        Text("  ".join(said(("来源", "source"), lang)) + f": {policy.source}", style="dim")
    )
    screen.print(
        Text("  ".join(said(("核对", "verified"), lang)) + f": {policy.verified}", style="dim")
    )
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1))
    for label in (("要求", "Requirement"), ("期间", "Per"), ("数量", "Amount")):
        table.add_column("\n".join(said(label, lang)))
    table.add_column("\n".join(said(("内容", "What it says"), lang)), ratio=1, overflow="fold")
    for each in policy.requirement:
        sentence = "\n".join(said((each.zh, each.en), lang))
        table.add_row(each.id, each.per, _amount(each), sentence)
    screen.print(table)
    for name, label in _RULES:
        rules = getattr(policy, name)
        if rules:
            screen.print(Text("  ".join(said(label, lang)), style="bold"))
        for rule in rules:
            screen.print(f"· {rule.id}: {'  '.join(said((rule.zh, rule.en), lang))}")


def policy_json(policy: Policy) -> str:
    """Return what a policy asks as JSON; amounts are text."""
    rows = [
        {
            "id": each.id,
            "per": each.per,
            "counts": each.counts,
            "amount": _amount(each),
            "compulsory": each.compulsory,
            "zh": each.zh,
            "en": each.en,
        }
        for each in policy.requirement
    ]
    head = {
        name: str(getattr(policy, name) or "")
        for name in ("version", "title_zh", "title_en", "place", "since", "until", "unit")
    }
    return json.dumps(head | {"requirements": rows}, ensure_ascii=False, indent=2)


def _amount(requirement: Requirement) -> str:
    """Write the bounds: ``>= 48, <= 144``, or a share of another requirement."""
    found = []
    if requirement.minimum is not None:
        found.append(f"≥ {requirement.minimum}")
    if requirement.share is not None:
        found.append(f"≥ {decimal_text(requirement.share * 100)}% {requirement.of}")
    if requirement.maximum is not None:
        found.append(f"≤ {requirement.maximum}")
    return ", ".join(found)
