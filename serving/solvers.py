"""Processes that make plans: each with a store, a model and the catalogues of its own.

What crosses between processes is small: whom to see and when, what is asked, and what came of it.
Of a teacher each process sees what the store holds, as of the moment that the request saw; the one
that answers has checked whose the teacher is, and stores what is made. A process that takes too
long is killed, one that died is replaced, and no other request notices.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, Self, TypeVar

import pandas as pd
import structlog

from recommender.artifact import load
from serving.advising import View, Window
from serving.datasets import Shelves
from serving.errors import Unfinished
from serving.models import Loaded
from serving.store.engine import Store
from serving.store.tenants import all_tenants

Made = TypeVar("Made")
#: So many models are kept by a process: the champion, a candidate, and one that is replaced.
MODELS = 3


@dataclass(frozen=True, slots=True)
class Sight:
    """Whom a process is to see, by which model, and as of when."""

    tenant: str
    teacher_id: str
    as_of: pd.Timestamp
    now: pd.Timestamp
    folder: Path

    @classmethod
    def of(cls, view: View, folder: Path) -> Self:
        """Say how a view is seen again."""
        return cls(view.tenant, view.teacher_id, view.as_of, view.now, folder)


class Solver:
    """One process, started at once and replaced when it is lost.

    Parameters
    ----------
    seconds
        Within which it has to make what it is asked for.
    database_url
        Of the store that it reads.
    """

    def __init__(self, seconds: float, database_url: str) -> None:
        self._seconds = seconds
        self._database_url = database_url
        self._seen: tuple[tuple[Path, ...], pd.Timestamp] = (), pd.Timestamp(0, tz="UTC")
        self._begin()

    def see(self, folders: tuple[Path, ...], now: pd.Timestamp) -> Future[None]:
        """Load models and see every catalogue by them; what is asked next waits for that."""
        self._seen = folders, now
        self._ready = self._executor.submit(_see, folders, now)
        return self._ready

    def make(self, sight: Sight, work: Callable[..., Made], *asked: object) -> Made:
        """Return what the work makes of a view; what it raises is raised here."""
        self._ready.exception()  # not of the time that the plan may take; a fault shows below
        try:
            return self._executor.submit(_made, sight, work, *asked).result(self._seconds)
        except TimeoutError:
            late = Unfinished(f"one within {self._seconds:g} seconds", "none")
            self._replace("killed")
            raise late from None
        except BrokenProcessPool:
            lost = Unfinished("its process to make it", "a process that died")
            self._replace("died")
            raise lost from None

    def stop(self) -> None:
        """End the process, after what it is making."""
        self._executor.shutdown(cancel_futures=True)

    def _begin(self) -> None:
        # Not a fork: this process has threads, which a fork would leave in the middle.
        spawn = get_context("spawn")
        self._executor = ProcessPoolExecutor(1, spawn, _begin, (self._database_url,))
        self._pid = self._executor.submit(os.getpid)
        self.see(*self._seen)

    def _replace(self, what: str) -> None:
        structlog.get_logger().error("solver replaced", why=what)
        lost, pid = self._executor, self._pid
        if pid.exception() is None:
            _kill(pid.result())
        lost.shutdown(wait=False, cancel_futures=True)
        self._begin()


class Solvers:
    """So many processes, of which each makes one plan at a time."""

    def __init__(self, count: int, seconds: float, database_url: str) -> None:
        self._seconds, self._database_url = seconds, database_url
        self._all = [self._new() for _ in range(count)]
        self._free: SimpleQueue[Solver] = SimpleQueue()
        self._used = False
        self._give(self._all)

    def make(self, sight: Sight, work: Callable[..., Made], *asked: object) -> Made:
        """Let the next process that is free make something of a view.

        Raises
        ------
        Unfinished
            If it took too long, or its process died.
        """
        solver = self._free.get()
        try:
            return solver.make(sight, work, *asked)
        finally:
            self._free.put(solver)

    def see(self, folders: tuple[Path, ...], now: pd.Timestamp) -> None:
        """Let every process see every catalogue by the models that answer, or are about to.

        Processes that are at work go on until others, which have seen them, take their place.
        """
        first, self._used = not self._used, True
        seeing = self._all if first else [self._new() for _ in self._all]
        for ready in [each.see(folders, now) for each in seeing]:
            ready.exception()  # what cannot be seen now is seen when it is asked for
        if not first:
            replaced = [self._free.get() for _ in self._all]
            self._all = seeing
            self._give(seeing)
            for each in replaced:
                each.stop()

    def stop(self) -> None:
        """End all processes, after what they are making."""
        for each in self._all:
            each.stop()

    def _new(self) -> Solver:
        return Solver(self._seconds, self._database_url)

    def _give(self, solvers: list[Solver]) -> None:
        for each in solvers:
            self._free.put(each)


class _Bench:
    """What a process works with: its store, and the models and catalogues that were asked for."""

    def __init__(self, database_url: str) -> None:
        self.store = Store.open(database_url)
        self.shelves = Shelves()
        self._models: dict[Path, Loaded] = {}

    def loaded(self, folder: Path) -> Loaded:
        """Return the model of a folder, loaded on first use."""
        if folder not in self._models:
            while len(self._models) >= MODELS:
                del self._models[next(iter(self._models))]
            self._models[folder] = Loaded.of(load(folder), folder)
        return self._models[folder]


_BENCH: list[_Bench] = []


def _begin(database_url: str) -> None:
    """Begin a process: the service alone ends it, or its own end."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    Thread(target=_end_with_parent, name="parent", daemon=True).start()
    _BENCH.append(_Bench(database_url))


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _made(sight: Sight, work: Callable[..., Any], *asked: object) -> Any:
    bench = _BENCH[0]
    loaded = bench.loaded(sight.folder)
    with bench.store.reading() as connection:
        skew = pd.Timedelta(0)  # the moment is known
        window = Window(connection, sight.tenant, bench.shelves, loaded, sight.now, skew)
        view = window.view(sight.teacher_id, sight.as_of)
    return work(view, *asked)


def _see(folders: tuple[Path, ...], now: pd.Timestamp) -> None:
    bench = _BENCH[0]
    with bench.store.reading() as connection:
        for tenant in all_tenants(connection) if folders else ():
            for folder in folders:
                bench.shelves.of(connection, tenant).backdrop(bench.loaded(folder), now)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
