"""Train and rank for a whole province: seconds and memory.

Usage: python benchmarks/scale.py [--teachers N] [--courses N] [--events N]

Choices are drawn at random: course popularity falls as 1 / (rank + 10), half of a teacher's
choices come from one of 50 themes. Set OMP_NUM_THREADS to the number of threads to measure with.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
from rich.console import Console

from features.columns import ColumnsFile
from features.dataset import Dataset
from features.moments import instant
from recommender.model import Model
from recommender.ranking import rank

START, END = pd.Timestamp("2021-09-01", tz="UTC"), pd.Timestamp("2026-07-01", tz="UTC")
THEMES = 50
PHASES = ("kindergarten", "primary", "junior", "senior")
STAGES = ("novice", "developing", "backbone", "lead")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--teachers", type=int, default=100_000)
    parser.add_argument("--courses", type=int, default=3_000)
    parser.add_argument("--events", type=int, default=20, help="for each teacher")
    parser.add_argument("--scorers", help="names, separated by commas; all when left out")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    console = Console()
    threads = os.environ.get("OMP_NUM_THREADS", "as many as there are cores")
    console.print(f"seed {arguments.seed}; threads: {threads}")
    scorers = arguments.scorers.split(",") if arguments.scorers else None
    with measured(console, "make the data set"):
        dataset = province(
            arguments.teachers,
            arguments.courses,
            arguments.events,
            np.random.default_rng(arguments.seed),
        )
    console.print(f"{len(dataset.log):,} events")
    with measured(console, "train"):
        model = Model.fit(
            dataset,
            as_of=END,
            scorers=scorers,
            seed=arguments.seed,
            report=lambda step: console.print(f"  {step}"),
        )
    with measured(console, "top 10 of every teacher"):
        for _ in rank(model, dataset, as_of=END, k=10):
            pass


def province(n_teachers: int, n_courses: int, n_events: int, rng: np.random.Generator) -> Dataset:
    """Draw teachers, courses and choices."""
    theme_of_course = rng.integers(THEMES, size=n_courses)
    theme_of_teacher = rng.integers(THEMES, size=n_teachers)
    teacher = np.repeat(np.arange(n_teachers), n_events)
    weight = 1 / (np.arange(n_courses) + 10)
    course = rng.choice(n_courses, size=len(teacher), p=weight / weight.sum())
    own = rng.random(len(teacher)) < 0.5
    for theme in range(THEMES):
        rows = np.flatnonzero(own & (theme_of_teacher[teacher] == theme))
        among = np.flatnonzero(theme_of_course == theme)
        if len(among):
            share = weight[among] / weight[among].sum()
            course[rows] = rng.choice(among, size=len(rows), p=share)
    moments = rng.integers(instant(START), instant(END), size=len(teacher))
    ids = np.array([f"t{number:06}" for number in range(n_teachers)], dtype=object)
    course_ids = np.array([f"c{number:05}" for number in range(n_courses)], dtype=object)
    tables = {
        "teachers": {
            "teacher_id": ids,
            "phase": rng.choice(PHASES, n_teachers),
            "career_stage": rng.choice(STAGES, n_teachers),
        },
        "courses": {
            "course_id": course_ids,
            "theme": [f"theme {theme}" for theme in theme_of_course],
        },
        "events": {
            "teacher_id": ids[teacher],
            "course_id": course_ids[course],
            "occurred_at": pd.to_datetime(moments, unit="us", utc=True),
        },
    }
    frames = {name: pd.DataFrame(columns) for name, columns in tables.items()}
    return Dataset.of(frames, ColumnsFile(features={"courses": {"theme": "category"}}))


@contextmanager
def measured(console: Console, step: str) -> Iterator[None]:
    """Print the seconds of a step, and the most memory the process has held so far."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    # Linux counts kilobytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    console.print(f"{step}: {wall:.1f} s ({cpu:.1f} s CPU), peak {peak:.2f} GiB")


if __name__ == "__main__":
    main()
