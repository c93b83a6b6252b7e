"""Overload: some are told to come back at once, whoever waits is answered, probes always are."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from serving.api.app import create_app
from serving.api.shedding import EXEMPT, Shedding
from serving.identity import create_key
from serving.metrics import Metrics
from serving.settings import Settings
from serving.store.engine import Store
from tests.serving.conftest import NOW, Client, Clock


def served(folder: Path, keys: int, **settings: float) -> tuple[Settings, list[str]]:
    url = f"sqlite:///{folder / 'store.db'}"
    store = Store.open(url)
    made = [create_key(store, "default", ["platform"], NOW) for _ in range(keys)]
    store.close()
    return Settings(database_url=url, model_check=0, **settings), made


async def asked(
    app: Any, path: str, receive: Receive | None = None, key: str = ""
) -> list[Message]:
    sent: list[Message] = []

    async def nothing() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST" if key else "GET",
        "path": path,
        "headers": [(b"authorization", f"Bearer {key}".encode())] if key else [],
        "query_string": b"",
    }
    await app(scope, receive or nothing, send)
    return sent


class Held:
    """An app whose answers wait until they are let go."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.most = self.inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.inside += 1
        self.most = max(self.most, self.inside)
        if scope["path"] not in EXEMPT:
            await self.go.wait()
        self.inside -= 1
        await PlainTextResponse("done")(scope, receive, send)


def test_beyond_what_may_wait_one_is_told_to_come_back_and_nothing_is_done():
    async def story() -> tuple[Held, list[list[Message]]]:
        held = Held()
        app = Shedding(held, most=3, metrics=Metrics())
        waiting = [asyncio.ensure_future(asked(app, "/v1/x")) for _ in range(8)]
        await asyncio.sleep(0.01)
        probes = [await asked(app, path) for path in sorted(EXEMPT)]
        assert all(probe[0]["status"] == 200 for probe in probes)
        held.go.set()
        answers = await asyncio.gather(*waiting)
        again = await asked(app, "/v1/x")
        return held, [*answers, again]

    held, answers = asyncio.run(story())
    assert [each[0]["status"] for each in answers] == [200] * 3 + [503] * 5 + [200]
    assert held.most == 4  # three, and one probe
    headers = dict(answers[3][0]["headers"])
    assert headers[b"content-type"] == b"application/problem+json"
    assert headers[b"retry-after"] == b"1"
    assert dict(answers[4][0]["headers"])[b"retry-after"] == b"2"  # not all at once


def test_all_that_arrived_together_are_counted_before_the_first_is_answered():
    async def story() -> list[int]:
        app = Shedding(PlainTextResponse("at once"), most=2, metrics=Metrics())
        answers = await asyncio.gather(*(asked(app, "/v1/x") for _ in range(5)))
        return [each[0]["status"] for each in answers]

    assert asyncio.run(story()) == [200, 200, 503, 503, 503]


def test_a_request_that_fails_makes_room():
    async def fails(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError("broken")

    async def story() -> None:
        app = Shedding(fails, most=1, metrics=Metrics())
        for _ in range(3):
            with pytest.raises(ValueError, match="broken"):
                await asked(app, "/v1/x")

    asyncio.run(story())


def test_a_body_that_does_not_arrive_is_given_up(tmp_path):
    settings, (key,) = served(tmp_path, keys=1, body_seconds=0.05)

    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    sent = asyncio.run(asked(create_app(settings), "/v1/events", never, key))

    assert sent[0]["status"] == 408
    assert b"expected more within 0.05 s" in sent[1]["body"]


def test_a_key_is_told_what_is_left_and_refused_beyond_its_quota(tmp_path):
    settings, keys = served(tmp_path, keys=2, per_minute=3)
    app = create_app(settings, clock=Clock())
    one, other = (Client(app, key) for key in keys)

    answers = [one.get("/v1/teachers") for _ in range(4)]

    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert [each.headers["RateLimit"].split(";")[1] for each in answers] == [
        "r=2", "r=1", "r=0", "r=0",
    ]  # fmt: skip
    assert answers[0].headers["RateLimit-Policy"] == '"minute";q=3;w=60'
    refusal = answers[3]
    assert 1 <= int(refusal.headers["Retry-After"]) <= 60
    assert refusal.json()["type"] == "urn:zixuan:problem:too-many"
    assert other.get("/v1/teachers").status_code == 200
    assert Client(app).get("/livez").status_code == 200


def test_without_a_quota_nothing_is_counted(client):
    assert "RateLimit" not in client()("GET", "/v1/teachers").headers
