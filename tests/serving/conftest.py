"""A service on a store of its own, and clients with and without a key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import anyio
import httpx
import numpy as np
import pandas as pd
import pytest
from fastapi import FastAPI

from features.dataset import Dataset
from recommender.artifact import save
from recommender.model import Model
from serving.api.app import create_app
from serving.identity import create_key
from serving.settings import Settings
from serving.store.engine import Store
from tests.serving import databases
from tests.serving.databases import NewUrl

NOW = pd.Timestamp("2026-03-01T00:00:00Z")
TEACHER = {
    "states": [
        {"valid_from": "2022-09-01T00:00:00+08:00", "career_stage": "novice", "phase": "primary"},
        {"valid_from": "2025-09-01T00:00:00+08:00", "career_stage": "developing"},
    ]
}


class Clock:
    """A clock that stands still."""

    step = pd.Timedelta(minutes=1)

    def __call__(self) -> pd.Timestamp:
        return NOW


class Client:
    """Speaks to an app without a network; ``key`` is sent with every request."""

    def __init__(self, app: FastAPI, key: str = "") -> None:
        self._app = app
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}

    def __call__(self, method: str, path: str, **options: object) -> httpx.Response:
        headers = self._headers | dict(options.pop("headers", {}))

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as c:
                return await c.request(method, path, headers=headers, **options)

        return anyio.run(send)

    def get(self, path: str, **options: object) -> httpx.Response:
        return self("GET", path, **options)

    def put(self, path: str, json: object) -> httpx.Response:
        return self("PUT", path, json=json)

    def post(self, path: str, json: object) -> httpx.Response:
        return self("POST", path, json=json)

    def delete(self, path: str) -> httpx.Response:
        return self("DELETE", path)


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[NewUrl]:
    """Makes databases of a PostgreSQL server that runs as long as the tests do."""
    with databases.postgres() as new_url:
        yield new_url


@pytest.fixture(scope="module", params=databases.DATABASES)
def new_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> NewUrl:
    """Makes databases: what the store promises, it promises on both kinds."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres")
    return databases.Files(tmp_path_factory.mktemp("store"))


@pytest.fixture
def store(new_url: NewUrl) -> Iterator[Store]:
    """An empty store."""
    store = Store.open(new_url())
    yield store
    store.close()


@pytest.fixture(scope="module")
def settings(new_url: NewUrl, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("service")
    return Settings(
        database_url=new_url(),
        tracking_uri=f"sqlite:///{folder / 'mlflow.db'}",
        max_body=20_000,
        max_bulk=200_000,
    )


@pytest.fixture(scope="module")
def app(settings: Settings, clock: Clock) -> Iterator[FastAPI]:
    app = create_app(settings, clock=clock)
    yield app
    app.state.service.store.close()


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Callable[..., Client]:
    """Make a client with a key of a tenant and scopes."""

    def make(tenant: str = "default", *scopes: str) -> Client:
        key = create_key(app.state.service.store, tenant, scopes or ("platform",), NOW)
        return Client(app, key)

    return make


@pytest.fixture(scope="module")
def at() -> type[Client]:
    """Make a client of any app."""
    return Client


@pytest.fixture(scope="module")
def anonymous(app: FastAPI) -> Client:
    """A client without a key."""
    return Client(app)


@pytest.fixture(scope="module")
def platform(client: Callable[..., Client]) -> Client:
    """A platform's client; its tenant has one course, one offering and one teacher."""
    platform = client()
    assert platform.put("/v1/courses/c1", {"title_zh": "群文阅读"}).status_code == 201
    assert platform.put("/v1/offerings/o1", {"course_id": "c1"}).status_code == 201
    assert platform.put("/v1/teachers/t1", TEACHER).status_code == 201
    return platform


@pytest.fixture(scope="session")
def county() -> Dataset:
    """Sixty teachers of two phases who chose among twenty courses in 2025."""
    rng = np.random.default_rng(7)
    day = pd.Timestamp("2025-01-01", tz="UTC")
    events = pd.DataFrame(
        {
            "event_id": [f"e{number}" for number in range(600)],
            "teacher_id": [f"t{number:02d}" for number in rng.integers(0, 60, 600)],
            "course_id": [f"c{number:02d}" for number in rng.integers(0, 20, 600)],
            "occurred_at": day + pd.to_timedelta(rng.integers(0, 360 * 86_400, 600), unit="s"),
        }
    )
    teachers = pd.DataFrame(
        {
            "teacher_id": [f"t{number:02d}" for number in range(60)],
            "phase": ["primary", "junior"] * 30,
            "career_stage": ["novice", "developing", "backbone"] * 20,
        }
    )
    courses = pd.DataFrame(
        {
            "course_id": [f"c{number:02d}" for number in range(21)],
            "title_zh": [f"第{number}课：课堂评价" for number in range(21)],
            "title_en": [f"Lesson {number}: assessment" for number in range(21)],
            "hours": [10.0] * 21,
        }
    )
    offerings = pd.DataFrame(
        {
            "offering_id": ["o-open", "o-over"],
            "course_id": ["c20", "c20"],
            "apply_from": pd.to_datetime(["2026-02-01", "2025-02-01"]),
            "apply_until": pd.to_datetime(["2026-03-31", "2025-03-31"]),
            "starts_on": pd.to_datetime(["2026-04-10", "2025-04-10"]),
            "ends_on": pd.to_datetime(["2026-06-30", "2025-06-30"]),
        }
    )
    return Dataset.of(
        {"teachers": teachers, "courses": courses, "events": events, "offerings": offerings}
    )


@pytest.fixture(scope="session")
def model(county: Dataset) -> Model:
    """A model of that county, of the scorers that are always installed."""
    return Model.fit(county, as_of=NOW, scorers=("popularity", "content", "sequence"))


@pytest.fixture(scope="session")
def artifact(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model's folder."""
    folder = tmp_path_factory.mktemp("artifact")
    save(model, folder)
    return folder
