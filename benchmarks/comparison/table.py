"""A comparison as tables for the terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping

from rich import box
from rich.table import Table

from comparison.judging import Cost
from comparison.leads import AIM, leads
from training.bootstrap import Figure
from training.evaluation import GROUPS, Evaluation

FIGURES = ("method", f"{AIM} all", "warm", "cold", "recall@10", "recall@20", "coverage@10")
COSTS = ("train s", "top-10 s", "peak MiB")
LEADS = ("teachers", "best of", "is", "its", "hybrid's", "ratio", "difference")


def figures_table(title: str, evaluation: Evaluation, costs: Mapping[str, Cost]) -> Table:
    """Return a line for each method."""
    found = {(row.model, row.group, row.metric): row.figure for row in evaluation.rows()}
    table = _table(title, (*FIGURES, *COSTS))
    table.caption = "mean [95% bootstrap interval over teachers]; seconds of CPU on one thread"
    for model in evaluation.models:
        cells = [_interval(found[model, group, AIM]) for group in GROUPS]
        cells += [_number(found[model, "all", name].mean) for name in ("recall@10", "recall@20")]
        cells.append(_number(evaluation.coverage[model]))
        table.add_row(model, *cells, *_of_cost(costs[model]))
    return table


def leads_table(evaluation: Evaluation) -> Table:
    """Return a line for the best peer and the best own part of each group of teachers."""
    table = _table("", LEADS)
    for lead in leads(evaluation):
        table.add_row(
            f"{lead.difference.teachers:,} {lead.group}",
            lead.of,
            lead.best,
            _number(lead.theirs),
            _number(lead.ours),
            f"{lead.ratio:.3f}",
            _interval(lead.difference, "+"),
        )
    return table


def _table(title: str, columns: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left", caption_justify="left", box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, no_wrap=True)
    return table


def _of_cost(cost: Cost) -> tuple[str, ...]:
    train, top = (cost.seconds.get(step) for step in ("train", "top 10"))
    return (*("-" if s is None else f"{s:.2f}" for s in (train, top)), f"{cost.peak:.0f}")


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.4f}"


def _interval(figure: Figure, sign: str = "") -> str:
    if math.isnan(figure.mean):
        return "-"
    # An unescaped bracket would be read as markup.
    return f"{figure.mean:{sign}.4f} \\[{figure.low:{sign}.3f}, {figure.high:{sign}.3f}]"
