"""Writers under cuts of power: the store's own group commit, on a disk that forgets."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count, takewhile
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from benchmarks.faults import apsw_driver
from benchmarks.faults.power import VFS, Cut, Disk, Shim
from benchmarks.faults.scene import COURSE, TENANT_NAME, fill, row
from benchmarks.faults.tally import Tally
from serving.store.engine import Store
from serving.store.events import record, with_id

WRITERS = 6
#: Events that one of them writes alone, as in bulk.
BULK = 20
#: The most operations of the disk between two cuts.
SPACING = 500


def cut_power(folder: Path, cuts: int, seed: int, synchronous: str = "FULL") -> Tally:
    """Write with many threads, cut the power so often, and look at what each cut has left.

    Parameters
    ----------
    synchronous
        As SQLite is told to sync; the store itself says FULL.
    """
    acknowledged: list[str] = []
    rng = np.random.default_rng(seed)
    disk = Disk(folder / "cuts", lambda: len(acknowledged), rng, SPACING)
    shim = Shim(disk)  # lives as long as connections through it do
    with _store(folder / "store.db", synchronous) as store:
        disk.begin()
        with ThreadPoolExecutor(WRITERS) as pool:
            writing = [
                pool.submit(_write, store, writer, acknowledged, lambda: len(disk.cuts) < cuts)
                for writer in range(WRITERS)
            ]
        for each in writing:
            each.result()
    shim.unregister()
    tally = Tally()
    for cut in disk.cuts[:cuts]:
        _look(cut, acknowledged, tally)
    return tally


@contextmanager
def _store(file: Path, synchronous: str) -> Iterator[Store]:
    apsw_driver.register()
    store = Store.open(f"sqlite+apsw:///{file}?vfs={VFS}")

    @sa.event.listens_for(store.engine, "connect")
    def loosen(connection: Any, entry: Any) -> None:
        connection.cursor().execute(f"PRAGMA synchronous = {synchronous}")

    store.engine.dispose()
    fill(store, ["t"])
    yield store
    store.close()


def _write(store: Store, writer: int, acknowledged: list[str], more: Callable[[], bool]) -> None:
    for number in takewhile(lambda _: more(), count()):
        alone = number % 10 == 9
        names = [f"{writer}-{number}-{n}" for n in range(BULK if alone else 1)]
        rows = [with_id(_event(name, writer, number * BULK + n)) for n, name in enumerate(names)]
        with store.writing(alone=alone) as connection:
            record(connection, TENANT_NAME, rows)
        acknowledged.extend(names)


def _event(name: str, writer: int, moment: int) -> dict[str, Any]:
    occurred = {"occurred_at": moment, "value": float(writer), "kind": "completed"}
    return row("events", event_id=name, teacher_id="t", course_id=COURSE, **occurred)


def _look(cut: Cut, acknowledged: list[str], tally: Tally) -> None:
    # Opened as after any start: by the SQLite of Python, which recovers what the other wrote.
    store = Store.open(f"sqlite:///{cut.folder / 'store.db'}")
    with store.reading() as connection:
        found = connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()
    if found != "ok":
        raise SystemExit(f"{cut.folder} is damaged: {found}")
    tally.count(acknowledged[: cut.promised], store)
    store.close()
    shutil.rmtree(cut.folder)
