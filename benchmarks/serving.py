"""What the service costs a request, against a route that does nothing.

Usage: python -m benchmarks.serving [--teachers N] [--courses N] [--years N] [--folder DIR]
    [--requests N] [--connections N] [--workers 1,2] [--only CASES] [--burst SECONDS] [--soak N]

By its module's name, for its file is called as the package that it measures. A province is
simulated, stored, and a model trained on it (kept in --folder for the next run). For each number
of workers a server is started and every route asked in turn: a bare path before the middleware,
static JSON behind it, lists, events, plans. Lists are asked for in three ways: *first*, of
teachers that the service does not have in memory; *again*, of those who ask once more within the
minute; *event and list, in turn*, of those who have just done something. CPU is that of all server
processes by the system's count; requests a second depend on what else the machine does, the load
itself included. Ratios are against the static route of the same run.

A *burst* is the opening of an enrolment window: ten times as many connections, for so long, each
asking for the lists of teachers who come one after the other. A *soak* goes on until so many
requests are answered, and tells the memory after each tenth of them: of fifty, one is an event, one
the list of a teacher who comes for the first time or comes back, the others those who ask again.
"""

from __future__ import annotations

import argparse
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from benchmarks.service.load import Told, ask, ask_for, request
from benchmarks.service.prepared import Province, prepare
from benchmarks.service.running import Server, running
from benchmarks.service.served import BARE, STATIC

COLUMNS = ("requests", "failed", "requests/s", "CPU us", "x static", "p50 ms", "p99 ms")
#: Teachers who ask again, and how often before: until every worker has answered each.
REGULARS, ROUNDS = 200, 4
#: So many times the connections open in a burst.
BURST = 10
PLAIN, TOLD = "k=10&explain=false", "k=10"


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of request.

    Parameters
    ----------
    share
        Of the asked number of requests, for what is slow.
    before
        How many are asked before, and not counted.
    """

    name: str
    make: Callable[[], Iterator[bytes]]
    share: float = 1.0
    before: int = 0


def main() -> None:
    arguments = _arguments()
    console = Console(width=max(Console().width, 120))
    with console.status("make the province"):
        province = prepare(arguments.folder, arguments.teachers, arguments.courses, arguments.years)
    for workers in map(int, arguments.workers.split(",")):
        settings = {
            "database_url": province.database,
            "artifact": province.artifact,
        }
        with running(settings, workers, arguments.folder / "server.log") as server:
            title = f"{arguments.teachers} teachers, {arguments.courses} courses, {workers} workers"
            console.print(_table(title, server, province, arguments))
            if arguments.soak:
                console.print(_soaked(server, province, arguments))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--teachers", type=int, default=2_000)
    parser.add_argument("--courses", type=int, default=1_000)
    parser.add_argument("--years", type=int, default=5, help="that the events span")
    parser.add_argument("--folder", type=Path, default=Path("benchmark-service"))
    parser.add_argument("--requests", type=int, default=2_000, help="of each kind")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--workers", default="1,2", help="numbers of workers to try")
    parser.add_argument("--only", default="", help="names of cases, separated by commas")
    parser.add_argument("--burst", type=float, default=10, help="seconds of it")
    parser.add_argument("--soak", type=int, default=0, help="requests of it; 0 leaves it out")
    return parser.parse_args()


def _table(title: str, server: Server, province: Province, arguments: argparse.Namespace) -> Table:
    table = Table(title=title)
    table.add_column("")
    for name in COLUMNS:
        table.add_column(name, justify="right")
    static = float("nan")
    for case in _cases(province):
        if arguments.only and case.name not in arguments.only.split(","):
            continue
        count = max(1, int(arguments.requests * case.share))
        ask(server.port, case.make(), case.before, arguments.connections)
        used, began = server.cpu_seconds(), pd.Timestamp.now()
        told = ask(server.port, case.make(), count, arguments.connections)
        seconds = (pd.Timestamp.now() - began).total_seconds()
        micros = (server.cpu_seconds() - used) / count * 1e6
        static = micros if case.name == "static" else static
        table.add_row(case.name, *_shown(told, count / seconds, micros, micros / static))
    if not arguments.only:
        used = server.cpu_seconds()
        told = ask_for(
            server.port, _burst(province), arguments.burst, BURST * arguments.connections
        )
        count = max(1, len(told.seconds))
        micros = (server.cpu_seconds() - used) / count * 1e6
        table.add_row("burst", *_shown(told, count / arguments.burst, micros, micros / static))
    table.caption = f"memory of all server processes at the end: {server.resident_mib():.0f} MiB"
    return table


def _burst(province: Province) -> Iterator[bytes]:
    return _lists(province, np.random.default_rng(1).permutation(len(province.teachers)))


def _soaked(server: Server, province: Province, arguments: argparse.Namespace) -> Table:
    """Return how much memory all server processes hold as requests go by."""
    table = Table("requests", "failed", "MiB", title="soak")
    rng = np.random.default_rng(2)
    mixed = _mixed(province, rng)
    failed = 0
    for tenth in range(1, 11):
        told = ask(server.port, mixed, arguments.soak // 10, arguments.connections)
        failed += told.failed
        table.add_row(
            f"{tenth * arguments.soak // 10:,}", f"{failed:,}", f"{server.resident_mib():,.0f}"
        )
    return table


def _lists(province: Province, teachers: np.ndarray, query: str = PLAIN) -> Iterator[bytes]:
    paths = [of_teacher(province.teachers[place], f"recommendations?{query}") for place in teachers]
    return cycle([request("GET", path, province.key) for path in paths])


def _shown(told: Told, rate: float, micros: float, ratio: float) -> list[str]:
    p50, p99 = np.percentile(told.seconds, [50, 99]) * 1e3
    return [
        f"{len(told.seconds):,}",
        f"{told.failed:,}",
        f"{rate:,.0f}",
        f"{micros:,.0f}",
        f"{ratio:.1f}",
        f"{p50:.1f}",
        f"{p99:.1f}",
    ]


def _cases(province: Province) -> list[Case]:
    rng = np.random.default_rng(0)
    order = rng.permutation(len(province.teachers))
    # No teacher is asked for twice in the two cases of those who are not in memory.
    half = len(order) // 2
    unknown, others = order[REGULARS:half], order[half:]
    regulars = order[:REGULARS]

    def get(path: str) -> Callable[[], Iterator[bytes]]:
        return lambda: cycle([request("GET", path, province.key)])

    def lists(teachers: np.ndarray, query: str) -> Callable[[], Iterator[bytes]]:
        return lambda: _lists(province, teachers, query)

    return [
        Case("bare", get(BARE)),
        Case("static", get(STATIC)),
        Case("list first", lists(unknown, PLAIN), 0.25),
        Case("list first explained", lists(others, TOLD), 0.25),
        Case("list again", lists(regulars, PLAIN), before=ROUNDS * REGULARS),
        Case("list again explained", lists(regulars, TOLD), before=ROUNDS * REGULARS),
        Case("event", lambda: _events(province, regulars, rng)),
        Case("event and list in turn", lambda: _in_turn(province, regulars, rng)),
        Case("plan", lambda: _plans(province, regulars), 0.02),
    ]


def of_teacher(teacher: str, what: str) -> str:
    return f"/v1/teachers/{quote(teacher, safe='')}/{what}"


def _event(province: Province, teacher: str, rng: np.random.Generator) -> bytes:
    event = {
        "event_id": uuid.uuid4().hex,
        "teacher_id": teacher,
        "course_id": province.courses[rng.integers(len(province.courses))],
        "occurred_at": pd.Timestamp.now("UTC").isoformat(),
        "kind": "viewed",
    }
    return request("POST", "/v1/events", province.key, json.dumps(event).encode())


def _events(province: Province, teachers: np.ndarray, rng: np.random.Generator) -> Iterator[bytes]:
    for place in cycle(teachers):
        yield _event(province, province.teachers[place], rng)


def _in_turn(province: Province, teachers: np.ndarray, rng: np.random.Generator) -> Iterator[bytes]:
    """Yield an event and a list of the same teacher, one after the other."""
    for place in cycle(teachers):
        teacher = province.teachers[place]
        yield _event(province, teacher, rng)
        path = of_teacher(teacher, f"recommendations?{PLAIN}")
        yield request("GET", path, province.key)


def _mixed(province: Province, rng: np.random.Generator) -> Iterator[bytes]:
    order = rng.permutation(len(province.teachers))
    events = _events(province, order, rng)
    others, regulars = _lists(province, order), _lists(province, order[:REGULARS])
    while True:
        yield next(events)
        yield next(others)
        yield from islice(regulars, 48)


def _plans(province: Province, teachers: np.ndarray) -> Iterator[bytes]:
    for place in cycle(teachers):
        path = of_teacher(province.teachers[place], "plan")
        yield request("POST", path, province.key, b"{}")


if __name__ == "__main__":
    main()
