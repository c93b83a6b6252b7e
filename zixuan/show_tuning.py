"""What tuning found, as a table for the terminal."""

from __future__ import annotations

from rich import box
from rich.table import Table

from training.tuning import Tuning
from zixuan.show import console

COLUMNS = (
    "scorer\n评分器",
    "trials\n次数",
    "default\n默认",
    "best\n最佳",
    "gain\n提升",
    "taken\n采用",
)


def show_tuning(tuning: Tuning) -> None:
    """Print a line for each scorer: NDCG@10 of its default and of the best setting."""
    facts = tuning.facts
    table = Table(
        title=f"NDCG@10, windows from {facts['windows'][0][:10]} to {facts['until'][:10]}",
        title_justify="left",
        caption="interrupted; the same command goes on 已中断，再次运行同一命令即可继续"
        if tuning.interrupted
        else None,
        caption_justify="left",
        box=box.SIMPLE_HEAD,
    )
    for column in COLUMNS:
        table.add_column(column, no_wrap=True)
    for each in tuning.found:
        gain = each.gain
        table.add_row(
            each.scorer,
            str(each.trials),
            f"{each.default.mean:.4f}",
            f"{each.best.mean:.4f}",
            f"{gain.mean:+.4f} [{gain.low:+.3f}, {gain.high:+.3f}]",
            "✓" if each.better else "",
        )
    console().print(table)
