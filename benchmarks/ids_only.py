"""A platform of which nothing is known but ids and times, through the real command line.

Usage: python benchmarks/ids_only.py [--teachers N] [--courses N] [--out DIR] [--only-write]

Writes plain CSV files (teacher_id, course_id, occurred_at) of a made-up platform, then runs
`zixuan train`, `zixuan batch` and, unless --no-judge, `zixuan evaluate` on them as processes of
their own; shows CPU seconds and peak memory of each, and how the hybrid compares with its parts.

What is made up: the popularity of courses falls as 1 / rank, and for a third of choices its peak
wanders through the catalogue as time goes by; teachers and courses belong to clusters of taste;
and a course leads to the next one of its series. How often teachers choose is geometric around
the median that is asked for, less what falls beyond the end. Peers, tuned, are compared on the
same folder by `benchmarks/peers.py DIR`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich import box
from rich.console import Console
from rich.table import Table

START, DAYS = pd.Timestamp("2023-09-01", tz="UTC"), 730
#: Of a teacher's choices, what share follows a series, and what share of the others keeps to taste.
FOLLOWS, TASTE = 0.3, 0.6
SERIES = 8
#: Over the whole time fashion wanders through so much of the catalogue, and leads so many choices.
DRIFT, DRIFTING = 0.4, 0.3


@dataclass(frozen=True, slots=True)
class Platform:
    """Sizes of a platform.

    Parameters
    ----------
    teachers, courses
        How many there are.
    median
        Half of the teachers chose so many courses or fewer.
    clusters
        Of taste.
    """

    teachers: int = 450
    courses: int = 200
    median: int = 4
    clusters: int = 12


def events(platform: Platform, rng: np.random.Generator) -> pd.DataFrame:
    """Draw who chose what and when: positions ``teacher`` and ``course``, and ``occurred_at``."""
    # Of a geometric number with chance p, half are at most ln 2 / p or so.
    counts = rng.geometric(min(1.0, np.log(2) / platform.median), platform.teachers)
    teacher = np.repeat(np.arange(platform.teachers), np.minimum(counts, platform.courses))
    first = np.cumsum(np.bincount(teacher, minlength=platform.teachers))[teacher]
    place = np.arange(len(teacher)) - (first - np.bincount(teacher)[teacher])
    joined = rng.random(platform.teachers) ** 0.7 * DAYS
    gaps = rng.exponential(30, len(teacher))
    total = np.cumsum(gaps)
    days = joined[teacher] + total - total[np.arange(len(teacher)) - place]
    course = _courses(platform, teacher, place, np.minimum(days, DAYS), rng)
    found = pd.DataFrame({"teacher": teacher, "course": course, "days": days})
    found = found[found["days"] < DAYS].drop_duplicates(["teacher", "course"])
    moment = START + pd.to_timedelta((found["days"] * 86_400).astype(int), unit="s")
    return found.assign(occurred_at=moment).drop(columns="days").sort_values("occurred_at")


def _courses(
    platform: Platform,
    teacher: NDArray[np.integer],
    place: NDArray[np.integer],
    days: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Draw each choice, all teachers' first choices at once, then all second ones ..."""
    n = platform.courses
    taste = rng.integers(platform.clusters, size=platform.teachers)
    # 1 / rank, drawn by inverting its sum.
    rank = np.floor(np.exp(rng.random(len(teacher)) * np.log(n + 1))).astype(np.int64) - 1
    drift = (days / DAYS * n * DRIFT).astype(np.int64) * (rng.random(len(teacher)) < DRIFTING)
    clusters = rng.integers(platform.clusters, size=n)
    place_of_choice = _kept_to_taste((rank + drift) % n, clusters, taste[teacher], rng)
    course = rng.permutation(n)[place_of_choice]
    follows = rng.random(len(teacher)) < FOLLOWS
    for step in range(1, int(place.max(initial=0)) + 1):
        rows = np.flatnonzero((place == step) & follows)
        before = course[rows - 1]
        course[rows] = before - before % SERIES + (before + 1) % SERIES
    return np.minimum(course, n - 1)


def _kept_to_taste(
    rank: NDArray[np.int64],
    clusters: NDArray[np.integer],
    taste: NDArray[np.integer],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Move a share of the choices to the next popular course of the teacher's cluster."""
    moved, keeps = rank.copy(), rng.random(len(rank)) < TASTE
    for cluster in np.unique(taste):
        own = np.flatnonzero(clusters == cluster)
        rows = np.flatnonzero(keeps & (taste == cluster))
        if len(own):
            moved[rows] = own[np.searchsorted(own, rank[rows]) % len(own)]
    return moved


def write(platform: Platform, seed: int, folder: Path) -> int:
    """Write the tables as plain CSV files, and return the number of events."""
    folder.mkdir(parents=True, exist_ok=True)
    found = events(platform, np.random.default_rng(seed))
    teachers = pd.Series([f"t{number:06d}" for number in range(platform.teachers)])
    courses = pd.Series([f"c{number:05d}" for number in range(platform.courses)])
    teachers.to_frame("teacher_id").to_csv(folder / "teachers.csv", index=False)
    courses.to_frame("course_id").to_csv(folder / "courses.csv", index=False)
    pd.DataFrame(
        {
            "teacher_id": teachers.to_numpy()[found["teacher"]],
            "course_id": courses.to_numpy()[found["course"]],
            "occurred_at": found["occurred_at"].dt.strftime("%Y-%m-%dT%H:%M:%SZ").to_numpy(),
        }
    ).to_csv(folder / "events.csv", index=False)
    return len(found)


@dataclass(frozen=True, slots=True)
class Run:
    """What a command took: seconds by the clock and of CPU, and its peak memory in MiB."""

    name: str
    wall: float
    cpu: float
    peak: float


def zixuan(*arguments: object) -> Run:
    """Run a command in a process of its own; its errors are shown and end the benchmark."""
    call = [sys.executable, "-m", "zixuan", *map(str, arguments)]
    began = time.perf_counter()
    process = subprocess.Popen(call, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    if code := os.waitstatus_to_exitcode(status):
        raise SystemExit(f"zixuan {arguments[0]} exited with {code}")
    # Linux counts kilobytes.
    return Run(str(arguments[0]), wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def main() -> None:
    arguments = _arguments()
    platform = Platform(arguments.teachers, arguments.courses, arguments.median)
    console = Console(width=max(Console().width, 100))
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.out or Path(temporary) / "tables"
        n_events = write(platform, arguments.seed, folder)
        console.print(
            f"{platform.teachers:,} teachers x {platform.courses:,} courses, {n_events:,} events; "
            f"seed {arguments.seed}"
        )
        if not arguments.only_write:
            _measure(console, folder, Path(temporary), arguments)


def _measure(
    console: Console, folder: Path, temporary: Path, arguments: argparse.Namespace
) -> None:
    model, found = temporary / "model", temporary / "found.json"
    runs = [
        zixuan("train", folder, "--out", model, "--no-record", "--quiet"),
        zixuan("batch", folder, "--model", model, "--out", temporary / "lists.parquet", "--quiet"),
    ]
    if not arguments.no_judge:
        runs.append(zixuan("evaluate", folder, "--split", "time:0.8", "--json", found, "--quiet"))
    table = Table(box=box.SIMPLE_HEAD)
    for column in ("zixuan", "seconds", "CPU s", "peak MiB"):
        table.add_column(column, justify="left" if column == "zixuan" else "right")
    for run in runs:
        table.add_row(run.name, f"{run.wall:.1f}", f"{run.cpu:.1f}", f"{run.peak:.0f}")
    console.print(table)
    if not arguments.no_judge:
        console.print(_figures(json.loads(found.read_text("utf-8"))))


def _figures(document: dict[str, list[dict[str, object]]]) -> Table:
    """Return NDCG@10 of each model by group of teachers, the best first."""
    table = Table(box=box.SIMPLE_HEAD, title="ndcg@10, time:0.8", title_justify="left")
    groups = ("all", "warm", "cold")
    for column in ("model", *groups):
        table.add_column(column)
    rows = [row for row in document["figures"] if row["metric"] == "ndcg@10"]
    means = {(row["model"], row["group"]): row["mean"] or 0.0 for row in rows}
    for model in sorted({row["model"] for row in rows}, key=lambda name: -means[name, "all"]):
        table.add_row(model, *(f"{means.get((model, group), 0.0):.4f}" for group in groups))
    return table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--teachers", type=int, default=450)
    parser.add_argument("--courses", type=int, default=200)
    parser.add_argument("--median", type=int, default=4, help="length of a history")
    parser.add_argument("--out", type=Path, help="keep the tables there")
    parser.add_argument("--only-write", action="store_true", help="write the tables, run nothing")
    parser.add_argument("--no-judge", action="store_true", help="leave out the evaluation")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
