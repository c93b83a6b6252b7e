"""The corpus goes to every route there is: none ever answers that the service failed."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from fastapi import FastAPI

from features.dataset import Dataset
from serving.api.app import create_app
from serving.api.bulk import ADDRESS
from serving.identity import OF_KEYS, create_key
from serving.settings import Settings
from serving.store.transfer import import_dataset
from tests.serving import corpus
from tests.serving.conftest import NOW, Client

PLACE = re.compile(r"\{[^}]*\}")
MARK = "corpus-goes-here"
#: So many places of a body get each value.
EACH = 2
#: In this order: what is first is referred to by what follows.
FIRST = ("/v1/organisations/", "/v1/teachers/", "/v1/courses/", "/v1/offerings/")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, county: Dataset, artifact: Path):
    url = f"sqlite:///{tmp_path_factory.mktemp('corpus') / 'store.db'}"
    settings = Settings(database_url=url, artifact=artifact, max_body=2_000_000)
    app = create_app(settings, clock=lambda: NOW)
    import_dataset(app.state.service.store, county, now=NOW)
    put_examples(app)
    yield app
    app.state.service.store.close()


def put_examples(app: FastAPI) -> None:
    """Put what the contract's examples name, so that what is sent gets as far as the store."""
    client = Client(app, create_key(app.state.service.store, "default", ["platform"], NOW))
    put = {path: each for method, path, each in routes(app) if method == "PUT"}
    client.put("/v1/organisations/county-330109", {"states": [{"kind": "county"}]})
    for first in FIRST:
        path = next(path for path in put if path.startswith(first) and path.endswith("}"))
        body = example(app, put[path])
        for state in body.get("states", ()):
            if first == FIRST[0]:
                state.pop("parent_id", None)
        answer = client.put(filled(path, put[path]), body)
        assert answer.status_code in (200, 201), answer.text


@pytest.fixture(scope="module")
def key(app: FastAPI) -> str:
    return create_key(app.state.service.store, "default", [*OF_KEYS], NOW)


def routes(app: FastAPI) -> Iterator[tuple[str, str, dict[str, Any]]]:
    paths = app.openapi()["paths"]
    return ((m.upper(), path, each) for path, ops in paths.items() for m, each in ops.items())


def filled(path: str, operation: dict[str, Any]) -> str:
    """Return an address of things that are there, as far as the contract shows their ids."""
    told = {
        each["name"]: next(iter(each["schema"].get("examples", ())), "x")
        for each in operation.get("parameters", ())
        if each["in"] == "path"
    }
    return PLACE.sub(lambda place: str(told.get(place.group()[1:-1], "x")), path)


def example(app: FastAPI, operation: dict[str, Any]) -> Any:
    """Return the body that the contract shows for an operation."""
    content = operation.get("requestBody", {}).get("content", {"": {"schema": {}}})
    schema = next(iter(content.values()))["schema"]
    parts = app.openapi()["components"]["schemas"]
    shown = parts.get(schema.get("$ref", "").rpartition("/")[2], schema)
    return next(iter(shown.get("examples", ())), {"name": "value"})


def leaves(body: Any) -> Iterator[tuple[Any, Any]]:
    """Yield where the values of a body are: container and key, the innermost first."""
    if isinstance(body, dict | list):
        for key in list(body) if isinstance(body, dict) else range(len(body)):
            yield from leaves(body[key])
            yield body, key


def bodies(app: FastAPI, operation: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Yield the body of the example with a value of the corpus in place of one of its own.

    Each value in several places, each place with several values.
    """
    shown = example(app, operation)
    if not isinstance(shown, dict):
        shown = json.loads(shown)
    places = len(list(leaves(shown)))
    for number, (about, value) in enumerate(corpus.VALUES.items()):
        for place in {(number * EACH + step) % places for step in range(EACH)}:
            body = copy.deepcopy(shown)
            container, name = list(leaves(body))[place]
            container[name] = MARK
            yield about, json.dumps(body).replace(f'"{MARK}"', value).encode()


def send_all(app: FastAPI, requests: Any) -> None:
    """Send requests, one after the other; none may be answered with a failure."""

    async def send() -> list[tuple[Any, int]]:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        failed = []
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            for about, method, path, options in requests:
                answer = await client.request(method, path, **options)
                if answer.status_code >= 500:
                    failed.append(((about, method, path), answer.status_code))
        return failed

    assert anyio.run(send) == []


def headers(key: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", "Content-Type": "application/json"} | more


def with_body(app: FastAPI) -> list[tuple[str, str, dict[str, Any]]]:
    return [each for each in routes(app) if "requestBody" in each[2]]


def test_no_value_in_a_body_makes_it_fail(app: FastAPI, key: str) -> None:
    send_all(
        app,
        (
            (about, method, filled(path, operation), {"content": body, "headers": headers(key)})
            for method, path, operation in with_body(app)
            for about, body in bodies(app, operation)
        ),
    )


def test_no_body_makes_it_fail(app: FastAPI, key: str) -> None:
    send_all(
        app,
        (
            (
                about,
                method,
                filled(path, operation),
                {"content": body, "headers": headers(key) | more},
            )
            for method, path, operation in with_body(app)
            for about, (body, more) in corpus.BODIES.items()
        ),
    )


def test_no_text_in_an_address_makes_it_fail(app: FastAPI, key: str) -> None:
    send_all(
        app,
        (
            (about, method, PLACE.sub(text.replace("\\", ""), path), {"headers": headers(key)})
            for method, path, _ in routes(app)
            if PLACE.search(path)
            for about, text in corpus.ADDRESSES.items()
        ),
    )


def test_no_query_makes_it_fail(app: FastAPI, key: str) -> None:
    send_all(
        app,
        (
            (about, method, f"{filled(path, operation)}?{query}", {"headers": headers(key)})
            for method, path, operation in routes(app)
            for about, query in corpus.QUERIES.items()
        ),
    )


def test_no_header_makes_it_fail(app: FastAPI, key: str) -> None:
    send_all(
        app,
        (
            (about, method, filled(path, operation), {"headers": encoded(headers(key) | more)})
            for method, path, operation in routes(app)
            for about, more in corpus.HEADERS.items()
        ),
    )


def encoded(told: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode("latin-1")) for name, value in told.items()]


def test_no_method_makes_it_fail(app: FastAPI, key: str) -> None:
    paths = {filled(path, each) for _, path, each in routes(app)} | {
        "/",
        "//",
        "/v1",
        "/v2/teachers",
        "/.git/config",
    }
    send_all(
        app,
        (
            ("a method", method, path, {"headers": headers(key)})
            for path in sorted(paths)
            for method in corpus.METHODS
        ),
    )


@pytest.mark.parametrize("declared", [True, False])
def test_a_hundred_megabytes_are_refused_before_they_are_read(
    app: FastAPI, key: str, declared: bool
) -> None:
    chunk, sent = b"a" * 1_000_000, []

    async def stream() -> AsyncIterator[bytes]:
        for _ in range(100):
            sent.append(len(chunk))
            yield chunk

    size = {"Content-Length": "100000000"} if declared else {}

    async def send() -> None:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            for method, path, operation in with_body(app):
                if path != ADDRESS:
                    answer = await client.request(
                        method,
                        filled(path, operation),
                        content=stream(),
                        headers=headers(key, **size),
                    )
                    assert answer.status_code == 413, path

    anyio.run(send)
    assert len(sent) <= 4 * len(with_body(app))
