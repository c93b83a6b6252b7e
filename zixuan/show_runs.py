"""Runs of training, for the terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich import box
from rich.table import Table

from training.tracking import Run
from zixuan.show import console

#: The figure that is shown; the JSON has all.
FIGURE = "hybrid.ndcg@10"


def show_runs(runs: Sequence[Run]) -> None:
    """Print one line for each run, the champion marked."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for heading in ("when 时间 (UTC)", "model 模型", "version 版本", "split 切分", FIGURE):
        # A split's name may be long; the rest fits a terminal of 80 columns.
        table.add_column(heading, no_wrap=not heading.startswith("split"))
    for run in runs:
        table.add_row(
            f"{run.started:%Y-%m-%d %H:%M}",
            run.model_version,
            f"{run.version or '-'}{' champion' if run.champion else ''}",
            run.parameters.get("split", "-"),
            _interval(run),
            style="bold" if run.champion else "",
        )
    console().print(table)


def runs_json(runs: Sequence[Run]) -> str:
    """Return all that is known of the runs."""
    told = [
        {
            "run_id": run.run_id,
            "started": run.started.isoformat(),
            "model_version": run.model_version,
            "version": run.version,
            "champion": run.champion,
            "parameters": dict(run.parameters),
            "metrics": dict(run.metrics),
        }
        for run in runs
    ]
    return json.dumps({"runs": told}, ensure_ascii=False, indent=2)


def _interval(run: Run) -> str:
    mean, low, high = (run.metrics.get(f"{FIGURE}{end}") for end in ("", ".low", ".high"))
    if mean is None or low is None or high is None:
        return "-"
    return f"{mean:.3f} [{low:.3f}, {high:.3f}]"
