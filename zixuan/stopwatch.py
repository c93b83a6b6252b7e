"""How long phases take, by the clock and by the processor."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Phase:
    """Seconds of one phase: ``wall`` by the clock, ``cpu`` of this process and its children."""

    name: str
    wall: float
    cpu: float


@dataclass(slots=True)
class Stopwatch:
    """Measures phases, one after another."""

    phases: list[Phase] = field(default_factory=list)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Measure the block; a child process counts once it has ended."""
        wall, cpu = time.perf_counter(), _cpu()
        yield
        self.phases.append(Phase(name, time.perf_counter() - wall, _cpu() - cpu))

    @property
    def total(self) -> Phase:
        """The sum of all phases."""
        return Phase(
            "total 合计", sum(p.wall for p in self.phases), sum(p.cpu for p in self.phases)
        )


def _cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
