"""Compare the hybrid with what a researcher would try instead, each data set in one run.

Usage: python benchmarks/peers.py DATA... [--trials N] [--json FILE]   (first: make bench)

DATA are folders: the Mandarine Academy data set, MovieLens 100k, or tables as
docs/data-format.md describes them. All methods learn from the same choices, are tuned by the
same number of trials on the slice of time just before the one that judges, and are then fitted
anew on all that came before it; courses done are masked for all alike. Our own model takes no
trials: it chooses by itself what it chooses. One more table takes a fifth of the courses out of
the past (new courses); MovieLens is also split by each teacher's last fifth, to compare with
published figures.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from threadpoolctl import threadpool_limits

from comparison.compare import Comparison, compare
from comparison.methods import METHODS
from comparison.table import figures_table, leads_table
from comparison.task import NewCourses, ShareSplit
from features.dataset import Dataset
from prepare import prepared
from training.evaluation import pooled
from training.split import Strategy, TimeSplit

#: What can rank a course that nobody has taken, and what one falls back on.
FOR_NEW_COURSES = ("popularity", "LightFM hybrid")
LAST_FIFTH = ("ml-100k",)


def main() -> None:
    arguments = _arguments()
    console = Console(width=max(Console().width, 170))
    documents = []
    # Numeric libraries would otherwise take all cores, and be hard to compare.
    with threadpool_limits(1):
        for folder in arguments.data:
            dataset = prepared(folder)
            for strategies, names in _plans(folder, arguments):
                found = _compared(console, dataset, strategies, names, arguments, folder.name)
                documents += [{"data": folder.name, **each.document()} for each in found]
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


def _plans(
    folder: Path, arguments: argparse.Namespace
) -> Iterator[tuple[list[Strategy], tuple[str, ...]]]:
    """Yield splits that belong together, and the peers to compare on them."""
    cuts = [float(cut) for cut in arguments.cuts.split(",")]
    peers = arguments.peers.split(",") if arguments.peers else [each.name for each in METHODS]
    yield [TimeSplit(cut) for cut in cuts], tuple(peers)
    yield [NewCourses(cut, seed=arguments.seed) for cut in cuts], FOR_NEW_COURSES
    if folder.name in LAST_FIFTH:
        yield [ShareSplit(0.2)], tuple(peers)


def _compared(
    console: Console,
    dataset: Dataset,
    strategies: list[Strategy],
    names: tuple[str, ...],
    arguments: argparse.Namespace,
    data: str,
) -> list[Comparison]:
    """Compare on each split and show it; then all of them together."""
    found = []
    methods = [method for method in METHODS if method.name in names]
    for strategy in strategies:
        with console.status(data) as status:
            found.append(
                compare(
                    dataset,
                    strategy,
                    methods,
                    trials=arguments.trials,
                    seed=arguments.seed,
                    report=lambda step, status=status: status.update(f"{data}: {step}"),
                )
            )
        facts = found[-1].evaluation.facts
        title = (
            f"{data}, {facts['split']} = {facts['cut']}; {arguments.trials} trials, "
            f"seed {arguments.seed}; validation prefers {facts['preferred_part']}"
        )
        console.print(figures_table(title, found[-1].evaluation, found[-1].costs))
        console.print(leads_table(found[-1].evaluation))
    if len(found) > 1:
        together = pooled([each.evaluation for each in found])
        console.print(figures_table(f"{data}, pooled over the cuts", together, {}))
        console.print(leads_table(together))
    return found


if __name__ == "__main__":
    main()
