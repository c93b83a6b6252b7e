"""An evaluation as a table for the terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich import box
from rich.table import Table

from training.bootstrap import Figure
from training.evaluation import GROUPS, Row


def evaluation_table(rows: Sequence[Row], metrics: Sequence[str], title: str) -> Table:
    """Return one line for each model and group of teachers, one column for each metric.

    Parameters
    ----------
    rows
        From :meth:`~training.evaluation.Evaluation.rows` or ``differences``; groups without
        teachers are left out.
    metrics
        The metrics to show, as they are named in the rows.
    title
        Shown above.
    """
    table = Table(
        title=title,
        title_justify="left",
        caption="mean [95% bootstrap interval over teachers]",
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        # Two metrics then fit a terminal of 80 columns.
        show_edge=False,
        pad_edge=False,
    )
    table.add_column("teachers", no_wrap=True)
    table.add_column("model", no_wrap=True)
    for metric in metrics:
        table.add_column(metric, no_wrap=True)
    found = {(row.group, _label(row), row.metric): row.figure for row in rows}
    labels = list(dict.fromkeys(_label(row) for row in rows))
    for group in (name for name in GROUPS if any(row.group == name for row in rows)):
        for label in labels:
            figures = [found[group, label, metric] for metric in metrics]
            if figures[0].teachers:
                table.add_row(f"{figures[0].teachers:,} {group}", label, *map(_cell, figures))
        table.add_section()
    return table


def _label(row: Row) -> str:
    return f"{row.model} - {row.against}" if row.against else row.model


def _cell(figure: Figure) -> str:
    if math.isnan(figure.mean):
        return "-"
    # An unescaped bracket would be read as markup.
    return f"{figure.mean:.4f} \\[{figure.low:.4f}, {figure.high:.4f}]"
