"""Every route, for everybody: one table says who may, and a route without a line in it fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest
import structlog
from fastapi import FastAPI
from fastapi.routing import APIRoute

from serving.api.app import create_app
from serving.identity import create_key, revoke_key
from serving.settings import Settings
from serving.store.engine import Store
from tests.serving.databases import NewUrl

NOW = pd.Timestamp("2026-03-01T00:00:00Z")
OPEN = {("GET", "/livez"), ("GET", "/readyz")}
#: Open, too: they let in who shows a link, a launch or a key.
DOORS = {
    ("GET", "/enter"),
    ("POST", "/enter"),
    ("GET", "/enter/{token}"),
    ("POST", "/enter/{token}"),
    ("POST", "/oauth/token"),
    ("GET", "/calendar/{lang}/{token}.ics"),
    ("GET", "/static/{name}"),
}
#: For a visitor with a session.
PAGES = {("POST", "/leave"), ("GET", "/")}
OF_TEACHERS = {
    *(("GET", path) for path in (
        "/why-not", "/records", "/me", "/me/erase", "/take-away", "/plan", "/plan/history",
        "/plan/change", "/plan/swap", "/plan/alternatives",
        *(f"/take-away/{name}" for name in ("plan.pdf", "plan.csv", "plan.ics", "credits.csv")),
    )),
    *(("POST", f"/me/{name}") for name in (
        "goals", "levels", "personalisation", "export", "erase",
        "tags/{tag}", "tags/{tag}/suppress", "tags/{tag}/restore",
    )),
    *(("POST", path) for path in (
        "/choices", "/plan", "/plan/state", "/plan/change", "/plan/alternatives",
        "/records/claim", "/records/dispute",
    )),
    ("POST", "/take-away/calendar"),
    ("POST", "/take-away/calendar/end"),
}  # fmt: skip
OF_SCHOOLS = {
    ("GET", "/desk"),
    ("GET", "/desk/{organisation_id}"),
    ("GET", "/desk/{organisation_id}/{name}.csv"),
    ("POST", "/desk/{organisation_id}/plans/{plan_id}"),
}
_WEBHOOK = "/v1/webhooks/{webhook_id}"
ADMIN = {
    ("GET", "/v1/audit"),
    ("POST", "/v1/administrators:link"),
    ("GET", "/v1/webhooks"),
    ("POST", "/v1/webhooks"),
    ("GET", _WEBHOOK),
    ("DELETE", _WEBHOOK),
    ("POST", f"{_WEBHOOK}:rotate"),
    ("POST", f"{_WEBHOOK}:ping"),
    ("GET", f"{_WEBHOOK}/deliveries"),
}
METRICS = {("GET", "/metrics")}
ANY_KEY = {("GET", "/v1/openapi.json")}
_TEACHER = "/v1/teachers/{teacher_id}"
_ENROLMENT = "/v1/enrolments/{teacher_id}/{offering_id}"
_DIAGNOSIS = "/v1/diagnoses/{teacher_id}/{competency}"
_PLAN = "/v1/plans/{plan_id}"
PLATFORM = {
    *((verb, path) for verb in ("GET", "PUT", "PATCH", "DELETE") for path in (
        "/v1/organisations/{organisation_id}",
        _TEACHER,
        "/v1/courses/{course_id}",
        "/v1/offerings/{offering_id}",
        _ENROLMENT,
        _DIAGNOSIS,
        "/v1/evaluations/{evaluation_id}",
    )),
    *((verb, f"/v1/offerings/{{offering_id}}/{part}") for part in ("stages", "quotas")
      for verb in ("GET", "PUT", "DELETE")),
    *(("GET", f"/v1/{name}") for name in (
        "organisations", "teachers", "courses", "offerings", "enrolments", "credits",
        "diagnoses", "evaluations", "changes",
    )),
    ("POST", f"{_ENROLMENT}/states"),
    ("POST", f"{_DIAGNOSIS}/measures"),
    ("POST", "/v1/credits"),
    ("GET", "/v1/credits/{entry_id}"),
    ("POST", "/v1/events"),
    ("POST", "/v1/events:bulk"),
    ("GET", f"{_TEACHER}/recommendations"),
    ("GET", f"{_TEACHER}/why-not"),
    ("POST", "/v1/recommendations:batch"),
    ("GET", "/v1/courses/popular"),
    ("GET", "/v1/courses/{course_id}/similar"),
    ("GET", "/v1/model"),
    ("POST", f"{_TEACHER}/plan"),
    ("GET", f"{_TEACHER}/plan"),
    ("GET", f"{_TEACHER}/credits"),
    ("GET", f"{_TEACHER}/personalisation"),
    ("PUT", f"{_TEACHER}/personalisation"),
    ("GET", f"{_TEACHER}/tags"),
    ("PUT", f"{_TEACHER}/tags/{{tag}}"),
    ("DELETE", f"{_TEACHER}/tags/{{tag}}"),
    ("GET", f"{_TEACHER}/export"),
    *(("POST", f"{_TEACHER}:{verb}") for verb in ("merge", "link", "erase", "register")),
    ("GET", _PLAN),
    ("GET", f"{_PLAN}/revisions"),
    ("POST", f"{_PLAN}/revisions"),
    ("GET", f"{_PLAN}/difference"),
    ("PUT", f"{_PLAN}/state"),
    ("GET", f"{_PLAN}/explanation"),
    ("GET", f"{_PLAN}/alternatives"),
}  # fmt: skip
#: Role -> what it may ask for, beside what is open.
MAY: dict[str, set[tuple[str, str]]] = {
    "nobody": set(),
    "platform": PLATFORM | ANY_KEY,
    "admin": ADMIN | ANY_KEY,
    "metrics": METRICS | ANY_KEY,
    "expired": set(),
    "revoked": set(),
    "teacher": PAGES | OF_TEACHERS,
    "school": PAGES | OF_SCHOOLS,
}


@pytest.fixture(scope="module")
def app(new_url: NewUrl, clock) -> Iterator[FastAPI]:
    app = create_app(Settings(database_url=new_url(), https=False), clock=clock)
    yield app
    app.state.service.store.close()


@pytest.fixture(scope="module")
def store(app: FastAPI) -> Store:
    return app.state.service.store


@pytest.fixture(scope="module")
def roles(app: FastAPI, at: Callable[..., Any], store: Store) -> Callable[[str], dict[str, str]]:
    """Return what one of a role sends along: a key, or a session's cookie and word."""
    admin = at(app, create_key(store, "default", ["admin", "platform"], NOW))
    for path in ("teachers/t1", "organisations/s1"):
        states = [{"kind": "school"}] if "org" in path else [{}]
        assert admin.put(f"/v1/{path}", {"states": states}).status_code == 201

    def session(path: str, body: Any) -> dict[str, str]:
        link = admin("POST", path, json=body).json()["path"]
        return {"Cookie": at(app)("POST", link).headers["set-cookie"].split(";")[0]}

    def of(role: str) -> dict[str, str]:
        if role == "nobody":
            return {}
        if role == "teacher":
            return session("/v1/teachers/t1:link", None)
        if role == "school":
            body = {"name": "li", "organisation_id": "s1", "scopes": ["school"]}
            return session("/v1/administrators:link", body)
        scopes = [role] if role in ("platform", "admin", "metrics") else ["platform", "admin"]
        past = NOW - pd.Timedelta(days=2)
        key = create_key(store, "default", scopes, past, days=1 if role == "expired" else None)
        if role == "revoked":
            revoke_key(store, key.split("_")[1], NOW)
        return {"Authorization": f"Bearer {key}"}

    return of


def routes(app: FastAPI) -> set[tuple[str, str]]:
    """Every route there is, whether or not the contract shows it."""
    found = set()

    def walk(entries: Any, prefix: str) -> None:
        for entry in entries:
            if isinstance(entry, APIRoute):
                found.update((method, prefix + entry.path) for method in entry.methods)
            else:  # a router that was included
                walk(entry.original_router.routes, prefix + entry.include_context.prefix)

    walk(app.router.routes, "")
    shown = app.openapi()["paths"]
    found.update((verb.upper(), path) for path, verbs in shown.items() for verb in verbs)
    return found


def test_every_route_has_a_line_and_every_line_a_route(app: FastAPI):
    pages = PAGES | OF_TEACHERS | OF_SCHOOLS
    declared = OPEN | DOORS | pages | ADMIN | METRICS | ANY_KEY | PLATFORM
    assert routes(app) == declared


@pytest.mark.parametrize("role", MAY)
def test_nobody_gets_further_than_the_table_says(
    app: FastAPI, at: Callable[..., Any], roles: Callable[[str], dict[str, str]], role: str
):
    headers = roles(role)
    ask = at(app)
    for method, path in sorted(routes(app) - DOORS - OPEN - MAY[role]):
        address = path.replace("{teacher_id}", "t1").replace("{", "").replace("}", "")
        answer = ask(method, address, json={}, headers=headers)
        allowed = {401} if role in ("nobody", "expired", "revoked") else {401, 403}
        # What is asked for, and whether there is a model, is judged first: it tells of nobody.
        judged = {422, 503} if role == "school" and (method, path) in OF_TEACHERS else set()
        assert answer.status_code in allowed | judged, (role, method, path, answer.text)
        assert "states" not in answer.text
    for method, path in sorted(MAY[role] - PAGES - OF_TEACHERS - OF_SCHOOLS):
        address = path.replace("{teacher_id}", "nobody").replace("{", "").replace("}", "")
        answer = ask(method, address, json={}, headers=headers)
        assert answer.status_code not in (401, 403), (role, method, path)
    for method, path in OPEN:
        assert ask(method, path, headers=headers).status_code in (200, 503)


@pytest.mark.parametrize("tenant", ["default", "other"])
def test_another_tenant_and_another_teacher_are_not_there(
    app: FastAPI, at: Callable[..., Any], roles, store: Store, tenant: str
):
    """What names a teacher who is not the caller's, or not there at all, is 404 alike."""
    headers = {"Authorization": f"Bearer {create_key(store, tenant, ['platform'], NOW)}"}
    roles("teacher")
    teacher = "t1" if tenant == "other" else "t2"
    unconditional = {"PUT", "PATCH"}
    for method, path in sorted(PLATFORM):
        if path.startswith(_TEACHER) and not (method in unconditional and path == _TEACHER):
            body = {
                f"{_TEACHER}/personalisation": {"on": False},
                f"{_TEACHER}/tags/{{tag}}": {"value": ["a"]},
                f"{_TEACHER}:merge": {"into": "t3"},
            }.get(path, {})
            address = path.replace("{teacher_id}", teacher).replace("{tag}", "goals")
            address += "?course_id=c1" if path.endswith("why-not") else ""
            answer = at(app)(method, address, json=body, headers=headers)
            no_model = answer.status_code == 503 and answer.json()["type"].endswith("no-model")
            assert answer.status_code == 404 or no_model, (method, path, answer.text)


def test_no_log_line_of_a_whole_story_tells_a_secret_or_a_person(
    app: FastAPI, at: Callable[..., Any], store: Store
):
    key = create_key(store, "story", ["platform", "admin"], NOW)
    platform, browser = at(app, key), at(app)
    told: list[str] = [key.split("_", 2)[2], "person-7", "章节安全意识"]
    merging = [structlog.contextvars.merge_contextvars]
    with structlog.testing.capture_logs(processors=merging) as logs:
        platform.put("/v1/teachers/person-7", {"states": [{"goals": ["章节安全意识"]}]})
        platform.put("/v1/courses/c1", {"title_zh": "章节安全意识"})
        event = {"teacher_id": "person-7", "course_id": "c1", "occurred_at": NOW.isoformat()}
        platform.post("/v1/events", event)
        platform.post("/v1/events", event | {"kind": "person-7"})
        link = platform("POST", "/v1/teachers/person-7:link").json()["path"]
        told.append(link.removeprefix("/enter/"))
        browser.get(link)
        cookie = browser("POST", link).headers["set-cookie"].split(";")[0]
        told.append(cookie.removeprefix("zixuan="))
        browser("POST", link)
        browser("POST", "/leave", headers={"Cookie": cookie})
        client_id, secret = key.split("_", 2)[1:]
        grant = {"grant_type": "client_credentials", "client_id": client_id}
        answer = browser("POST", "/oauth/token", data=grant | {"client_secret": secret})
        token = answer.json()["access_token"]
        told.append(token)
        bearer = {"Authorization": f"Bearer {token}"}
        browser.get("/v1/teachers/person-7/export", headers=bearer)
        browser.get("/enter", params={"launch": token})
        browser("POST", "/enter", data={"launch": token})
        platform("POST", "/v1/teachers/person-7:erase")
        platform.put("/v1/teachers/person-7", {"states": [{}]})
    text = json.dumps(logs, ensure_ascii=False, default=str)
    assert len(logs) == 15
    assert [word for word in told if word in text] == []
