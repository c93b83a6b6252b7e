"""A route on its way out says so in every answer; no other does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import Depends, FastAPI

from serving.api.leaving import LEAVING, Leaving, telling

GOES = Leaving(
    datetime(2026, 9, 1, tzinfo=UTC), datetime(2027, 9, 1, tzinfo=UTC), "https://zixuan.example/2"
)


def test_a_route_that_goes_says_when_and_what_instead(at: Any):
    app = FastAPI(dependencies=[Depends(telling({("GET", "/old/{name}"): GOES}))])
    app.get("/old/{name}")(lambda name: name)
    app.get("/new/{name}")(lambda name: name)
    headers = at(app).get("/old/a").headers
    assert headers["deprecation"] == f"@{int(GOES.deprecated.timestamp())}" == "@1788220800"
    assert headers["sunset"] == "Wed, 01 Sep 2027 00:00:00 GMT"
    assert headers["link"] == '<https://zixuan.example/2>; rel="deprecation"; type="text/html"'
    assert "deprecation" not in at(app).get("/new/a").headers


def test_what_goes_is_there_and_stays_at_least_half_a_year(app: FastAPI):
    paths = app.openapi()["paths"]
    for (method, path), leaving in LEAVING.items():
        assert method.lower() in paths[path]
        assert (leaving.sunset - leaving.deprecated).days >= 180
