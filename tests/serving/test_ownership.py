"""Two teachers of one tenant: over no route does one see or change what is the other's.

The routes are the app's own. One that names something which is not named here fails: say whose it
is, and what of the other teacher's is to be asked for.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from features.dataset import Dataset
from serving.api.app import create_app
from serving.identity import create_key
from serving.sessions import csrf_of
from serving.settings import Settings
from serving.store.schema import OF_TEACHER, TENANT
from serving.store.transfer import import_dataset
from tests.serving.conftest import NOW
from tests.serving.test_roles import routes

ONE, OTHER = "teacher-one", "teacher-other"
#: Of the other's own; in no answer to the one.
SECRETS = ("goal-of-other", "evidence-of-other")
ENTRY = "entry-of-other"
#: What a page does for good comes last, and once.
LAST = ("POST", "/me/erase")
#: Of these the answer is the same whoever asks.
NOT_OF_TEACHERS = ("/static/", "/livez", "/readyz", "/openapi.json")
PLACE = re.compile(r"\{(\w+)\}")


@pytest.fixture(scope="module")
def app(
    tmp_path_factory: pytest.TempPathFactory, artifact: Path, county: Dataset
) -> Iterator[FastAPI]:
    ticks = itertools.count()

    def clock() -> pd.Timestamp:
        # What is the other's comes last: whoever takes the latest of all takes that.
        return NOW + pd.Timedelta(milliseconds=next(ticks))

    url = f"sqlite:///{tmp_path_factory.mktemp('ownership') / 'store.db'}"
    app = create_app(Settings(database_url=url, artifact=artifact, https=False), clock=clock)
    import_dataset(app.state.service.store, county, now=NOW)
    yield app
    app.state.service.store.close()


@pytest.fixture(scope="module")
def platform(app: FastAPI, at: Callable[..., Any]) -> Any:
    """A platform's client; both teachers have everything that a teacher can have."""
    platform = at(app, create_key(app.state.service.store, "default", ["platform", "admin"], NOW))
    school = {"states": [{"kind": "school"}]}
    assert platform.put("/v1/organisations/school-1", school).is_success
    for teacher, course, whose in ((ONE, "c03", "one"), (OTHER, "c17", "other")):
        state = {"organisation_id": "school-1", "phase": "primary", "goals": [f"goal-of-{whose}"]}
        assert platform.put(f"/v1/teachers/{teacher}", {"states": [state]}).is_success
        event = {"teacher_id": teacher, "course_id": course, "kind": "selected"}
        event["occurred_at"] = "2026-02-01T08:00:00Z"
        assert platform.post("/v1/events", event).is_success
        entry = {"entry_id": f"entry-of-{whose}", "teacher_id": teacher, "kind": "opening"}
        entry |= {"amount": 8, "unit": "hour", "earned_on": "2026-01-05"}
        assert platform.post("/v1/credits", entry | {"evidence": f"evidence-of-{whose}"}).is_success
        asked = {"policy": "national-2011", "pins": [{"course_id": course}]}
        assert platform.post(f"/v1/teachers/{teacher}/plan", asked).is_success
    return platform


@pytest.fixture(scope="module")
def named(app: FastAPI, platform: Any) -> dict[str, str]:
    """Placeholder -> what of the other teacher's, or of nobody's, it is asked with."""
    return {
        "teacher_id": OTHER,
        "plan_id": rows(app)["plans"][0]["plan_id"],
        "entry_id": ENTRY,
        "organisation_id": "school-1",
        "course_id": "c17",
        "offering_id": "o-open",
        "competency": "A1",
        "evaluation_id": "v-1",
        "webhook_id": "w-1",
        "tag": "goals",
        "token": "made-up",
        "lang": "zh",
        "name": "waiting",
    }


def rows(app: FastAPI) -> dict[str, list[dict[str, Any]]]:
    """Every row about the other teacher."""
    with app.state.service.store.reading() as connection:
        return {
            table.name: [
                row._asdict()
                for row in connection.execute(
                    sa.select(table).where(
                        table.c[TENANT] == "default", table.c.teacher_id == OTHER
                    )
                )
            ]
            for table in OF_TEACHER
        }


def session(app: FastAPI, at: Any, platform: Any, teacher: str) -> dict[str, str]:
    """What a teacher's browser sends along."""
    link = platform("POST", f"/v1/teachers/{teacher}:link").json()["path"]
    cookie = at(app)("POST", link).headers["set-cookie"].split(";")[0]
    return {"Cookie": cookie, "X-CSRF-Token": csrf_of(cookie.partition("=")[2])}


def address(path: str, named: dict[str, str]) -> str:
    """Fill an address; a name that the table lacks is a KeyError: give it a line."""
    return PLACE.sub(lambda place: named[place[1]], path)


def fields(named: dict[str, str]) -> dict[str, str]:
    """Fields of every form, each with what is the other's."""
    own = {"teacher": OTHER, "id": OTHER, "entry": ENTRY, "course": "c03", "other": "c17"}
    choice = {"kind": "selected", "press": "a" * 16, "state": "submitted", "revision": "1"}
    claim = {"activity": "research", "earned_on": "2026-02-01", "amount": "1", "unit": "hour"}
    said = {"evidence": "none", "value": "x", "on": "true", "do": "pin", "code": "fewer_hours"}
    return named | own | choice | claim | said | {"word": "draft"}


def test_what_is_the_others_is_there_for_the_other(app: FastAPI, at, platform, named):
    """Else nothing below would prove anything."""
    headers = session(app, at, platform, OTHER)
    told = "".join(
        at(app).get(path, headers=headers).text
        for path in ("/me", "/records", "/plan", "/take-away/plan.csv", "/take-away/credits.csv")
    )
    told += at(app)("POST", "/me/export", headers=headers).text
    assert [word for word in (*SECRETS, ENTRY, "c17") if word not in told] == []


def test_every_page_opens_where_courses_state_no_more_than_a_title(app, at, platform):
    headers = session(app, at, platform, OTHER)
    for path in ("/", "/plan", "/plan/history", "/records", "/me", "/take-away"):
        assert at(app).get(path, headers=headers).status_code == 200, path


def test_over_no_route_does_a_teacher_see_or_change_what_is_anothers(
    app: FastAPI, at, platform, named
):
    ask, before = at(app), rows(app)
    assert all(before[name] for name in ("teachers", "events", "credits", "plans"))
    every = sorted(routes(app) - {LAST}) + [LAST]
    for method, path in every:
        headers = session(app, at, platform, ONE)
        sent: dict[str, Any] = {"params": {"course": "c03", "do": "ban", "q": "17"}}
        if method in ("POST", "PUT", "PATCH"):
            sent |= {"json": {}} if path.startswith("/v1") else {"data": fields(named)}
        answer = ask(method, address(path, named), headers=headers, **sent)
        told = (method, path, answer.status_code, answer.text[:300])
        assert answer.status_code < 500, told
        if {"teacher_id", "plan_id", "entry_id"} & set(PLACE.findall(path)):
            # A session is no key, and a teacher no administrator; what could be told is 404.
            assert answer.status_code in (401, 403, 404), told
        if not path.startswith(NOT_OF_TEACHERS):
            assert [word for word in SECRETS if word in answer.text] == [], told
            assert before["plans"][0]["plan_id"] not in answer.text, told
        assert rows(app) == before, told


@pytest.mark.parametrize("path", ["/records/dispute"])
def test_a_form_that_names_what_is_anothers_is_404(app: FastAPI, at, platform, named, path: str):
    platform.put(f"/v1/teachers/{ONE}-b", {"states": [{}]})
    headers = session(app, at, platform, f"{ONE}-b")
    assert at(app)("POST", path, headers=headers, data=fields(named)).status_code == 404


def test_a_key_of_another_tenant_finds_neither_teacher_plan_nor_entry(
    app: FastAPI, at, platform, named
):
    before = rows(app)
    ask = at(app, create_key(app.state.service.store, "other", ["platform", "admin"], NOW))
    body: dict[str, Any]
    for method, path in sorted(routes(app)):
        if not {"plan_id", "entry_id"} & set(PLACE.findall(path)) or path.startswith("/desk"):
            continue
        body = {"revision": 1, "state": "submitted"}
        answer = ask(method, address(path, named), **({} if method == "GET" else {"json": body}))
        if answer.status_code == 422:  # judged by the contract first
            body = {"bans": ["c03"]} if path.endswith("/revisions") else {"state": "submitted"}
            query = {"before": 1} if path.endswith("/difference") else {}
            more = {} if method == "GET" else {"json": body}
            answer = ask(method, address(path, named), params=query, **more)
        assert answer.status_code == 404, (method, path, answer.text)
    assert rows(app) == before
