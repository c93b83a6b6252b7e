"""Turns at solving: so many at a time, so many wait, and the rest are told to come back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

import pytest

from serving.errors import Busy
from serving.metrics import Metrics
from serving.problems import kind_of
from serving.solving import Solving

PATIENCE = 30


class Work:
    """Work that goes on until it is let go."""

    def __init__(self, solving: Solving) -> None:
        self.solving = solving
        self.go = Event()
        self.most = self._now = 0
        self._lock = Lock()

    def __call__(self) -> None:
        with self.solving.turn():
            with self._lock:
                self._now += 1
                self.most = max(self.most, self._now)
            assert self.go.wait(PATIENCE)
            with self._lock:
                self._now -= 1


def until(holds) -> None:
    for _ in range(100 * PATIENCE):
        if holds():
            return
        Event().wait(0.01)
    raise TimeoutError


def test_beyond_those_that_may_wait_one_is_told_to_come_back():
    solving = Solving(at_once=2, queue=3, metrics=Metrics())
    work = Work(solving)
    with ThreadPoolExecutor(8) as pool:
        inside = [pool.submit(work) for _ in range(5)]
        until(lambda: solving._inside == 5)
        with pytest.raises(Busy, match="at most 5") as refused, solving.turn():
            raise AssertionError
        work.go.set()
        assert [each.result() for each in inside] == [None] * 5
    assert work.most == 2
    assert refused.value.headers["Retry-After"]
    assert (kind_of(refused.value).status, kind_of(refused.value).name) == (503, "busy")
    with solving.turn():
        pass


def test_work_that_fails_gives_its_turn_back():
    solving = Solving(at_once=1, queue=0, metrics=Metrics())
    for _ in range(3):
        with pytest.raises(ValueError, match="broken"), solving.turn():
            raise ValueError("broken")
