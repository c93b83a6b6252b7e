"""A link lets one person in, once; a visit lasts a while, and only its own page changes things."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pandas as pd
import pytest
import sqlalchemy as sa
from fastapi import APIRouter, FastAPI

from features.errors import UnknownId
from serving.api.app import create_app
from serving.errors import SpentLink
from serving.identity import Scope, create_key
from serving.sessions import LINK_LIFE, enter, make_link
from serving.settings import Settings
from serving.store.engine import Store
from serving.store.schema import METADATA
from serving.store.sessions import Guest
from serving.web.visitor import Visiting
from tests.serving.databases import NewUrl

NOW = pd.Timestamp("2026-03-01T00:00:00Z")
HOST = "http://testserver"


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> pd.Timestamp:
        return self.now

    def on(self, **span: float) -> None:
        self.now += pd.Timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def url(new_url: NewUrl) -> str:
    return new_url()


@pytest.fixture
def app(url: str, clock: Clock) -> Iterator[FastAPI]:
    app = create_app(Settings(database_url=url, artifact=None, https=False), clock=clock)
    desk = APIRouter()

    @desk.get("/here")
    @desk.post("/here")
    def here(visitor: Visiting) -> dict[str, Any]:
        return {"who": visitor.teacher_id or visitor.organisation_id, "csrf": visitor.csrf}

    @desk.get("/school")
    def school(visitor: Visiting) -> str:
        visitor.require(Scope.SCHOOL)
        return "school"

    @desk.get("/teacher")
    def teacher(visitor: Visiting) -> str:
        return visitor.teacher()

    app.include_router(desk)
    yield app
    app.state.service.store.close()


@pytest.fixture
def store(app: FastAPI) -> Store:
    return app.state.service.store


@pytest.fixture
def platform(at: Callable[..., Any], app: FastAPI, store: Store) -> Any:
    platform = at(app, create_key(store, "default", ["platform", "admin"], NOW))
    assert platform.put("/v1/teachers/t1", {"states": [{}]}).status_code in (200, 201)
    assert platform.put("/v1/organisations/s1", {"states": [{"kind": "school"}]}).is_success
    return platform


@pytest.fixture
def browser(at: Callable[..., Any], app: FastAPI) -> Any:
    return at(app)


def link(platform: Any, teacher: str = "t1") -> str:
    answer = platform("POST", f"/v1/teachers/{teacher}:link")
    assert answer.status_code == 201
    return answer.json()["path"]


def cookie(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 303, answer.text
    return {"Cookie": answer.headers["set-cookie"].split(";")[0]}


def entered(platform: Any, browser: Any) -> dict[str, str]:
    return cookie(browser("POST", link(platform)))


def test_a_link_is_for_a_teacher_of_the_own_tenant(at, app, store, platform):
    other = at(app, create_key(store, "other", ["platform", "admin"], NOW))
    assert other("POST", "/v1/teachers/t1:link").status_code == 404
    assert platform("POST", "/v1/teachers/nobody:link").status_code == 404
    body = {"name": "li", "organisation_id": "s1", "scopes": ["school"]}
    assert other.post("/v1/administrators:link", body).status_code == 404
    with pytest.raises(UnknownId):
        make_link(store, Guest("default", None, "li", "nowhere"), NOW, by="local")


def test_a_link_works_once(platform, browser):
    path = link(platform)
    assert browser("POST", path).status_code == 303
    again = browser("POST", path)
    assert again.status_code == 410
    assert "链接已失效" in again.text


def test_of_many_who_come_at_once_by_one_link_one_gets_in(platform, store):
    token = link(platform).removeprefix("/enter/")

    def come(_: int) -> bool:
        try:
            enter(store, token, NOW, Settings())
        except SpentLink:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(come, range(16))) == 1


def test_a_link_that_is_only_looked_at_still_works(platform, browser):
    path = link(platform)
    for _ in range(3):
        seen = browser.get(path)
        assert (seen.status_code, seen.headers["cache-control"]) == (200, "no-store")
        assert "t1" not in seen.text
        assert "script" not in seen.text
        assert "set-cookie" not in seen.headers
    assert browser("POST", path).status_code == 303


def test_a_link_that_is_late_or_made_up_lets_nobody_in(platform, browser, clock):
    path = link(platform)
    clock.on(seconds=LINK_LIFE.total_seconds())
    for late in (path, "/enter/" + "a" * 43, "/enter/%ff"):
        assert browser("POST", late).status_code == 410


def test_another_site_cannot_press_the_button(platform, browser):
    path = link(platform)
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ):
        assert browser("POST", path, headers=headers).status_code == 403
    assert browser("POST", path, headers={"Origin": HOST}).status_code == 303


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(platform, browser):
    header = browser("POST", link(platform)).headers["set-cookie"]
    assert header.startswith("zixuan=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(header.split("; "))


def test_over_https_the_cookie_travels_no_other_way(at, url, clock, platform):
    app = create_app(Settings(database_url=url), clock=clock)
    header = at(app)("POST", link(platform)).headers["set-cookie"]
    app.state.service.store.close()
    assert header.startswith("__Host-zixuan=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(header.split("; "))
    assert "Domain" not in header


@pytest.mark.parametrize("sent", ["", "zixuan=", "zixuan=" + "a" * 43, "zixuan=\u00e9"])
def test_without_a_session_there_is_only_a_page_that_says_so(browser, sent: str):
    answer = browser.get("/here", headers={"Cookie": sent.encode("latin1")})
    assert answer.status_code == 401
    assert "请先进入" in answer.text


def test_a_session_is_of_its_teacher(platform, browser):
    assert browser.get("/here", headers=entered(platform, browser)).json()["who"] == "t1"


def test_an_administrators_session_is_of_its_organisation_and_scopes(platform, browser):
    body = {"name": "li.wen", "organisation_id": "s1", "scopes": ["school"]}
    path = platform.post("/v1/administrators:link", body).json()["path"]
    admin, teacher = cookie(browser("POST", path)), entered(platform, browser)
    assert browser.get("/here", headers=admin).json()["who"] == "s1"
    assert browser.get("/school", headers=admin).status_code == 200
    assert browser.get("/teacher", headers=admin).status_code == 403
    assert browser.get("/school", headers=teacher).status_code == 403
    assert browser.get("/teacher", headers=teacher).json() == "t1"


def test_a_session_ends_when_idle_and_after_its_life(platform, browser, clock):
    headers = entered(platform, browser)
    idle = Settings().session_idle
    for _ in range(3):  # each request keeps it going
        clock.on(seconds=idle - 1)
        assert browser.get("/here", headers=headers).status_code == 200
    clock.on(seconds=idle)
    assert browser.get("/here", headers=headers).status_code == 401

    clock.now = NOW
    headers = entered(platform, browser)
    while clock.now < NOW + pd.Timedelta(seconds=Settings().session_life):
        assert browser.get("/here", headers=headers).status_code == 200
        clock.on(seconds=idle - 1)
    assert browser.get("/here", headers=headers).status_code == 401


def test_leaving_ends_the_session_and_no_other(platform, browser):
    mine, other = entered(platform, browser), entered(platform, browser)
    word = {"X-CSRF-Token": browser.get("/here", headers=mine).json()["csrf"]}
    left = browser("POST", "/leave", headers=mine | word)
    assert left.status_code == 200
    assert 'zixuan=""' in left.headers["set-cookie"]
    assert browser.get("/here", headers=mine).status_code == 401
    assert browser.get("/here", headers=other).status_code == 200


def test_deleting_a_teacher_ends_the_visits_and_the_links(platform, browser):
    platform.put("/v1/teachers/gone", {"states": [{}]})
    headers = cookie(browser("POST", link(platform, "gone")))
    unused = link(platform, "gone")
    assert platform.delete("/v1/teachers/gone").status_code == 204
    assert browser.get("/here", headers=headers).status_code == 401
    assert browser("POST", unused).status_code == 410


def test_a_change_needs_the_word_of_the_sessions_own_forms(platform, browser):
    mine, other = entered(platform, browser), entered(platform, browser)
    word = browser.get("/here", headers=mine).json()["csrf"]
    others = browser.get("/here", headers=other).json()["csrf"]
    assert word != others
    assert re.fullmatch("[0-9a-f]{64}", word)
    for refused in (
        {},
        {"data": {"csrf": others}},
        {"data": {"csrf": ""}},
        {"files": {"csrf": ("csrf.txt", word)}},
        {"headers": mine | {"X-CSRF-Token": others}},
        {"headers": mine | {"X-CSRF-Token": word, "Origin": "http://evil.example"}},
        {"headers": mine | {"X-CSRF-Token": word, "Sec-Fetch-Site": "cross-site"}},
    ):
        assert browser("POST", "/here", **{"headers": mine} | refused).status_code == 403, refused
    for taken in ({"data": {"csrf": word}}, {"headers": mine | {"X-CSRF-Token": word}}):
        assert browser("POST", "/here", **{"headers": mine} | taken).status_code == 200


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("/nothing", "text/html,*/*;q=0.8", "text/html"),
        ("/nothing", "*/*", "application/problem+json"),
        ("/v1/teachers/t1", "text/html,*/*;q=0.8", "application/problem+json"),
    ],
)
def test_a_browser_is_refused_by_a_page_and_a_program_by_a_problem(browser, path, accept, kind):
    answer = browser.get(path, headers={"Accept": accept})
    assert answer.is_client_error
    assert answer.headers["content-type"].startswith(kind)
    assert answer.headers["x-request-id"]


def test_the_database_holds_neither_links_nor_cookies(platform, browser, store):
    path = link(platform)
    token, secret = path.removeprefix("/enter/"), entered(platform, browser)["Cookie"][7:]
    with store.reading() as connection:
        for table in METADATA.tables.values():
            rows = connection.execute(sa.select(table)).all()
            cells = {str(cell) for row in rows for cell in row}
            assert not any(token in cell or secret in cell for cell in cells)
