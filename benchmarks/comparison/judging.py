"""Lists for every method in one way, judged by one truth, and what they cost."""

from __future__ import annotations

import ctypes
import gc
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from comparison.task import Scores
from recommender.ranking import best
from recommender.scorers.top import ndcg_of_hits as ndcg
from training.metrics import Metric, hits, recall
from training.split import Split

#: Teachers scored at once: bounds memory.
CHUNK = 2_048
#: Metrics of a list's first k.
METRICS: Mapping[str, tuple[Metric, int]] = {
    "ndcg@10": (ndcg, 10),
    "recall@10": (recall, 10),
    "recall@20": (recall, 20),
}
LONGEST = max(k for _, k in METRICS.values())
_PROCESS = Path("/proc/self")


@dataclass(slots=True)
class Cost:
    """CPU seconds of steps, and the most memory held beyond what was held before, in MiB."""

    seconds: dict[str, float] = field(default_factory=dict)
    peak: float = 0.0

    @contextmanager
    def measure(self, step: str) -> Iterator[None]:
        """Measure a step; needs Linux with glibc."""
        # Freed memory that the allocator still holds would hide what the step needs.
        gc.collect()
        ctypes.CDLL("libc.so.6").malloc_trim(0)
        # Writing 5 forgets the peak so far (proc(5), clear_refs).
        (_PROCESS / "clear_refs").write_text("5")
        before, started = _memory("VmRSS"), time.process_time()
        yield
        self.seconds[step] = time.process_time() - started
        self.peak = max(self.peak, (_memory("VmHWM") - before) / 1024)


def mean(costs: Sequence[Cost]) -> Cost:
    """Return the mean of costs of the same steps."""
    steps = costs[0].seconds
    seconds = {step: float(np.mean([cost.seconds[step] for cost in costs])) for step in steps}
    return Cost(seconds, float(np.mean([cost.peak for cost in costs])))


def judged_teachers(split: Split) -> NDArray[np.intp]:
    """Return the teachers with anything relevant."""
    return np.flatnonzero(np.diff(split.truth.indptr))


def lists(scores: Scores, split: Split, teachers: NDArray[np.integer], k: int) -> NDArray[np.int32]:
    """Return the best k of what each teacher can be shown, shape (n, k).

    It is the same for every method, so that none gains by knowing no rules.
    """
    chunks = []
    for start in range(0, len(teachers), CHUNK):
        chunk = teachers[start : start + CHUNK]
        chunks.append(best(chunk, scores(chunk), split.can_be_shown(chunk), k).courses)
    return np.concatenate(chunks)


def values(
    shown: NDArray[np.int32], split: Split, teachers: NDArray[np.integer]
) -> NDArray[np.float64]:
    """Return each metric of each teacher's list, shape (n, n_metrics)."""
    truth = split.truth[teachers]
    found, relevant = hits(shown, truth), np.diff(truth.indptr)
    return np.column_stack([metric(found[:, :k], relevant) for metric, k in METRICS.values()])


def _memory(name: str) -> float:
    """Return a line of ``/proc/self/status`` in KiB."""
    lines = (_PROCESS / "status").read_text().splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(name)))
