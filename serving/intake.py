"""Events that come one by one, made durable together.

What a single event costs is a transaction: a wait for the disk, and a look at whatever the event
refers to. Those that arrive while one group is on its way to the disk make up the next.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Any

import pandas as pd
import sqlalchemy as sa

from serving.store.bulk import GROUP, Became, record_many
from serving.store.engine import Store


@dataclass(frozen=True, slots=True, eq=False)
class _Arrived:
    """One event, and who waits for what becomes of it."""

    tenant: str
    values: Mapping[str, Any]
    latest: pd.Timestamp
    now: pd.Timestamp
    loop: asyncio.AbstractEventLoop
    became: asyncio.Future[Became]

    def tell(self, became: Became | BaseException) -> None:
        self.loop.call_soon_threadsafe(self._settle, became)

    def _settle(self, became: Became | BaseException) -> None:
        if self.became.done():
            return  # who asked has gone
        if isinstance(became, BaseException):
            self.became.set_exception(became)
        else:
            self.became.set_result(became)


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
        loop = asyncio.get_running_loop()
        arrived = _Arrived(tenant, values, latest, now, loop, loop.create_future())
        with self._changed:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="intake", daemon=True)
                self._thread.start()
            self._waiting.append(arrived)
            self._changed.notify()
        return await arrived.became

    def stop(self) -> None:
        """Record what still waits, and end the thread that does."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()
        self._thread, self._stopped = None, False

    def _run(self) -> None:
        while group := self._taken():
            by_tenant: dict[str, list[_Arrived]] = {}
            for each in group:
                by_tenant.setdefault(each.tenant, []).append(each)
            for own in by_tenant.values():
                self._record(own)

    def _taken(self) -> list[_Arrived]:
        """Return what waits, at least one; nothing once it is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopped)
            return [self._waiting.popleft() for _ in range(min(GROUP, len(self._waiting)))]

    def _record(self, own: list[_Arrived]) -> None:
        events = [each.values for each in own]
        latest, now = max(each.latest for each in own), max(each.now for each in own)
        try:
            became = record_many(self._store, own[0].tenant, events, latest, now)
        except sa.exc.IntegrityError as error:
            # One refers to what has gone since it was checked: the others shall not suffer.
            if len(own) == 1:
                own[0].tell(error)
            else:
                for each in own:
                    self._record([each])
        except BaseException as error:
            for each in own:
                each.tell(error)
        else:
            for each, what in zip(own, became, strict=True):
                each.tell(what)
