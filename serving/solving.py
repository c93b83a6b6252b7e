"""Turns at solving: plans take a hundred times longer than lists, and must not keep them waiting.

So many plans are made at a time, so many wait for their turn, and whoever comes on top is told to
come back: a rush of plans fills neither the processor nor the threads that other requests need.
Plans are made in the threads that answer, or in processes of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import BoundedSemaphore, Lock
from typing import Concatenate, ParamSpec, Self, TypeVar

import pandas as pd

from serving.advising import View
from serving.errors import Busy
from serving.metrics import Metrics
from serving.models import Loaded
from serving.settings import Settings
from serving.solvers import Sight, Solvers

Asked = ParamSpec("Asked")
Made = TypeVar("Made")


class Solving:
    """Turns of one worker, taken by the threads that ask for plans.

    Parameters
    ----------
    at_once
        Plans that are made at a time.
    queue
        Requests that may wait for a turn.
    solvers
        Processes that make them, as many as are made at a time; None: whoever asks does.
    """

    def __init__(
        self, at_once: int, queue: int, metrics: Metrics, solvers: Solvers | None = None
    ) -> None:
        self._most = at_once + queue
        self._turns = BoundedSemaphore(at_once)
        self._counting = Lock()
        self._inside = 0
        self._metrics = metrics
        self._solvers = solvers

    @classmethod
    def of(cls, settings: Settings, metrics: Metrics) -> Self:
        """Start as many processes as the settings say."""
        count = settings.solver_processes
        if not count:
            return cls(settings.solvers, settings.solver_queue, metrics)
        solvers = Solvers(count, settings.solver_seconds, settings.database_url)
        return cls(count, settings.solver_queue, metrics, solvers)

    def make(
        self,
        work: Callable[Concatenate[View, Asked], Made],
        view: View,
        *asked: Asked.args,
        **named: Asked.kwargs,
    ) -> Made:
        """Return what some work makes of a view, in its turn.

        Parameters
        ----------
        work
            A function of a module, which another process finds by its name.

        Raises
        ------
        Busy
            If too many wait already.
        Unfinished
            If it took too long, or its process died.
        """
        with self.turn(), self._metrics.solving():
            folder = view.loaded.folder
            if self._solvers is None or folder is None:
                return work(view, *asked, **named)
            return self._solvers.make(Sight.of(view, folder), partial(work, **named), *asked)

    def see(self, models: Iterable[Loaded | None], now: pd.Timestamp) -> None:
        """Let the processes see the catalogues by the models that answer, or are about to."""
        if self._solvers is not None:
            folders = dict.fromkeys(each.folder for each in models if each and each.folder)
            self._solvers.see(tuple(folders), now)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, and have it until the block ends.

        Raises
        ------
        Busy
            If too many wait already.
        """
        with self._counting:
            if self._inside >= self._most:
                raise Busy(self._most)
            self._inside += 1
        try:
            with self._metrics.waiting(), self._turns:
                yield
        finally:
            with self._counting:
                self._inside -= 1

    def stop(self) -> None:
        """End the processes, after what they are making."""
        if self._solvers is not None:
            self._solvers.stop()
