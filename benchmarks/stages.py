"""How well the stage to come is foreseen, on states that came after.

Usage: python benchmarks/stages.py [DATA...] [--teachers N] [--cut DATE] [--years Y,Y]

Chances are learned from the states known at the cut, of every teacher who had one then, and judged
by the state that held so many years later: mean log loss (0: foreseen with certainty), against
"nobody moves" (with chance .99) and one chance for each stage whatever the years of service.
Reliability: of those given about so high a chance of another stage than today's, how many had one.
Without DATA a simulated county of N teachers, five years, seed 1.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from features.dataset import Dataset
from features.moments import NEVER, instant, microseconds
from features.states import teachers_at
from features.tenure import tenure
from prepare import prepared
from recommender.steps import Steps
from training.simulate import Simulation, simulate

BINS = (0.0, 0.05, 0.2, 0.5, 0.8, 1.0)
SURE = 0.99


def main() -> None:
    arguments = _arguments()
    console = Console(width=max(Console().width, 110))
    sets: dict[str, Dataset] = {Path(name).name: prepared(Path(name)) for name in arguments.data}
    if not sets:
        settings = Simulation(teachers=arguments.teachers)
        sets[f"county of {arguments.teachers}"] = simulate(settings, 1)[0]
    for name, dataset in sets.items():
        for column in ("career_stage", "title"):
            _judge(console, name, dataset, column, arguments)


def _judge(
    console: Console, name: str, dataset: Dataset, column: str, arguments: argparse.Namespace
) -> None:
    cut = pd.Timestamp(arguments.cut, tz="UTC")
    steps = Steps.fit(dataset, cut, column)
    for years in map(float, arguments.years.split(",")):
        then = cut + pd.Timedelta(days=round(365.25 * years))
        if not _dated_after(dataset, then):
            continue
        before, after = teachers_at(dataset, cut), teachers_at(dataset, then)
        known = before[column].isin(steps.words) & after[column].isin(steps.words)
        served = tenure(before, cut)
        chances = {
            "by years of service": _chances(steps, before[column], served, (cut, then)),
            "by stage alone": _chances(steps, before[column], served * np.nan, (cut, then)),
        }
        table = Table(title=f"{name}: {column} {years:g} years after {cut.date()}")
        for head in ("", "log loss", "teachers", *(f"to {high:.0%}" for high in BINS[1:])):
            table.add_column(head, justify="left" if not head else "right")
        here, there = before[column][known], after[column][known]
        for method, found in (chances | {"nobody moves": _stay(steps, before[column])}).items():
            table.add_row(method, *_shown(steps, found[known.to_numpy()], here, there))
        console.print(table)


def _dated_after(dataset: Dataset, then: pd.Timestamp) -> bool:
    since = microseconds(dataset.table("teachers")["valid_from"])
    return bool(((since != NEVER) & (since >= instant(then))).any())


def _chances(
    steps: Steps, words: pd.Series, served: pd.Series, span: tuple[pd.Timestamp, pd.Timestamp]
) -> NDArray[np.float64]:
    """Return the chance of each word for each teacher; those alike are asked for once."""
    found = np.full((len(words), len(steps.words)), np.nan)
    alike: Mapping[tuple[str, float], NDArray[np.intp]] = (
        pd.DataFrame({"word": words.to_numpy(), "served": served.round(1).fillna(-1).to_numpy()})
        .groupby(["word", "served"])
        .indices
    )
    for (word, years_served), rows in alike.items():
        at = np.nan if years_served < 0 else years_served
        outlook = steps.outlook(word, at, span[0].date(), [span[1].date()])
        if outlook is not None:
            found[rows] = outlook.chances[0]
    return found


def _stay(steps: Steps, words: pd.Series) -> NDArray[np.float64]:
    found = np.full((len(words), len(steps.words)), (1 - SURE) / (len(steps.words) - 1))
    here = words.map({word: at for at, word in enumerate(steps.words)})
    rows = np.flatnonzero(here.notna())
    found[rows, here.to_numpy()[rows].astype(np.int64)] = SURE
    return found


def _shown(
    steps: Steps, chances: NDArray[np.float64], here: pd.Series, there: pd.Series
) -> list[str]:
    number = {word: at for at, word in enumerate(steps.words)}
    rows = np.arange(len(here))
    loss = -np.log(np.maximum(chances[rows, there.map(number).to_numpy()], 1e-4)).mean()
    moves = 1 - chances[rows, here.map(number).to_numpy()]
    moved = (here.to_numpy() != there.to_numpy()).astype(np.float64)
    cells = []
    for low, high in zip(BINS, BINS[1:], strict=False):
        own = (moves > low) & (moves <= high) if low else moves <= high
        cells.append(
            f"{moves[own].mean():.0%} {moved[own].mean():.0%} ({own.sum()})" if own.any() else ""
        )
    return [f"{loss:.4f}", str(len(here)), *cells]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="*", help="folders of data sets; a county when left out")
    parser.add_argument("--teachers", type=int, default=5000)
    parser.add_argument("--cut", default="2023-07-01", help="day of the cut")
    parser.add_argument("--years", default="0.5,1,1.5,2", help="years after it that judge")
    return parser.parse_args()


if __name__ == "__main__":
    main()
