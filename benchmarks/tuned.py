"""Ask whether tuned parameters hold: tune before a moment, then judge from that moment on.

Usage: python benchmarks/tuned.py DATA... [--trials N] [--cuts 0.75,0.8,0.85] [--scorers A,B]
    [--split time:0.55 --windows 3]

DATA are folders as benchmarks/peers.py takes them. At each cut the scorers are tuned on what was
known before it, and fitted on all of that, once with defaults and once with the best setting
that was ahead of them in every window; both are judged by what came after. Shown are the gain while
tuning, in all windows and in each, and the gain afterwards with its 95% interval, paired by
teacher.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from features.dataset import Dataset
from prepare import prepared
from recommender.scorers.registry import made
from training.bootstrap import figures
from training.split import TimeSplit, parse
from training.tune import Budget, tune
from training.tuning import Found
from training.validation_slice import Slice


@dataclass(frozen=True, slots=True)
class Held:
    """What tuning found of a scorer at a cut, and each teacher's values after it."""

    cut: float
    found: Found
    default: NDArray[np.float64]
    tuned: NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, nargs="+", help="folders of data sets")
    parser.add_argument("--trials", type=int, default=20, help="of each scorer")
    parser.add_argument("--cuts", default="0.75,0.8,0.85", help="quantiles of time")
    parser.add_argument("--scorers", default="popularity,content,sequence,season")
    parser.add_argument("--split", default="time:0.55", help="where the first window begins")
    parser.add_argument("--windows", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    console = Console(width=max(Console().width, 150))
    with threadpool_limits(1):
        for folder in arguments.data:
            dataset = prepared(folder)
            cuts = [float(cut) for cut in arguments.cuts.split(",")]
            held = [each for cut in cuts for each in _at(dataset, cut, arguments)]
            told = f"{arguments.split}, {arguments.windows} windows, {arguments.trials} trials"
            title = f"{folder.name}: NDCG@10; {told}, seed {arguments.seed}"
            console.print(_table(title, held, arguments.seed))


def _at(dataset: Dataset, cut: float, arguments: argparse.Namespace) -> Iterator[Held]:
    split = TimeSplit(cut)(dataset)
    with tempfile.TemporaryDirectory() as folder:
        tuning = tune(
            dataset,
            study=Path(folder) / "study.db",
            budget=Budget(trials=arguments.trials),
            until=split.cut,
            split=parse(arguments.split),
            n_windows=arguments.windows,
            scorers=arguments.scorers.split(","),
            seed=arguments.seed,
        )
    later = Slice.of(split, arguments.seed)
    for each in tuning.found:
        name = each.scorer
        default = later.values(made([name])[name])
        tuned = later.values(made([name], {name: each.parameters})[name])
        yield Held(cut, each, default, tuned)


def _table(title: str, held: list[Held], seed: int) -> Table:
    table = Table(title=title, title_justify="left")
    headings = (
        "scorer",
        "cut",
        "default",
        "gain",
        "errors",
        "by window",
        "taken",
        "after: default",
    )
    for heading in (*headings, "gain after [95%]"):
        table.add_column(heading, no_wrap=True)
    for each in sorted(held, key=lambda one: one.found.scorer):
        found, gains = each.found, each.tuned - each.default
        (after,) = figures(gains[:, None], np.arange(len(gains)), np.random.default_rng(seed))
        table.add_row(
            found.scorer,
            f"{each.cut:g}",
            f"{found.default.mean:.4f}",
            f"{found.gain.mean:+.4f}",
            f"{found.gain.mean / found.error:.1f}" if found.error else "-",
            " ".join(f"{gain:+.4f}" for gain in found.by_window),
            "yes" if found.better else "",
            f"{each.default.mean():.4f}",
            f"{after.mean:+.4f} \\[{after.low:+.4f}, {after.high:+.4f}]",
        )
    return table


if __name__ == "__main__":
    main()
