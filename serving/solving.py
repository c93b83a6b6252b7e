"""Turns at solving: plans take a hundred times longer than lists, and must not keep them waiting.

So many plans are made at a time, so many wait for their turn, and whoever comes on top is told to
come back: a rush of plans fills neither the processor nor the threads that other requests need.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from serving.errors import Busy


class Solving:
    """Turns of one process, taken by the threads that make plans.

    Parameters
    ----------
    at_once
        Plans that are made at a time.
    queue
        Requests that may wait for a turn.
    """

    def __init__(self, at_once: int, queue: int) -> None:
        self._most = at_once + queue
        self._turns = BoundedSemaphore(at_once)
        self._counting = Lock()
        self._inside = 0

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
            with self._turns:
                yield
        finally:
            with self._counting:
                self._inside -= 1
