"""What a running service tells of itself to Prometheus: counts and times, nothing of anybody.

Where ``PROMETHEUS_MULTIPROC_DIR`` names a folder, all workers write there and any answers for all
all (prometheus_client's multi-process mode); else each process tells of itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector

MEDIA_TYPE: Final = CONTENT_TYPE_LATEST
MULTIPROCESS: Final = "PROMETHEUS_MULTIPROC_DIR"
#: Seconds; from an answer out of memory to a plan that is searched exactly.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
#: Of a request that no route took: addresses that are made up must not become labels.
NO_ROUTE = "none"


class Metrics:
    """The service's counters; each app has its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "zixuan_request_seconds",
            "Time from a request's head to the last byte of its answer.",
            ("method", "route", "status"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._running = Gauge(
            "zixuan_requests_running",
            "Requests that are being answered.",
            registry=self._registry,
            multiprocess_mode="livesum",
        )
        self._shed = Counter(
            "zixuan_requests_shed",
            "Requests told to come back later, for too many were waiting.",
            registry=self._registry,
        )
        self._lists = Counter(
            "zixuan_lists",
            "Lists of recommendations, by what made them.",
            ("source", "degraded"),
            registry=self._registry,
        )
        self._solving = Histogram(
            "zixuan_solver_seconds",
            "Time that making, changing or explaining a plan took, once it had its turn.",
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._waiting = Gauge(
            "zixuan_solver_waiting",
            "Requests for plans that are being made or wait for their turn.",
            registry=self._registry,
            multiprocess_mode="livesum",
        )
        self._events = Counter(
            "zixuan_events",
            "Events, by what became of them.",
            ("outcome",),
            registry=self._registry,
        )
        self._model = Gauge(
            "zixuan_model_loaded",
            "1 for the version of the model that answers, 0 for one that did.",
            ("version",),
            registry=self._registry,
            multiprocess_mode="livemax",
        )
        self._canary = Gauge(
            "zixuan_canary_share",
            "Share of the teachers whom a candidate tells, by its version; 0 for one that did.",
            ("version",),
            registry=self._registry,
            multiprocess_mode="livemax",
        )
        self._routed_back = Counter(
            "zixuan_canary_routed_back",
            "Candidates that did worse than the champion and were given up, by version.",
            ("version",),
            registry=self._registry,
        )
        self._version = ""

    def begun(self) -> None:
        """Count a request as running."""
        self._running.inc()

    def ended(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request as answered; ``route`` is its pattern, empty where there is none."""
        self._running.dec()
        known = route or NO_ROUTE
        self._requests.labels(_method(method), known, str(status)).observe(seconds)

    def shed(self) -> None:
        """Count a request as told to come back later."""
        self._shed.inc()

    def listed(self, source: str, *, degraded: bool) -> None:
        """Count a list."""
        self._lists.labels(source, str(degraded).lower()).inc()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Count a request for a plan as waiting or being made, until the block ends."""
        with self._waiting.track_inprogress():
            yield

    @contextmanager
    def solving(self) -> Iterator[None]:
        """Take the time that a plan takes."""
        with self._solving.time():
            yield

    def recorded(self, outcome: str, count: int = 1) -> None:
        """Count events."""
        self._events.labels(outcome).inc(count)

    def serves(self, version: str) -> None:
        """Say which version of the model answers from now on."""
        if self._version and self._version != version:
            self._model.labels(self._version).set(0)
        self._model.labels(version).set(1)
        self._version = version

    def tried(self, version: str, share: float) -> None:
        """Say which share of the teachers a candidate tells from now on."""
        self._canary.labels(version).set(share)

    def routed_back(self, version: str) -> None:
        """Count a candidate as given up."""
        self._routed_back.labels(version).inc()

    def exposition(self) -> bytes:
        """Return everything in Prometheus's text format."""
        registry = self._registry
        if os.environ.get(MULTIPROCESS):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def _method(name: str) -> str:
    known = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
    return name if name in known else "other"
