"""Compare the hybrid with what a researcher would try instead, each data set in one run.

Usage: python benchmarks/peers.py DATA... [--trials N] [--json FILE]   (first: make bench)

DATA are folders: the Mandarine Academy data set, MovieLens 100k, or tables as
docs/data-format.md describes them. All methods learn from the same choices, are tuned by the
same number of trials on the slice of time just before the one that judges, and are then fitted
anew on all that came before it; courses done are masked for all alike. Our own model takes no
trials: it chooses by itself what it chooses. Figures of several cuts are pooled. One more table
ranks new courses: a fifth is taken out of the past at a time. MovieLens is also split by each
teacher's last fifth, to compare with published figures. All is computed on one thread; seconds
are of CPU.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from threadpoolctl import threadpool_limits

from comparison.compare import Comparison, compare, together
from comparison.methods import METHODS
from comparison.table import figures_table, leads_table
from comparison.task import ShareSplit
from features.dataset import Dataset
from prepare import prepared
from training.newcomers import NewCourses
from training.split import Strategy, TimeSplit

#: What can rank a course that nobody has taken, and what one falls back on.
FOR_NEW_COURSES = ("popularity", "LightFM hybrid")
LAST_FIFTH = ("ml-100k",)
#: Each course is new once.
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """Splits whose figures belong together, and the peers to compare on them."""

    name: str
    strategies: Sequence[Strategy]
    peers: Sequence[str]


def main() -> None:
    arguments = _arguments()
    console = Console(width=max(Console().width, 170))
    documents = []
    # Numeric libraries would otherwise take all cores, and be hard to compare.
    with threadpool_limits(1):
        for folder in arguments.data:
            dataset = prepared(folder)
            for plan in _plans(folder, arguments):
                found = _compared(console, dataset, plan, arguments)
                _show(console, f"{folder.name}: {plan.name}", found, arguments)
                documents.append({"data": folder.name, "plan": plan.name, **found.document()})
    if arguments.json:
        arguments.json.write_text(json.dumps(documents, indent=2) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="+", help="folders of data sets")
    parser.add_argument("--trials", type=int, default=20, help="of each method's tuning")
    parser.add_argument("--cuts", default="0.8", help="quantiles of time, separated by commas")
    parser.add_argument("--peers", help="names, separated by commas; all when left out")
    parser.add_argument("--seed", type=int, default=0, help="of all that is drawn")
    parser.add_argument("--json", type=Path, help="write all figures there")
    return parser.parse_args()


def _plans(folder: Path, arguments: argparse.Namespace) -> Iterator[Plan]:
    cuts = [float(cut) for cut in arguments.cuts.split(",")]
    peers = arguments.peers.split(",") if arguments.peers else [each.name for each in METHODS]
    told = ", ".join(f"time:{cut:g}" for cut in cuts)
    yield Plan(told, [TimeSplit(cut) for cut in cuts], peers)
    middle = cuts[len(cuts) // 2]
    folds = [NewCourses(middle, fold, FOLDS, arguments.seed) for fold in range(FOLDS)]
    yield Plan(f"time:{middle:g}, new courses", folds, FOR_NEW_COURSES)
    if folder.name in LAST_FIFTH:
        yield Plan("each teacher's last fifth", [ShareSplit(1 / 5)], peers)


def _compared(
    console: Console, dataset: Dataset, plan: Plan, arguments: argparse.Namespace
) -> Comparison:
    methods = [method for method in METHODS if method.name in plan.peers]
    found = []
    with console.status(plan.name) as status:
        for strategy in plan.strategies:
            found.append(
                compare(
                    dataset,
                    strategy,
                    methods,
                    trials=arguments.trials,
                    seed=arguments.seed,
                    report=lambda step: status.update(f"{plan.name}: {step}"),
                )
            )
    return together(found)


def _show(console: Console, title: str, found: Comparison, arguments: argparse.Namespace) -> None:
    told = f"{title}; {arguments.trials} trials, seed {arguments.seed}"
    console.print(figures_table(told, found.evaluation, found.costs))
    console.print(leads_table(found.evaluation))


if __name__ == "__main__":
    main()
