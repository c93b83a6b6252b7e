"""Many writers: each is told only what is durable, and one who fails undoes its own alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from features.errors import Refused
from features.moments import NEVER
from serving.store.engine import Store
from serving.store.events import Outcome, record, with_id
from serving.store.rows import insert
from serving.store.schema import DATA, TENANT
from serving.store.tenants import add_tenant
from serving.store.transfer import export_dataset
from serving.store.writers import WRITES

PATIENCE = 30


@pytest.fixture
def sqlite(tmp_path: Path):
    store = Store.open(f"sqlite:///{tmp_path / 'store.db'}")
    yield store
    store.close()


def course(number: object, **cells: object) -> dict[str, Any]:
    return {TENANT: "default", "course_id": f"c{number}", "kind": "course"} | cells


def write(store: Store, row: dict[str, Any]) -> None:
    with store.writing() as connection:
        insert(connection, DATA["courses"], [row])


def stored(store: Store) -> set[str]:
    with store.reading() as connection:
        return set(connection.scalars(sa.select(DATA["courses"].c.course_id)))


def together(store: Store, *works: Callable[[], None]) -> list[Future[None]]:
    """Let all works wait for their turn behind one writer, and return what became of them."""
    futures = []
    # The first is of the group too: what undoes the group's work undoes its own.
    with ThreadPoolExecutor(len(works)) as pool, suppress(sa.exc.OperationalError), store.writing():
        for number, work in enumerate(works, 1):
            futures.append(pool.submit(work))
            until(lambda wanted=number: store.writer._waiting == wanted)
    return futures


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_one_who_fails_undoes_its_own_work_alone(sqlite: Store):
    def failing() -> None:
        with sqlite.writing() as connection:
            insert(connection, DATA["courses"], [course("bad")])
            raise Refused("this")

    good, bad, later = together(
        sqlite, lambda: write(sqlite, course(1)), failing, lambda: write(sqlite, course(2))
    )
    assert (good.exception(), later.exception()) == (None, None)
    assert isinstance(bad.exception(), Refused)
    assert stored(sqlite) == {"c1", "c2"}


def test_a_commit_that_fails_is_told_to_all_whose_work_it_was(sqlite: Store):
    def full(connection: sa.Connection) -> None:
        raise sa.exc.OperationalError("COMMIT", {}, OSError("disk full"))

    sa.event.listen(sqlite.engine, "commit", full)
    works = [lambda n=number: write(sqlite, course(n)) for number in range(4)]
    became = [type(future.exception()) for future in together(sqlite, *works)]
    assert became == [sa.exc.OperationalError] * 4
    sa.event.remove(sqlite.engine, "commit", full)
    assert stored(sqlite) == set()
    write(sqlite, course("after"))
    assert stored(sqlite) == {"cafter"}


@pytest.mark.parametrize("last", [True, False])
def test_on_a_full_disk_what_was_acknowledged_is_there_and_nothing_else(sqlite: Store, last: bool):
    with sqlite.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def limit(connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 20}")

    sa.event.listen(sqlite.engine, "begin", limit)
    names = [*range(4), "large"] if last else ["large", *range(4)]
    large = {"title_zh": "x" * 1_000_000}
    works = [
        lambda n=name: write(sqlite, course(n, **(large if n == "large" else {}))) for name in names
    ]
    became = together(sqlite, *works)
    told = {
        f"c{name}" for name, future in zip(names, became, strict=True) if not future.exception()
    }
    assert "clarge" not in told
    assert stored(sqlite) == told


def test_who_waits_meanwhile_shares_one_commit(sqlite: Store):
    commits = []
    sa.event.listen(sqlite.engine, "commit", commits.append)
    works = [lambda n=number: write(sqlite, course(n)) for number in range(8)]
    assert [future.exception() for future in together(sqlite, *works)] == [None] * 8
    assert len(commits) == 1
    assert len(stored(sqlite)) == 8


def test_nobody_goes_on_before_the_commit(sqlite: Store):
    reached, go = threading.Event(), threading.Event()

    def slow(connection: sa.Connection) -> None:
        if connection.get_execution_options().get(WRITES):
            reached.set()
            assert go.wait(PATIENCE)

    sa.event.listen(sqlite.engine, "commit", slow)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(write, sqlite, course(1))
        assert reached.wait(PATIENCE)
        second = pool.submit(write, sqlite, course(2))
        assert not first.done()
        assert stored(sqlite) == set()
        go.set()
        assert (first.result(PATIENCE), second.result(PATIENCE)) == (None, None)


def test_long_work_is_not_waited_for(sqlite: Store):
    """Its commit is its own: what came before it is durable before it begins."""
    seen: list[set[str]] = []

    def long() -> None:
        with sqlite.writing(alone=True) as connection:
            seen.append(stored(sqlite))
            insert(connection, DATA["courses"], [course("long")])

    with ThreadPoolExecutor(1) as pool:
        with sqlite.writing() as connection:
            insert(connection, DATA["courses"], [course("short")])
            work = pool.submit(long)
        work.result(PATIENCE)
    assert seen == [{"cshort"}]
    assert stored(sqlite) == {"cshort", "clong"}


def test_of_many_threads_every_acknowledged_event_is_there_once(store: Store):
    """Each event is sent by two threads at the same time; one of them is told that it was known."""
    with store.writing() as connection:
        add_tenant(connection, "default")
        insert(connection, DATA["courses"], [course(1)])
        insert(connection, DATA["teachers"], [state("t1")])
    barrier = threading.Barrier(8)

    def send(sender: int) -> list[Outcome]:
        barrier.wait(PATIENCE)
        return [post(store, f"e{sender // 2}-{number}") for number in range(20)]

    with ThreadPoolExecutor(8) as pool:
        outcomes = [outcome for found in pool.map(send, range(8)) for outcome in found]
    assert outcomes.count(Outcome.RECORDED) == outcomes.count(Outcome.KNOWN) == 80
    assert len(export_dataset(store).log) == 80


def state(teacher: str) -> dict[str, Any]:
    return {TENANT: "default", "teacher_id": teacher, "valid_from": NEVER, "role": "teacher"}


def post(store: Store, event_id: str) -> Outcome:
    row = dict.fromkeys(DATA["events"].columns.keys()) | {
        TENANT: "default",
        "event_id": event_id,
        "teacher_id": "t1",
        "course_id": "c1",
        "occurred_at": 0,
        "kind": "completed",
    }
    with store.writing() as connection:
        return record(connection, "default", [with_id(row)])[0]
