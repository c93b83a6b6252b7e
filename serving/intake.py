"""Events that come one by one, made durable together.

What a single event costs is a transaction: a wait for the disk, and a look at whatever the event
refers to. Those that arrive while one group is on its way to the disk make up the next.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Condition, Thread
from typing import Any

import pandas as pd
import sqlalchemy as sa

from serving.store.bulk import GROUP, Became, record_many
from serving.store.engine import Store

#: Seconds for which a group waits for more: less than a disk takes.
LINGER = 0.003


@dataclass(frozen=True, slots=True, eq=False)
class _Arrived:
    """One event, and who waits for what becomes of it."""

    tenant: str
    values: Mapping[str, Any]
    latest: pd.Timestamp
    now: pd.Timestamp
    became: asyncio.Future[Became]

    def settle(self, became: Became | BaseException) -> None:
        if self.became.done():
            return  # who asked has gone
        if isinstance(became, BaseException):
            self.became.set_exception(became)
        else:
            self.became.set_result(became)


def _tell(own: Sequence[_Arrived], became: Sequence[Became | BaseException]) -> None:
    """Settle all that wait in one loop at once: each call into a loop wakes it."""
    loops: dict[asyncio.AbstractEventLoop, list[Callable[[], None]]] = {}
    for each, what in zip(own, became, strict=True):
        loops.setdefault(each.became.get_loop(), []).append(partial(each.settle, what))
    for loop, settling in loops.items():
        loop.call_soon_threadsafe(_each, settling)


def _each(calls: Iterable[Callable[[], None]]) -> None:
    for call in calls:
        call()


class Intake:
    """Records single events, those that wait at one time by one commit.

    Parameters
    ----------
    store
        Where they go.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: deque[_Arrived] = deque()
        self._changed = Condition()
        self._stopped = False
        self._thread: Thread | None = None

    async def record(
        self, tenant: str, values: Mapping[str, Any], latest: pd.Timestamp, now: pd.Timestamp
    ) -> Became:
        """Return what became of an event, once that is durable; parameters as of the bulk.

        Raises
        ------
        sqlalchemy.exc.DBAPIError
            If the database did not keep it.
        """
        became = asyncio.get_running_loop().create_future()
        arrived = _Arrived(tenant, values, latest, now, became)
        with self._changed:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="intake", daemon=True)
                self._thread.start()
            self._waiting.append(arrived)
            self._changed.notify()
        return await became

    def stop(self) -> None:
        """Record what still waits, and end the thread that does."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()
        self._thread, self._stopped = None, False

    def _run(self) -> None:
        group: list[_Arrived] = []
        while group := self._taken(len(group)):
            by_tenant: dict[str, list[_Arrived]] = {}
            for each in group:
                by_tenant.setdefault(each.tenant, []).append(each)
            for own in by_tenant.values():
                self._record(own)

    def _taken(self, before: int) -> list[_Arrived]:
        """Return what waits, at least one; nothing once it is over.

        Where several came together before, more are likely on their way: they are waited for.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopped)
        if before > 1:
            time.sleep(LINGER)
        with self._changed:
            return [self._waiting.popleft() for _ in range(min(GROUP, len(self._waiting)))]

    def _record(self, own: list[_Arrived]) -> None:
        events = [each.values for each in own]
        latest, now = max(each.latest for each in own), max(each.now for each in own)
        try:
            became = record_many(self._store, own[0].tenant, events, latest, now)
        except sa.exc.IntegrityError as error:
            # One refers to what has gone since it was checked: the others shall not suffer.
            if len(own) == 1:
                _tell(own, [error])
            else:
                for each in own:
                    self._record([each])
        except BaseException as error:
            _tell(own, [error] * len(own))
        else:
            _tell(own, became)
