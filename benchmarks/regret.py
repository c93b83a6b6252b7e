"""A simulated year: what is lost against the best lists, by how lists are made.

By a model that stands still, one that folds events in, one that explores besides; the latter two
also trained anew in between.

    python benchmarks/regret.py --seeds 5

Tastes are those of `training.simulate`, known exactly. A part of the courses is held back and
appears, without any takers, during the year. Each month a third of the teachers get a list; the
best list holds the eligible courses of the highest true utility u. A teacher takes one course of
the list or none, by chance in proportion to v(rank) exp(u) and exp(OUTSIDE), where
v(rank) = 1 / log2(1 + rank) is how often a place is looked at. What a list is worth is the chance
that something is taken; regret is what the best list at that moment is worth more. All kinds of
lists meet the same teachers with the same luck.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.stats import t as student

from features.catalogue import Catalogue
from features.dataset import Dataset
from features.events import EventLog
from recommender.eligibility import Eligibility
from recommender.explore import Exploration
from recommender.model import Model
from recommender.ranking import NONE, Ranker
from training.simulate import Simulation, Truth, simulate

START = pd.Timestamp("2024-11-01", tz="UTC")
MONTHS, TRAINED_EVERY = 12, 3
HELD_BACK, ACTIVE = 0.25, 1 / 3
OUTSIDE = 3.0
SCORERS = ("popularity", "content", "sequence")


@dataclass(frozen=True)
class Kind:
    """How lists are made."""

    folds_in: bool = True
    explore: float = 0.0
    trains: bool = False
    random: bool = False


@dataclass
class Year:
    """What one kind of lists has come to.

    ``dataset`` grows with every choice; ``regret`` and ``chosen`` are by month, ``fresh`` counts
    choices of courses that appeared during the year.
    """

    dataset: Dataset
    model: Model
    catalogue: Catalogue
    regret: list[float] = field(default_factory=list)
    chosen: int = 0
    fresh: int = 0
    lists: int = 0


@dataclass(frozen=True)
class World:
    """A province at the start of the year, and the truth about it."""

    dataset: Dataset
    truth: Truth
    new: NDArray[np.bool_]
    seed: int

    @classmethod
    def of(cls, settings: Simulation, seed: int) -> World:
        """Simulate, hold courses back, and forget all that came later."""
        whole, truth = simulate(settings, seed)
        rng = np.random.default_rng((seed, 1))
        courses = whole.table("courses").copy()
        new = rng.random(len(courses)) < HELD_BACK
        days = pd.to_timedelta(rng.integers(0, 300, int(new.sum())), unit="D")
        courses.loc[new, "available_from"] = START + days
        new |= (courses["available_from"] >= START).to_numpy()
        events = whole.table("events")
        known = events[["occurred_at", "recorded_at"]].max(axis=1) < START
        held = events["course_id"].isin(courses["course_id"][new])
        enrolments = whole.table("enrolments")
        tables = {name: whole.table(name) for name in ("organisations", "teachers", "offerings")}
        tables |= {"courses": courses, "events": events[known & ~held]}
        tables["enrolments"] = enrolments[enrolments["decided_at"] < START]
        return cls(Dataset.of(tables), truth, new, seed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--teachers", type=int, default=400)
    parser.add_argument("--courses", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=10)
    parser.add_argument("-k", type=int, default=5)
    parser.add_argument("--explore", type=float, default=0.2)
    asked = parser.parse_args()
    console = Console(width=120)
    used = time.process_time()
    kinds = {
        "random": Kind(random=True),
        "static": Kind(folds_in=False),
        "fold-in": Kind(),
        "fold-in + exploration": Kind(explore=asked.explore),
        "fold-in + training": Kind(trains=True),
        "fold-in + exploration + training": Kind(explore=asked.explore, trains=True),
    }
    found: dict[str, list[Year]] = {name: [] for name in kinds}
    for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
        settings = Simulation(teachers=asked.teachers, courses=asked.courses, years=4)
        for name, year in lived(World.of(settings, seed), kinds, asked.k):
            found[name].append(year)
        console.print(f"seed {seed}: {time.process_time() - used:.0f} s CPU so far")
    console.print(
        f"{asked.teachers} teachers, {asked.courses} courses, lists of {asked.k}, a share of "
        f"{asked.explore:g} explores, trained anew every {TRAINED_EVERY} months"
    )
    console.print(shown(found))


def lived(world: World, kinds: Mapping[str, Kind], k: int) -> Iterator[tuple[str, Year]]:
    """Live through the year once for each kind of lists."""
    first = trained(world.dataset, START, world.seed)
    for name, kind in kinds.items():
        year = Year(world.dataset, *first)
        for month in range(MONTHS):
            moment = START + pd.DateOffset(months=month)
            if kind.trains and month and month % TRAINED_EVERY == 0:
                year.model, year.catalogue = trained(year.dataset, moment, world.seed)
            live(world, kind, year, month, k)
        yield name, year


def trained(dataset: Dataset, moment: pd.Timestamp, seed: int) -> tuple[Model, Catalogue]:
    """Return a model of what is known, and the courses as it sees them."""
    model = Model.fit(dataset, as_of=moment, scorers=SCORERS, seed=seed)
    return model, model.catalogue(dataset, moment)


def live(world: World, kind: Kind, year: Year, month: int, k: int) -> None:
    """Show lists to this month's teachers and let them choose."""
    moment = START + pd.DateOffset(months=month)
    rng = np.random.default_rng((world.seed, 2, month))
    n, n_courses = len(world.dataset.teachers), len(world.dataset.courses)
    teachers = np.flatnonzero(rng.random(n) < ACTIVE)
    # Drawn for all, so that each kind of lists meets the same luck.
    chance = rng.gumbel(size=(n, n_courses + 1))[teachers]
    utility = worth(world, year, teachers, moment)
    eligibility = Eligibility.of(year.dataset, moment)
    allowed = eligibility.allowed(teachers)
    luck = np.random.default_rng((world.seed, 3, month))
    if kind.random:
        order = np.argsort(np.where(allowed, luck.random(allowed.shape), 2), axis=1)[:, :k]
        shown = np.where(np.take_along_axis(allowed, order, axis=1), order, NONE)
    else:
        shown = listed(world, kind, year, eligibility, teachers, moment, luck=luck, k=k)
    best = np.argsort(-np.where(allowed, utility, -np.inf), axis=1)[:, :k]
    best = np.where(np.take_along_axis(allowed, best, axis=1), best, NONE)
    year.regret.append(float((value(utility, best) - value(utility, shown)).sum()))
    year.lists += len(teachers)
    look = np.log(1 / np.log2(np.arange(k) + 2))
    drawn = np.take_along_axis(utility, shown, axis=1) + look
    drawn += np.take_along_axis(chance, shown, axis=1)
    drawn[shown == NONE] = -np.inf
    place = drawn.argmax(axis=1)
    rows = np.flatnonzero(drawn.max(axis=1) > OUTSIDE + chance[:, -1])
    course = shown[rows, place[rows]]
    year.chosen += len(rows)
    year.fresh += int(world.new[course].sum())
    year.dataset = grown(year.dataset, teachers[rows], course, moment + pd.Timedelta("1D"))


def worth(
    world: World, year: Year, teachers: NDArray[np.integer], moment: pd.Timestamp
) -> NDArray[np.float64]:
    """Return the true utility of every course, drift from the one chosen last included."""
    every = np.arange(len(world.dataset.courses))
    utility = world.truth.utility(teachers, every, moment.year).astype(np.float64)
    log = year.dataset.log.of_kinds("selected", "started", "completed").before(moment)
    log = log.where(log.self_selected)
    last = np.full(len(world.dataset.teachers), NONE)
    last[log.teacher] = log.course
    having = np.flatnonzero(last[teachers] != NONE)
    utility[having] += world.truth.drift(last[teachers[having]], every)
    return utility


def listed(
    world: World,
    kind: Kind,
    year: Year,
    eligibility: Eligibility,
    teachers: NDArray[np.integer],
    moment: pd.Timestamp,
    *,
    luck: np.random.Generator,
    k: int,
) -> NDArray[np.int32]:
    """Return the model's lists, shape (n, k)."""
    seen = year.catalogue.at(world.dataset, moment)
    known, since = (year.dataset, moment) if kind.folds_in else (world.dataset, START)
    ranker = Ranker(
        model=year.model,
        catalogue=seen,
        eligibility=eligibility,
        profiles=year.model.profiles(known, since, seen, teachers),
        k=k,
        exploration=Exploration.of(kind.explore, k, len(teachers), luck),
    )
    return np.concatenate([ranker.chunk(start).courses for start in ranker.starts])


def value(utility: NDArray[np.float64], shown: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the chance that something is taken from each list."""
    look = 1 / np.log2(np.arange(shown.shape[1]) + 2)
    pull = np.exp(np.take_along_axis(utility, shown, axis=1)) * look * (shown != NONE)
    return pull.sum(axis=1) / (np.exp(OUTSIDE) + pull.sum(axis=1))


def grown(
    dataset: Dataset,
    teachers: NDArray[np.integer],
    courses: NDArray[np.integer],
    moment: pd.Timestamp,
) -> Dataset:
    """Return the data set with courses completed; its hash stays, for nothing here asks for it."""
    rows = pd.DataFrame(
        {
            "teacher_id": dataset.teachers.outside(teachers),
            "course_id": dataset.courses.outside(courses),
            "occurred_at": moment,
            "kind": "completed",
        }
    )
    events = pd.concat([dataset.table("events"), rows], ignore_index=True)
    events = events.sort_values("occurred_at", kind="stable", ignore_index=True)
    tables = MappingProxyType({**dataset.tables, "events": events})
    return replace(
        dataset, tables=tables, log=EventLog.of(tables, dataset.teachers, dataset.courses)
    )


def shown(found: Mapping[str, list[Year]]) -> Table:
    """Return the table: means over seeds with 95% intervals, differences paired by seed."""
    table = Table(title="per 100 lists; [95% t-interval over seeds]", title_justify="left")
    table.add_column("lists by")
    for name in ("regret", "less than fold-in", "less than unexplored", "chosen", "new"):
        table.add_column(name, justify="right")
    regrets = {
        name: np.array([100 * sum(y.regret) / y.lists for y in years])
        for name, years in found.items()
    }
    for name, years in found.items():
        regret, plain = regrets[name], regrets.get(name.replace(" + exploration", ""))
        table.add_row(
            name,
            interval(regret),
            interval(regrets["fold-in"] - regret) if name != "fold-in" else "",
            interval(plain - regret) if "exploration" in name else "",
            f"{np.mean([100 * y.chosen / y.lists for y in years]):.1f}",
            f"{np.mean([100 * y.fresh / y.lists for y in years]):.1f}",
        )
    return table


def interval(values: NDArray[np.float64]) -> str:
    """Return a mean with its interval."""
    mean, n = values.mean(), len(values)
    if n < 2:
        return f"{mean:.2f}"
    half = student.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n)
    return f"{mean:.2f} [{mean - half:.2f}, {mean + half:.2f}]"


if __name__ == "__main__":
    main()
