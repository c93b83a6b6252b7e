"""Tell whether each scorer earns its place in the hybrid.

Usage: python benchmarks/ablation.py [DATA...] [--simulate TEACHERS] [--ids-only]

On windows of the past, all before any cut that judges elsewhere: the hybrid learns and chooses
as it always does on what was known at the start of a window, and is judged by what teachers chose
in it. So with all scorers, without each, and with each that does not ship. Scorers are fitted once
on each past, and shared by all these hybrids. Differences are paired by teacher, with 95%
bootstrap intervals over teachers, windows pooled. --ids-only leaves nothing but ids and times.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich import box
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from comparison.candidates import MIGHT_SHIP, Once, makers
from comparison.judging import judged_teachers, lists, values
from comparison.task import Scores
from features.course_encoder import CourseEncoder
from features.dataset import Dataset
from features.profiles import ProfileEncoder
from prepare import ids_only, prepared
from recommender.scorers.contract import Scorer, Training
from recommender.scorers.hybrid import Hybrid
from training.bootstrap import Figure, figures
from training.simulate import Simulation, simulate
from training.split import Split, split_at
from training.withhold import without_later

ALL = "all that ship"
#: Windows by quantiles of the events' times; those who judge elsewhere cut at .75 and later.
WINDOWS = "0.3,0.4,0.5,0.6,0.7"
GROUPS = ("all", "warm", "cold")


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """NDCG@10 of every teacher of a window, by hybrid or single scorer; shape (n,) each."""

    teachers: NDArray[np.integer]
    cold: NDArray[np.bool_]
    quality: Mapping[str, NDArray[np.float64]]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="*", help="folders of data sets")
    parser.add_argument("--simulate", type=int, help="also a county of so many teachers")
    parser.add_argument("--ids-only", action="store_true", help="leave out all but ids and times")
    parser.add_argument("--windows", default=WINDOWS, help="quantiles between the windows")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    console = Console(width=max(Console().width, 150))
    told = Console(stderr=True, width=150)
    bounds = [float(bound) for bound in arguments.windows.split(",")]
    with threadpool_limits(1):
        for name, dataset in _datasets(arguments):
            seen = ids_only(dataset) if arguments.ids_only else dataset
            title = f"{name}{' (ids)' if arguments.ids_only else ''}"
            tell = partial(told.print, f"{title}:", highlight=False)
            judged = [judge(window, arguments.seed, tell) for window in windows(seen, bounds)]
            console.print(table(f"{title}, windows {arguments.windows}", judged, arguments.seed))


def _datasets(arguments: argparse.Namespace) -> Iterator[tuple[str, Dataset]]:
    for folder in arguments.data:
        yield folder.name, prepared(folder)
    if arguments.simulate:
        county = Simulation(teachers=arguments.simulate)
        yield f"county of {arguments.simulate}", simulate(county, arguments.seed)[0]


def windows(dataset: Dataset, bounds: Sequence[float]) -> Iterator[Split]:
    """Yield the split at the start of each window; nothing after its end is in it."""
    moments = np.quantile(dataset.log.occurred_at, bounds).astype(np.int64)
    for number, (start, end) in enumerate(zip(moments[:-1], moments[1:], strict=True)):
        until = without_later(dataset, np.full(len(dataset.teachers), end))
        cut = pd.Timestamp(int(start), unit="us", tz="UTC")
        yield split_at(until, cut, f"window {bounds[number]:g} to {bounds[number + 1]:g}")


def judge(split: Split, seed: int, tell: Callable[[str], None]) -> Judged:
    """Judge the hybrids of one window, and each scorer alone."""
    train, cut = split.train, split.cut
    courses, profiles = CourseEncoder.fit(train, cut), ProfileEncoder.fit(train, cut)
    training = Training.of(train, cut, courses, profiles, seed)
    parts: dict[str, Scorer] = {name: Once(make) for name, make in makers().items()}
    ships = [name for name in parts if name not in MIGHT_SHIP]
    teachers = judged_teachers(split)
    quality = {}
    for label, names in _hybrids(ships).items():
        tell(f"{split.name}: {label}")
        hybrid = Hybrid({name: parts[name] for name in names}).fit(training)
        scores = _of_hybrid(hybrid, training, split)
        quality[label] = values(lists(scores, split, teachers, 10), split, teachers)[:, 0]
    for name, part in parts.items():
        scores = _of_scorer(part.fit(training), training)
        quality[name] = values(lists(scores, split, teachers, 10), split, teachers)[:, 0]
    return Judged(teachers, split.cold[teachers], quality)


def _hybrids(ships: Sequence[str]) -> dict[str, list[str]]:
    """Return the scorers of each hybrid, by what is told of it."""
    without = {f"without {name}": [each for each in ships if each != name] for name in ships}
    more = {f"with {name}": [*ships, name] for name in MIGHT_SHIP}
    return {ALL: list(ships), **without, **more}


def _of_hybrid(hybrid: Hybrid, training: Training, split: Split) -> Scores:
    def scores(teachers: NDArray[np.integer]) -> NDArray[np.float32]:
        profiles = training.profiles.rows(teachers)
        return hybrid.score(profiles, training.catalogue, split.can_be_shown(teachers))

    return scores


def _of_scorer(part: Scorer, training: Training) -> Scores:
    return lambda teachers: part.score(training.profiles.rows(teachers), training.catalogue)


def table(title: str, judged: Sequence[Judged], seed: int) -> Table:
    """Return a line for each scorer: alone, and what the hybrid gains by having it."""
    shown = Table(title=title, title_justify="left", caption_justify="left", box=box.SIMPLE_HEAD)
    for column in ("scorer", "alone", *(f"the hybrid gains, {group}" for group in GROUPS), ""):
        shown.add_column(column, no_wrap=True)
    whole = [each.quality[ALL] for each in judged]
    overall = _figures(judged, whole, seed)
    shown.caption = f"NDCG@10 of the hybrid with {ALL}: " + "; ".join(
        f"{group} {figure.mean:.4f} ({figure.teachers} teachers)"
        for group, figure in zip(GROUPS, overall, strict=True)
    )
    names = [name for name in judged[0].quality if name in makers()]
    for name in names:
        gains = _figures(judged, [_gain(each, name) for each in judged], seed)
        alone = _figures(judged, [each.quality[name] for each in judged], seed)[0].mean
        cells = (_interval(figure) for figure in gains)
        shown.add_row(name, f"{alone:.4f}", *cells, _word(gains[0], name))
    return shown


def _gain(window: Judged, name: str) -> NDArray[np.float64]:
    """Return what each teacher's list gains by a scorer."""
    if name in MIGHT_SHIP:
        return window.quality[f"with {name}"] - window.quality[ALL]
    return window.quality[ALL] - window.quality[f"without {name}"]


def _figures(
    judged: Sequence[Judged], found: Sequence[NDArray[np.float64]], seed: int
) -> list[Figure]:
    """Return the figure over all, warm and cold teachers."""
    own, cold = np.concatenate(found), np.concatenate([each.cold for each in judged])
    teachers = np.concatenate([each.teachers for each in judged])
    columns = [own, np.where(cold, np.nan, own), np.where(cold, own, np.nan)]
    return figures(np.column_stack(columns), teachers, np.random.default_rng(seed))


def _interval(figure: Figure) -> str:
    if np.isnan(figure.mean):
        return "-"
    return f"{figure.mean:+.4f} \\[{figure.low:+.3f}, {figure.high:+.3f}]"


def _word(gain: Figure, name: str) -> str:
    would = "would " if name in MIGHT_SHIP else ""
    if gain.low > 0:
        return f"{would}earn{'' if would else 's'} its place"
    if gain.high < 0:
        return f"{would}harm{'' if would else 's'}"
    return "no sure difference"


if __name__ == "__main__":
    main()
