"""An evaluation as a table for the terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich import box
from rich.markup import escape
from rich.table import Table

from training.bootstrap import Figure
from training.evaluation import GROUPS, PREFERRED, Gap, Row
from training.gaps import SMALLEST


def evaluation_table(
    rows: Sequence[Row], metrics: Sequence[str], title: str, preferred: str = ""
) -> Table:
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
    preferred
        The name of the scorer that validation preferred, where rows tell of a lead over it.
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
    found = {(row.group, _label(row, preferred), row.metric): row.figure for row in rows}
    labels = list(dict.fromkeys(_label(row, preferred) for row in rows))
    for group in (name for name in GROUPS if any(row.group == name for row in rows)):
        for label in labels:
            figures = [found[group, label, metric] for metric in metrics]
            if figures[0].teachers:
                table.add_row(f"{figures[0].teachers:,} {group}", label, *map(_cell, figures))
        table.add_section()
    return table


def gaps_table(gaps: Sequence[Gap]) -> Table:
    """Return one line for each gap of one model and metric between groups of teachers.

    Parameters
    ----------
    gaps
        At least one, from :meth:`~training.evaluation.Evaluation.gaps`.
    """
    first = gaps[0]
    table = Table(
        title=f"gaps between groups 群体差距: {escape(first.model)}, {first.metric}",
        title_justify="left",
        caption=f"groups of at least {SMALLEST} teachers; p: how often chance makes such a gap",
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )
    for name in ("grouping", "highest", "lowest", "gap", "p"):
        table.add_column(name, no_wrap=True)
    for gap in gaps:
        words = (escape(word) for word in (gap.grouping, gap.highest, gap.lowest))
        table.add_row(*words, _cell(gap.figure), f"{gap.p:.3f}")
    return table


def _label(row: Row, preferred: str) -> str:
    against = (
        f"{row.against} ({preferred})" if preferred and row.against == PREFERRED else row.against
    )
    return f"{row.model} - {against}" if against else row.model


def _cell(figure: Figure) -> str:
    if math.isnan(figure.mean):
        return "-"
    # An unescaped bracket would be read as markup.
    return f"{figure.mean:.4f} \\[{figure.low:.4f}, {figure.high:.4f}]"
