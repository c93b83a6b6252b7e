"""What the commands print: plain lines for programs and people, tables for people."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from features.dataset import Dataset
    from training.evaluation import Evaluation

#: Of an evaluation's metrics, those that a terminal has room for; the JSON has all.
SHOWN_METRICS = ("ndcg", "recall")


def say(text: str) -> None:
    """Print a line as it is, whatever the terminal's width."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def console() -> Console:
    """Return a console on standard output that marks nothing up by itself."""
    return Console(highlight=False, markup=False, emoji=False)


def show_notices(notices: Sequence[str]) -> None:
    """Print on standard error what was read in a way that its owner may not expect."""
    for notice in notices:
        sys.stderr.write(f"notice 注意: {notice}\n")


def show_dataset(dataset: Dataset, title: str) -> None:
    """Print how many rows each table has, and when events happened."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("table 表")
    table.add_column("rows 行数", justify="right")
    for name, frame in dataset.tables.items():
        table.add_row(name, f"{len(frame):,}")
    times = dataset.table("events")["occurred_at"]
    if len(times):
        table.caption = f"events {times.min():%Y-%m-%d} to {times.max():%Y-%m-%d}"
        table.caption_justify = "left"
    console().print(table)


def show_evaluation(evaluation: Evaluation) -> None:
    """Print the figures of every model, and the hybrid's lead over its parts."""
    from training.evaluation_table import evaluation_table, gaps_table

    metrics = [name for name in evaluation.metrics if name.partition("@")[0] in SHOWN_METRICS]
    for facts in evaluation.moments:
        console().print(Text(f"{facts['split']}, as of {facts['cut']}", style="bold"))
        if closed := facts.get("closed_by_rules"):
            console().print(
                f"{closed:,} teachers left out, for the rules close all that they chose "
                f"另有 {closed:,} 位教师所选课程均不可选，未计入"
            )
    screen = Console(highlight=False, emoji=False)
    screen.print(evaluation_table(evaluation.rows(), metrics, "figures 指标"))
    leads = evaluation.differences()
    if leads:
        # A lead's names are long: one metric fits a terminal of 80 columns.
        title = "the hybrid's lead 混合评分的领先"
        table = evaluation_table(leads, metrics[:1], title, evaluation.preferred_parts)
        screen.print(table)
    gaps = [gap for gap in evaluation.gaps() if gap.metric == metrics[0]]
    if gaps:
        # The hybrid comes last, or what one would look at without it.
        screen.print(gaps_table([gap for gap in gaps if gap.model == evaluation.models[-1]]))
