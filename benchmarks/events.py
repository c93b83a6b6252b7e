"""Events per second, each acknowledged only when it is durable: shared commits against one each.

python benchmarks/events.py [--seconds 5] [--database URL]

Writers do what ``POST /v1/events`` does beneath HTTP: check an event against what is stored, look
whether it is known, add it. Without a URL the store is an SQLite file in the working folder, on
the disk whose syncing is to be measured.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from features.moments import NEVER
from features.tables import BY_NAME
from serving.store.bulk import record_many
from serving.store.checks import Check
from serving.store.engine import Store
from serving.store.events import EVENTS, record, with_id
from serving.store.rows import insert
from serving.store.schema import DATA, DEFAULT_TENANT
from serving.store.tenants import add_tenant, find_tenant
from serving.store.writers import WRITES

NOW = pd.Timestamp("2026-03-01T00:00:00Z")
TEACHERS = 1_000
BULK = 20_000


@dataclass(frozen=True, slots=True)
class OneEach:
    """One commit for each writer, and so one wait for the disk: what sharing is compared with."""

    engine: sa.Engine
    turn: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def writing(self, *, alone: bool) -> Iterator[sa.Connection]:
        """Write in a transaction of its own, in turn."""
        with self.turn, self.engine.connect() as plain:
            connection = plain.execution_options(**{WRITES: True})
            with connection.begin():
                yield connection


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--database", help="URL of an empty database")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        url = options.database or f"sqlite:///{Path(folder) / 'events.db'}"
        store = Store.open(url)
        _fill(store)
        _report(store, options.seconds)
        store.close()


def _fill(store: Store) -> None:
    teachers = [
        _row("teachers", teacher_id=f"t{n}", valid_from=NEVER, role="teacher")
        for n in range(TEACHERS)
    ]
    with store.writing(alone=True) as connection:
        add_tenant(connection, DEFAULT_TENANT)
        insert(connection, DATA["courses"], [_row("courses", course_id="c1", kind="course")])
        insert(connection, DATA["teachers"], teachers)


def _row(table: str, **cells: object) -> dict[str, object]:
    names = [column.name for column in DATA[table].columns]
    return dict.fromkeys(names) | {"tenant_id": DEFAULT_TENANT} | cells


def _report(store: Store, seconds: float) -> None:
    kinds = {"as served": store}
    if store.engine.dialect.name == "sqlite":
        kinds["one commit each"] = replace(store, writer=OneEach(store.engine))
    rates: dict[tuple[str, int], float] = {}
    for writers in (1, 16):
        for name, kind in kinds.items():
            rates[name, writers] = rate = _rate(kind, writers, seconds, f"{name}-{writers}")
            print(f"{name:>16}, {writers:>2} writers: {rate:8,.0f} events/s")
        if len(kinds) > 1:
            ratio = rates["as served", writers] / rates["one commit each", writers]
            print(f"{'ratio':>16}, {writers:>2} writers: {ratio:8.2f}")

    print(f"{'in bulk':>16}: {_bulk_rate(store):22,.0f} events/s")


def _bulk_rate(store: Store) -> float:
    events = [_values(f"bulk-{n}", f"t{n % TEACHERS}") for n in range(BULK)]
    began = time.perf_counter()
    record_many(store, DEFAULT_TENANT, events, NOW)
    return BULK / (time.perf_counter() - began)


def _rate(store: Store, writers: int, seconds: float, run: str) -> float:
    began = time.perf_counter()
    end = began + seconds

    def send(writer: int) -> int:
        count = 0
        while time.perf_counter() < end:
            _post(store, f"{run}-{writer}-{count}", f"t{(writer * 61 + count) % TEACHERS}")
            count += 1
        return count

    with ThreadPoolExecutor(writers) as pool:
        total = sum(pool.map(send, range(writers)))
    return total / (time.perf_counter() - began)


def _post(store: Store, event_id: str, teacher: str) -> None:
    values = _values(event_id, teacher)
    with store.writing() as connection:
        check = Check(connection, find_tenant(connection, DEFAULT_TENANT), NOW)
        record(connection, DEFAULT_TENANT, [with_id(check.row(EVENTS, values))])


def _values(event_id: str, teacher: str) -> dict[str, object]:
    return dict.fromkeys(BY_NAME["events"].names) | {
        "event_id": event_id,
        "teacher_id": teacher,
        "course_id": "c1",
        "occurred_at": NOW.to_pydatetime(),
        "recorded_at": NOW.to_pydatetime(),
    }


if __name__ == "__main__":
    main()
