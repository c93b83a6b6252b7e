"""What a replay found, for the terminal."""

from __future__ import annotations

from rich import box
from rich.table import Table

from training.bootstrap import Figure
from training.replay import Replay
from zixuan.show import console

#: Rows of the table: estimate -> what it is called.
NAMES = {
    "logged": "logged 日志实况",
    "ips": "ips 逆概率加权",
    "snips": "snips 自归一化",
    "dr": "dr 双重稳健",
}


def show_replay(found: Replay) -> None:
    """Print the estimates, their leads over what was logged, and what they stand on."""
    facts, judged = found.facts, found.judged
    table = Table(
        title="chosen, per explored place 每个探索位置的选学率",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        caption=f"model {facts['model_version']} on {facts['places']:,} places of "
        f"{facts['teachers']:,} teachers, {facts['rewarded']:,} chosen\n"
        f"effective places 有效位置数 {judged.effective:,.0f}; mean weight 平均权重 "
        f"{judged.support.mean:.2f} {_interval(judged.support)}; weights cut 截断 "
        f"{judged.clipped:.1%} at {facts['clip']:g}",
        caption_justify="left",
    )
    table.add_column("estimate 估计")
    table.add_column("value 数值", justify="right")
    table.add_column("lead over logged 领先", justify="right")
    for name, figure in judged.values.items():
        lead = judged.leads.get(name)
        table.add_row(NAMES[name], _told(figure), _told(lead, sign="+") if lead else "")
    console().print(table)


def _told(figure: Figure, sign: str = "") -> str:
    return f"{figure.mean:{sign}.4f} {_interval(figure)}"


def _interval(figure: Figure) -> str:
    return f"[{figure.low:.4f}, {figure.high:.4f}]"
