"""How long our scorers take to train and to rank for all, as ratios against other libraries.

Usage: python benchmarks/speed.py [--teachers N] [--courses N] [--data DIR] [--repeats N]

Without --data a province is simulated. Everything learns from the same choices, on one thread,
with its usual setting (32 dimensions for what factorises). Seconds are of CPU; every repeat takes
all methods in turn, so that a busy machine slows all alike. Shown are the median and the range.
Profiles and courses are encoded once for all our scorers: that has a row of its own.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from comparison.judging import CHUNK, Cost, lists
from comparison.methods import METHODS, Method
from comparison.task import Scores, Task, features
from comparison.tuning import starts
from features.course_encoder import CourseEncoder
from features.dataset import Dataset
from features.profiles import ProfileEncoder
from prepare import prepared
from recommender.scorers.contract import Scorer, Training
from recommender.scorers.registry import chosen, made
from training.simulate import Simulation, simulate
from training.split import Split, TimeSplit

#: Ratios are against these.
AGAINST = ("ALS (implicit)", "iALS (irspack)", "LightFM hybrid")
PEERS = (*AGAINST[:2], "LightFM ids", AGAINST[2])
ENCODING = "profiles and courses"
STEPS = ("train", "top 10")
SPLIT = TimeSplit(0.9)


@dataclass(frozen=True, slots=True)
class Run:
    """What is timed: fit, and return scores of positions of teachers."""

    name: str
    fit: Callable[[], Scores]


def main() -> None:
    arguments = _arguments()
    console = Console(width=max(Console().width, 150))
    _import_peers()
    with threadpool_limits(1), console.status("make the data set") as status:
        dataset = _dataset(arguments)
        split = SPLIT(dataset)
        task = Task.of(split)
        costs: dict[str, list[Cost]] = {}
        for repeat in range(arguments.repeats):
            features.cache_clear()
            for name, cost in _measured(task, arguments, status.update):
                costs.setdefault(name, []).append(cost)
            console.print(f"repeat {repeat + 1} of {arguments.repeats} done")
    console.print(_table(_title(split, task, arguments), costs))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--teachers", type=int, default=5_000)
    parser.add_argument("--courses", type=int, default=500)
    parser.add_argument("--data", type=Path, help="folder of a data set, in place of simulating")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--scorers", help="names, separated by commas; all when left out")
    parser.add_argument("--peers", default=",".join(PEERS), help="of benchmarks/peers.py")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def _import_peers() -> None:
    """Import what the first fits would otherwise be charged for."""
    import implicit.cpu.als  # noqa: F401
    import irspack  # noqa: F401
    import lightfm  # noqa: F401


def _dataset(arguments: argparse.Namespace) -> Dataset:
    if arguments.data:
        return prepared(arguments.data)
    settings = Simulation(teachers=arguments.teachers, courses=arguments.courses)
    return simulate(settings, arguments.seed)[0]


def _measured(
    task: Task, arguments: argparse.Namespace, tell: Callable[[str], None]
) -> Iterator[tuple[str, Cost]]:
    """Yield what each method costs, the encoding first."""
    everyone = np.arange(len(task.split.train.teachers))
    tell(ENCODING)
    cost, training = _encoded(task.split, arguments.seed)
    yield ENCODING, cost
    scorers = chosen(arguments.scorers.split(",") if arguments.scorers else None)
    peers = [method for method in METHODS if method.name in arguments.peers.split(",")]
    runs = [_own(name, scorer, training) for name, scorer in made(scorers).items()]
    for run in (*runs, *(_peer(method, task, arguments.seed) for method in peers)):
        tell(run.name)
        cost = Cost()
        with cost.measure("train"):
            scores = run.fit()
        with cost.measure("top 10"):
            lists(scores, task.split, everyone, 10)
        yield run.name, cost


def _encoded(split: Split, seed: int) -> tuple[Cost, Training]:
    train, cut, cost = split.train, split.cut, Cost()
    with cost.measure("train"):
        courses, profiles = CourseEncoder.fit(train, cut), ProfileEncoder.fit(train, cut)
        training = Training.of(train, cut, courses, profiles, seed)
    with cost.measure("top 10"):
        catalogue = courses.transform(train, cut)
        for start in range(0, len(train.teachers), CHUNK):
            rows = np.arange(start, min(start + CHUNK, len(train.teachers)))
            profiles.transform(train, cut, catalogue, rows)
    return cost, training


def _own(name: str, scorer: Scorer, training: Training) -> Run:
    def fit() -> Scores:
        scorer.fit(training)

        def scores(teachers: NDArray[np.integer]) -> NDArray[np.float32]:
            return scorer.score(training.profiles.rows(teachers), training.catalogue)

        return scores

    return Run(name, fit)


def _peer(method: Method, task: Task, seed: int) -> Run:
    return Run(method.name, lambda: method.fit(task, seed, **starts(method.space)))


def _title(split: Split, task: Task, arguments: argparse.Namespace) -> str:
    where = arguments.data.name if arguments.data else f"simulated, seed {arguments.seed}"
    n_teachers, n_courses = task.pairs.shape
    size = f"{n_teachers:,} teachers x {n_courses:,} courses, {len(task.choices):,} choices"
    return f"{where}: {size} before {split.name}; {arguments.repeats} repeats"


def _table(title: str, costs: Mapping[str, list[Cost]]) -> Table:
    table = Table(title=title, title_justify="left", caption_justify="left")
    table.caption = (
        "median \\[least, most] CPU seconds on one thread; x: times as long as that peer"
    )
    against = [name for name in AGAINST if name in costs]
    columns = [c for step in STEPS for c in (f"{step} s", *(f"x {n.split()[0]}" for n in against))]
    for column in ("method", *columns):
        table.add_column(column, no_wrap=True, justify="left" if column == "method" else "right")
    for name in costs:
        cells: list[str] = []
        for step in STEPS:
            seconds = _seconds(costs[name], step)
            middle = float(np.median(seconds))
            cells.append(f"{middle:.3g} \\[{min(seconds):.3g}, {max(seconds):.3g}]")
            cells += [
                f"{middle / float(np.median(_seconds(costs[peer], step))):.2f}" for peer in against
            ]
        table.add_row(name, *cells)
    return table


def _seconds(costs: list[Cost], step: str) -> list[float]:
    return [cost.seconds[step] for cost in costs]


if __name__ == "__main__":
    main()
