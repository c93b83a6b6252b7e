"""What the doctor found, as a table or as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType

from rich import box
from rich.table import Table
from rich.text import Text

from features.labels import Label
from serving.doctor import Finding, State, Thing
from zixuan.show import console
from zixuan.show_list import said

NAMES: Mapping[Thing, Label] = MappingProxyType(
    {
        "store": ("数据库", "store"),
        "space": ("磁盘空间", "disk space"),
        "keys": ("接口密钥", "API keys"),
        "model": ("模型", "model"),
        "policies": ("政策", "policies"),
        "clock": ("时钟", "clock"),
        "webhooks": ("回调", "webhooks"),
        "font": ("中文字体", "Chinese font"),
    }
)
STATES = MappingProxyType(
    {
        State.WELL: (("正常", "ok"), "green"),
        State.WATCH: (("注意", "warning"), "yellow"),
        State.ILL: (("故障", "failure"), "bold red"),
    }
)


def show_findings(found: Sequence[Finding], lang: str | None) -> None:
    """Print one line for each thing, with what to do below it."""
    table = Table(box=box.SIMPLE_HEAD, expand=False, padding=(0, 1))
    heads: tuple[Label, ...] = (
        ("项目", "What"),
        ("状态", "State"),
        ("情况与处理", "Found, and what to do"),
    )
    for head in heads:
        table.add_column(" ".join(said(head, lang)), overflow="fold")
    for each in found:
        state, style = STATES[each.state]
        told = Text(each.found)
        if each.remedy:
            told.append(f"\n→ {each.remedy}", style="dim")
        table.add_row(
            " ".join(said(NAMES[each.name], lang)),
            Text(" ".join(said(state, lang)), style=style),
            told,
        )
    console().print(table)


def findings_json(found: Sequence[Finding]) -> str:
    """Return the findings as JSON, one object each."""
    return json.dumps([asdict(each) for each in found], ensure_ascii=False, indent=2)
