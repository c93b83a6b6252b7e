"""Compare the hybrid with what a researcher would try instead, each data set in one run.

Usage: python benchmarks/peers.py DATA... [--trials N] [--json FILE]   (first: make bench)

DATA are folders: the Mandarine Academy data set, MovieLens 100k, or tables as
docs/data-format.md describes them; --ids-only leaves nothing of them but ids and times. All
methods learn from the same choices, are tuned by the same number of trials on the slice of time
just before the one that judges, and are then fitted anew on all that came before it; courses done
are masked for all alike. Our own model takes no trials: it chooses by itself what it chooses.

Three experiments: a split by time (figures of several --cuts are pooled); new courses, a fifth of
which is taken out of the past and ranked at a time; new teachers, likewise. MovieLens is also
split by each teacher's last fifth, to compare with published figures. One line in each table is
the best list for everybody, made in hindsight: it is no rival, and tells what knowing the teacher
is worth. Goals are judged below each table, and all of them together at the end. All is computed
on one thread; seconds are of CPU.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from threadpoolctl import threadpool_limits

from comparison.compare import Comparison, compare, together
from comparison.methods import METHODS
from comparison.table import choices, figures_table, goals_table, leads_table
from comparison.task import ShareSplit
from comparison.verdicts import CLASSICS, LIGHTFM, PARTS, PEERS, STRETCH, Goal, Verdict, verdicts
from features.dataset import Dataset
from prepare import ids_only, prepared
from training.newcomers import NewCourses, NewTeachers
from training.split import Strategy, TimeSplit

#: What can rank a course or serve a teacher that nothing is known of, and what one falls back on.
FOR_THE_NEW = ("popularity", "popularity 90 days", "LightFM hybrid")
LAST_FIFTH = ("ml-100k",)
#: Each course and each teacher is new once.
FOLDS = 5
EXPERIMENTS = ("time", "new-courses", "new-teachers", "last-fifth")


@dataclass(frozen=True, slots=True)
class Plan:
    """Splits whose figures belong together, each with that which tunes before it.

    ``peers`` are compared on them, and ``goals`` judged.
    """

    name: str
    strategies: Sequence[tuple[Strategy, Strategy]]
    peers: Sequence[str]
    goals: Sequence[Goal]


def main() -> None:
    arguments = _arguments()
    console = Console(width=max(Console().width, 170))
    documents, met = [], []
    # Numeric libraries would otherwise take all cores, and be hard to compare.
    with threadpool_limits(1):
        for folder in arguments.data:
            dataset = prepared(folder)
            data = folder.name
            if arguments.ids_only:
                dataset, data = ids_only(dataset), f"{data} (ids)"
            for plan in _plans(folder, arguments):
                found = _compared(dataset, data, plan, arguments)
                verdicts_ = list(verdicts(found.evaluation, plan.goals))
                _show(console, f"{data}: {plan.name}", found, verdicts_, arguments)
                met += [((data, plan.name), verdict) for verdict in verdicts_]
                if arguments.json:
                    told = {"data": data, "plan": plan.name, **found.document(plan.goals)}
                    documents.append(told)
                    # Hours of work are kept as they come.
                    arguments.json.write_text(json.dumps(documents, indent=2) + "\n", "utf-8")
    console.print(goals_table("all goals", met))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="+", help="folders of data sets")
    parser.add_argument("--trials", type=int, default=20, help="of each method's tuning")
    parser.add_argument("--cuts", default="0.8", help="quantiles of time, separated by commas")
    parser.add_argument("--peers", help="names, separated by commas; all when left out")
    parser.add_argument(
        "--experiments", default=",".join(EXPERIMENTS), help="some of them; all when left out"
    )
    parser.add_argument("--ids-only", action="store_true", help="leave out all but ids and times")
    parser.add_argument("--seed", type=int, default=0, help="of all that is drawn")
    parser.add_argument("--json", type=Path, help="write all figures there")
    return parser.parse_args()


def _plans(folder: Path, arguments: argparse.Namespace) -> Iterator[Plan]:
    """Yield the experiments that are asked for."""
    cuts = [float(cut) for cut in arguments.cuts.split(",")]
    peers = arguments.peers.split(",") if arguments.peers else [each.name for each in METHODS]
    told, middle = ", ".join(f"time:{cut:g}" for cut in cuts), cuts[len(cuts) // 2]
    asked, seed = arguments.experiments.split(","), arguments.seed
    classics = (CLASSICS, STRETCH) if folder.name in LAST_FIFTH else ()
    by_time = [TimeSplit(cut) for cut in cuts]
    if "time" in asked:
        goals = (PEERS, *classics, PARTS)
        yield Plan(told, list(zip(by_time, by_time, strict=True)), peers, goals)
    for name, kind in (("new courses", NewCourses), ("new teachers", NewTeachers)):
        if name.replace(" ", "-") in asked:
            # Dealt anew for tuning: those withheld from learning could teach nothing there.
            deals = [
                (kind(middle, fold, FOLDS, seed), kind(middle, fold, FOLDS, seed + 1))
                for fold in range(FOLDS)
            ]
            goals = (LIGHTFM, PEERS, PARTS)
            yield Plan(f"time:{middle:g}, {name}", deals, FOR_THE_NEW, goals)
    if "last-fifth" in asked and folder.name in LAST_FIFTH:
        fifth = ShareSplit(1 / 5)
        goals = (*classics, PEERS, PARTS)
        yield Plan("each teacher's last fifth", [(fifth, fifth)], peers, goals)


def _compared(dataset: Dataset, data: str, plan: Plan, arguments: argparse.Namespace) -> Comparison:
    methods = [method for method in METHODS if method.name in plan.peers]
    found = []
    for number, (strategy, before) in enumerate(plan.strategies):
        report = _progress(f"{data}: {plan.name} ({number + 1} of {len(plan.strategies)})")
        found.append(
            compare(
                dataset,
                strategy,
                before,
                methods,
                trials=arguments.trials,
                seed=arguments.seed,
                report=report,
            )
        )
    return together(found)


def _progress(of: str) -> Callable[[str], None]:
    """Tell each step beside the table, so that a long run can be followed also from a file."""
    console, began = Console(stderr=True, width=170), time.monotonic()

    def tell(step: str) -> None:
        console.print(f"{time.monotonic() - began:7.1f} s  {of}: {step}", highlight=False)

    return tell


def _show(
    console: Console,
    title: str,
    found: Comparison,
    met: Sequence[Verdict],
    arguments: argparse.Namespace,
) -> None:
    told = f"{title}; {arguments.trials} trials, seed {arguments.seed}"
    console.print(figures_table(told, found.evaluation, found.costs))
    console.print(leads_table(found.evaluation))
    console.print(goals_table("", [((), verdict) for verdict in met]))
    for line in choices(found.chosen):
        console.print(line, highlight=False)
    console.print()


if __name__ == "__main__":
    main()
