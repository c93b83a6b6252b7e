"""Sending: webhooks are told of changes, at least once each, by one worker at a time.

A thread beside the requests looks every second for what is to be sent, and again at once after it
has sent something. A tenant's deliveries are sent by whoever holds its lease; a worker that died
holds it for a minute at most. What was sent and not yet written down as sent is sent again, under
the same id.
"""

from __future__ import annotations

import asyncio
import json
import random
import ssl
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Event, Thread

import httpx
import pandas as pd
import sqlalchemy as sa
import structlog

from features.errors import InvalidSetting
from serving.addresses import check_url, find_address
from serving.models import ModelHolder
from serving.settings import Settings
from serving.signing import signed
from serving.store.changes import drop, tell_model
from serving.store.engine import Store
from serving.store.outbox import (
    Letter,
    drop_deliveries,
    due_letters,
    lease,
    settle,
    take_up,
    tenants_with_work,
)
from serving.store.records import to_datetime
from serving.store.schema import TENANT, TENANTS
from serving.store.webhooks import Progress

#: Seconds between looks for something to send.
PAUSE = 1
#: Longer than a round of sending takes.
LEASE = pd.Timedelta(minutes=1)
#: Between looks for what has been kept for its time.
CLEANING = pd.Timedelta(hours=1)


@dataclass(frozen=True)
class Post:
    """Sends letters.

    Parameters
    ----------
    timeout
        Seconds for one letter, from the look-up of the name to the status of the answer.
    loopback
        Whether this machine itself may be asked.
    tls
        Makes what certificates are judged by; by default, with what this machine trusts.
    """

    timeout: float
    loopback: bool
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context

    def send(self, letters: Sequence[Letter], now: pd.Timestamp) -> list[str]:
        """Send letters at the same time; return what became of each, in order."""
        return asyncio.run(self._send_all(letters, now))

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return self.tls()

    async def _send_all(self, letters: Sequence[Letter], now: pd.Timestamp) -> list[str]:
        # A proxy of the environment would look names up itself.
        async with httpx.AsyncClient(
            verify=self._tls, timeout=self.timeout, trust_env=False
        ) as client:
            return await asyncio.gather(*(self._outcome(client, each, now) for each in letters))

    async def _outcome(self, client: httpx.AsyncClient, letter: Letter, now: pd.Timestamp) -> str:
        try:
            async with asyncio.timeout(self.timeout):
                return await self._send(client, letter, now)
        except InvalidSetting:
            return "address not allowed"
        except TimeoutError:
            return "timeout"
        except (OSError, httpx.HTTPError):
            return "no answer"

    async def _send(self, client: httpx.AsyncClient, letter: Letter, now: pd.Timestamp) -> str:
        url = check_url(letter.url, loopback=self.loopback)
        address = await find_address(url, loopback=self.loopback)
        body = body_of(letter)
        headers = signed(letter.keys, letter.row["delivery_id"], int(now.timestamp()), body)
        request = client.build_request(
            "POST",
            url.copy_with(host=address),
            content=body,
            headers=headers | {"Host": url.netloc.decode(), "Content-Type": "application/json"},
            extensions={"sni_hostname": url.raw_host.decode()},
        )
        # Of the answer only the status is of interest: its body may be endless.
        answer = await client.send(request, stream=True, follow_redirects=False)
        await answer.aclose()
        return str(answer.status_code)


def body_of(letter: Letter) -> bytes:
    """Return what a letter says: ids, and never more of a teacher."""
    change = letter.change
    data = {"webhook_id": letter.row["webhook_id"]}
    if change is not None:
        names = ("number", "subject", "teacher_id")
        data = {name: change[name] for name in names if change[name] is not None}
    at = letter.row["made_at"] if change is None else change["at"]
    told = {"type": letter.row["kind"], "timestamp": to_datetime(at).isoformat(), "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


class Sending:
    """Looks for what is to be sent, and sends it.

    Parameters
    ----------
    models
        Whose change the feeds are told of.
    rng
        Spreads attempts, so that those that failed together do not come back together.
    """

    def __init__(
        self,
        store: Store,
        models: ModelHolder,
        settings: Settings,
        clock: Callable[[], pd.Timestamp],
        rng: random.Random,
    ) -> None:
        self._store = store
        self._models = models
        self._settings = settings
        self._clock = clock
        self._rng = rng
        self._post = Post(settings.webhook_timeout, settings.webhook_loopback)
        self._name = uuid.uuid4().hex
        self._model = ""
        self._cleaned: pd.Timestamp | None = None
        self._over = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin to look."""
        self._thread = Thread(target=self._run, name="sending", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more; what is being sent is waited for."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> int:
        """Look once, and send what is due; return how many deliveries were tried."""
        self._tell_model()
        self._clean()
        with self._store.reading() as connection:
            tenants = tenants_with_work(connection, self._clock())
        return sum(self._send(tenant) for tenant in tenants)

    def _run(self) -> None:
        tried = 0
        while not self._over.wait(0 if tried else PAUSE):
            try:
                tried = self.look()
            except Exception as error:
                # A database that is away for a while is no reason to stop looking.
                tried = 0
                structlog.get_logger().error("webhooks", exc_info=error)

    def _send(self, tenant: str) -> int:
        now = self._clock()
        with self._store.writing() as connection:
            if not lease(connection, tenant, self._name, now, LEASE):
                return 0
            take_up(connection, tenant, now)
            letters = due_letters(connection, tenant, now)
        outcomes = self._post.send(letters, now) if letters else []
        with self._store.writing() as connection:
            for letter, outcome in zip(letters, outcomes, strict=True):
                self._settle(connection, letter, outcome)
        return len(letters)

    def _settle(self, connection: sa.Connection, letter: Letter, outcome: str) -> None:
        attempts = self._settings.webhook_attempts
        state = settle(connection, letter.row, outcome, self._clock(), attempts, self._rng)
        log = structlog.get_logger()
        tell = log.info if state is Progress.DELIVERED else log.warning
        ids = {name: letter.row[name] for name in ("webhook_id", "delivery_id", "kind")}
        tell("delivery", state=state, outcome=outcome, **ids)

    def _tell_model(self) -> None:
        """Tell the feeds when another model answers here; that another worker knew is no news."""
        loaded = self._models.loaded
        if loaded is not None and loaded.version != self._model:
            for tenant in self._tenants():
                with self._store.writing() as connection:
                    tell_model(connection, tenant, loaded.version, self._clock())
            self._model = loaded.version

    def _clean(self) -> None:
        now = self._clock()
        if self._cleaned is None or now - self._cleaned >= CLEANING:
            before = now - pd.Timedelta(days=self._settings.changes_kept)
            for tenant in self._tenants():
                with self._store.writing() as connection:
                    drop(connection, tenant, before)
                    drop_deliveries(connection, tenant, before)
            self._cleaned = now

    def _tenants(self) -> list[str]:
        with self._store.reading() as connection:
            return sorted(connection.scalars(sa.select(TENANTS.c[TENANT])))
