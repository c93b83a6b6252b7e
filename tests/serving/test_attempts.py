"""Whoever fails too often to come in waits; who may come in does not, however many they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anyio
import httpx
import pytest
from fastapi import FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from serving.api.app import create_app
from serving.attempts import counted
from serving.identity import create_key
from serving.server import serve
from serving.settings import Settings
from tests.serving.conftest import NOW

MOST = 3


@pytest.fixture
def app(tmp_path: Any, clock: Any) -> Iterator[FastAPI]:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    settings = Settings(database_url=url, model_check=0, tries_per_minute=MOST, https=False)
    app = create_app(settings, clock=clock)
    yield app
    app.state.service.store.close()


@pytest.fixture
def key(app: FastAPI) -> str:
    return create_key(app.state.service.store, "default", ["platform"], NOW)


def post(app: FastAPI, path: str, peer: str, **options: Any) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, client=(peer, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return await client.post(path, **options)

    return anyio.run(send)


def exchange(app: FastAPI, peer: str, key: str) -> httpx.Response:
    client_id, secret = key.split("_", 2)[1:]
    data = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    return post(app, "/oauth/token", peer, data=data)


def link(app: FastAPI, at: Any, key: str, teacher: str) -> str:
    platform = at(app, key)
    platform.put(f"/v1/teachers/{teacher}", {"states": [{}]})
    return str(platform("POST", f"/v1/teachers/{teacher}:link").json()["path"])


def test_an_address_that_fails_too_often_waits_and_no_other_does(app, at, key: str):
    wrong = key[:-4] + "AAAA"
    assert [exchange(app, "203.0.113.9", wrong).status_code for _ in range(MOST)] == [401] * MOST
    refusal = exchange(app, "203.0.113.9", key)
    assert refusal.status_code == 429
    assert refusal.json()["type"] == "urn:zixuan:problem:too-many-attempts"
    assert 1 <= int(refusal.headers["Retry-After"]) <= 60
    assert exchange(app, "203.0.113.10", key).status_code == 200


def test_links_launches_and_keys_count_together_and_a_page_says_to_wait(app, at, key: str):
    peer, path = "2001:db8::1", link(app, at, key, "t1")
    assert exchange(app, peer, key[:-4] + "AAAA").status_code == 401
    assert post(app, "/enter/made-up", peer).status_code == 410
    sent = {"data": {"launch": "a.b.c"}}
    assert post(app, "/enter", peer, **sent).status_code == 410
    neighbour = "2001:db8::ffff:2"
    for refused in (post(app, path, neighbour), post(app, "/enter", neighbour, **sent)):
        assert refused.status_code == 429
        assert "请稍后再试" in refused.text
        assert "Retry-After" in refused.headers
    assert post(app, path, "2001:db8:0:1::1").status_code == 303  # it was not used up


def test_a_school_that_shares_an_address_comes_in_as_fast_as_it_likes(app, at, key: str):
    for number in range(2 * MOST):
        path = link(app, at, key, f"t{number}")
        assert post(app, path, "203.0.113.9").status_code == 303
        assert exchange(app, "203.0.113.9", key).status_code == 200


def test_a_peer_of_this_machine_says_nothing_about_who_calls(app, key: str):
    wrong = key[:-4] + "AAAA"
    for peer in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        assert {exchange(app, peer, wrong).status_code for _ in range(MOST + 1)} == {401}


def test_what_a_caller_says_of_its_own_address_is_not_believed(app, key: str):
    wrong = key[:-4] + "AAAA"
    for number in range(MOST):
        client_id, secret = wrong.split("_", 2)[1:]
        data = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        headers = {"X-Forwarded-For": f"198.51.100.{number}"}
        assert post(app, "/oauth/token", "203.0.113.9", data=data, headers=headers).is_error
    assert exchange(app, "203.0.113.9", key).status_code == 429


@pytest.mark.parametrize(
    ("host", "as_what"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("127.8.8.8", ""),
        ("testclient", ""),
        ("", ""),
    ],
)
def test_an_address_is_counted_as_one_household(host: str, as_what: str):
    assert counted(host) == as_what


def test_a_proxy_that_is_named_is_believed_who_calls(app, key: str, monkeypatch):
    told: dict[str, Any] = {}
    monkeypatch.setattr("serving.server.configure_logs", lambda _: None)
    monkeypatch.setattr("uvicorn.Config", lambda app, **options: told.update(options))
    monkeypatch.setattr("uvicorn.Server.run", lambda _: None)
    serve(app.state.service.settings.model_copy(update={"proxies": "10.0.0.0/8", "port": 0}))
    behind = ProxyHeadersMiddleware(app, told["forwarded_allow_ips"])

    def tried(said: str) -> int:
        headers = {"X-Forwarded-For": said}
        return post(behind, "/enter/made-up", "10.0.0.7", headers=headers).status_code

    assert [tried("203.0.113.9, 10.0.0.8") for _ in range(MOST + 1)] == [410] * MOST + [429]
    assert tried("203.0.113.9, 203.0.113.10") == 410


def test_without_a_limit_nobody_waits(tmp_path: Any, clock: Any):
    url = f"sqlite:///{tmp_path / 'store.db'}"
    settings = Settings(database_url=url, model_check=0, tries_per_minute=0)
    app = create_app(settings, clock=clock)
    told = {post(app, "/enter/made-up", "203.0.113.9").status_code for _ in range(70)}
    app.state.service.store.close()
    assert told == {410}
