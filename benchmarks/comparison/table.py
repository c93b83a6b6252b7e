"""A comparison as tables for the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from rich import box
from rich.table import Table

from comparison.judging import Cost
from comparison.leads import leads
from comparison.own import Choice
from comparison.verdicts import AIM, Verdict
from training.bootstrap import Figure
from training.evaluation import GROUPS, Evaluation

FIGURES = ("method", f"{AIM} all", "warm", "cold", "recall@10", "recall@20", "coverage@10")
COSTS = ("train s", "top-10 s", "peak MiB")
GOALS = ("hybrid against", "is", "its", "hybrid's", "ratio", "goal", "difference", "verdict")
#: So many weights of a second stage are shown.
HEAVIEST = 4
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


def goals_table(title: str, met: Iterable[tuple[tuple[str, ...], Verdict]]) -> Table:
    """Return a line for each goal; the first of each pair says where it was tried."""
    lines = list(met)
    where = ("data", "experiment")[: len(lines[0][0])] if lines else ()
    table = _table(title, (*where, *GOALS))
    table.caption = (
        "ratio of means over all judged teachers; surely: the paired 95% interval of hybrid - goal "
        "x theirs lies on one side of 0"
    )
    for place, verdict in lines:
        table.add_row(
            *place,
            verdict.against,
            verdict.best,
            _number(verdict.theirs),
            _number(verdict.ours),
            f"{verdict.ratio:.3f}",
            f"{verdict.goal:.2f}",
            _interval(verdict.difference, "+"),
            verdict.words,
        )
    return table


def choices(chosen: Mapping[str, Mapping[str, Choice]]) -> Iterator[str]:
    """Yield in a line for each split and group what the hybrid chose on its validation."""
    for split, of_split in chosen.items():
        for group, choice in of_split.items():
            heavy = sorted(choice.weights.items(), key=lambda each: -abs(each[1]))
            weights = ", ".join(f"{name} {weight:.2f}" for name, weight in heavy[:HEAVIEST])
            weights += f" and {len(heavy) - HEAVIEST} more" if len(heavy) > HEAVIEST else ""
            yield f"hybrid, {split}, {group}: {choice.form} of {weights}{_why(choice.found)}"


def _why(found: Mapping[str, float]) -> str:
    beside = ("teachers", "fusion", "learned")
    alone = {name: value for name, value in found.items() if name not in beside}
    if not alone:
        return "; nothing to choose by"
    best = max(alone, key=lambda name: alone[name])
    told = {f"{best} alone": alone[best], **{n: found[n] for n in beside[1:] if n in found}}
    figures = ", ".join(f"{name} {value:.4f}" for name, value in told.items())
    return f"; on {found['teachers']:.0f} teachers before: {figures}"


def _table(title: str, columns: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left", caption_justify="left", box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, no_wrap=True)
    return table


def _of_cost(cost: Cost) -> tuple[str, ...]:
    train, top = (cost.seconds.get(step) for step in ("train", "top 10"))
    peak = f"{cost.peak:.0f}" if cost.seconds else "-"
    return (*("-" if s is None else f"{s:.2f}" for s in (train, top)), peak)


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.4f}"


def _interval(figure: Figure, sign: str = "") -> str:
    if math.isnan(figure.mean):
        return "-"
    # An unescaped bracket would be read as markup.
    return f"{figure.mean:{sign}.4f} \\[{figure.low:{sign}.3f}, {figure.high:{sign}.3f}]"
