"""What was shown, remembered a moment later, many lists in one transaction."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Sequence
from threading import Event, Lock, Thread

import pandas as pd
import sqlalchemy as sa
import structlog

from features.moments import instant
from recommender.advise import Recommendation
from serving.lists import Ask
from serving.store.engine import Store
from serving.store.records import Record
from serving.store.rows import find_any, insert
from serving.store.schema import DATA, TENANT

#: So long a list waits to be stored, in seconds.
PAUSE = 0.5
#: And so long after it could not be stored.
PAUSE_IF_GONE = 2.0
#: Lists that may wait while the database does not answer; then the oldest are given up.
WAITING = 50_000


class Impressions:
    """Lists on their way into the store.

    They judge models and settle nothing: a crash may lose those of the last half second,
    while a list that waited for the disk would cost each teacher that time.

    Parameters
    ----------
    store
        Where they go.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: deque[list[Record]] = deque(maxlen=WAITING)
        self._lock = Lock()
        self._stopped = Event()
        self._thread: Thread | None = None

    def show(
        self,
        ask: Ask,
        shown: Sequence[Recommendation],
        version: str,
        now: pd.Timestamp,
    ) -> str:
        """Take note of a list; return the id of the recommendation."""
        recommendation_id = f"r-{uuid.uuid4().hex}"
        at = instant(now)
        self._waiting.append(
            [
                {
                    TENANT: ask.tenant,
                    "recommendation_id": recommendation_id,
                    "teacher_id": ask.teacher_id,
                    "course_id": each.course_id,
                    "rank": each.rank,
                    "shown_at": at,
                    "propensity": each.propensity,
                    "model_version": version,
                }
                for each in shown
            ]
        )
        return recommendation_id

    def start(self) -> None:
        """Store what is shown from now on, in a thread of its own."""
        self._thread = Thread(target=self._run, name="impressions", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Store what still waits, and no more."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()

    def flush(self) -> bool:
        """Store what waits; return whether that could be done. If not, it waits on."""
        with self._lock:
            taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
            if not taken:
                return True
            try:
                self._write([row for rows in taken for row in rows])
            except sa.exc.SQLAlchemyError as error:
                # Said again and again while the database is gone: without a trace.
                why = type(error).__name__
                structlog.get_logger().error("impressions wait", why=why, lists=len(taken))
                self._waiting.extendleft(reversed(taken))
                return False
            return True

    def _run(self) -> None:
        stored = True
        while not self._stopped.wait(PAUSE if stored else PAUSE_IF_GONE):
            stored = self.flush()

    def _write(self, rows: list[Record]) -> None:
        by_tenant: dict[str, list[Record]] = {}
        for row in rows:
            by_tenant.setdefault(row[TENANT], []).append(row)
        with self._store.writing() as connection:
            for tenant, own in by_tenant.items():
                # Of a teacher who was erased meanwhile nothing may come back.
                ids = sorted({row["teacher_id"] for row in own})
                found = find_any(connection, DATA["teachers"], tenant, "teacher_id", ids)
                there = {row["teacher_id"] for row in found}
                kept = [row for row in own if row["teacher_id"] in there]
                insert(connection, DATA["impressions"], kept)
