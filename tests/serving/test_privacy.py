"""A teacher sees, corrects, switches off, takes away and erases what is used about them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from features.dataset import Dataset
from features.errors import Refused
from serving.api.app import create_app
from serving.identity import create_key
from serving.settings import Settings
from serving.store.engine import Store
from serving.store.schema import METADATA
from serving.store.transfer import export_dataset, import_dataset
from tests.serving.databases import NewUrl

NOW = pd.Timestamp("2026-03-01T00:00:00Z")


@pytest.fixture(scope="module")
def county_with_domains(county: Dataset) -> Dataset:
    tables = dict(county.tables)
    courses = tables["courses"].copy()
    courses["domain"] = ["assessment" if number % 2 else "ethics" for number in range(21)]
    tables["courses"] = courses
    return Dataset.of(tables)


@pytest.fixture(scope="module")
def app(county_with_domains: Dataset, artifact: Path, new_url: NewUrl, clock) -> Iterator[FastAPI]:
    app = create_app(Settings(database_url=new_url(), artifact=artifact, explore=0), clock=clock)
    import_dataset(app.state.service.store, county_with_domains, now=NOW)
    yield app
    app.state.service.store.close()


@pytest.fixture(scope="module")
def store(app: FastAPI) -> Store:
    return app.state.service.store


@pytest.fixture(scope="module")
def platform(app: FastAPI, at: Callable[..., Any], store: Store) -> Any:
    return at(app, create_key(store, "default", ["platform"], NOW))


@pytest.fixture(scope="module")
def other(app: FastAPI, at: Callable[..., Any], store: Store) -> Any:
    return at(app, create_key(store, "other", ["platform"], NOW))


def courses(platform: Any, teacher: str) -> list[str]:
    answer = platform.get(f"/v1/teachers/{teacher}/recommendations?k=10")
    assert answer.status_code == 200
    return [item["course_id"] for item in answer.json()["items"]]


def tags(platform: Any, teacher: str) -> dict[str, Any]:
    items = platform.get(f"/v1/teachers/{teacher}/tags").json()["items"]
    return {item["tag"]: (item.get("value"), item["source"]) for item in items}


ROUTES = [
    ("GET", "/personalisation", None),
    ("PUT", "/personalisation", {"on": False}),
    ("GET", "/tags", None),
    ("PUT", "/tags/goals", {"value": ["assessment"]}),
    ("DELETE", "/tags/goals", None),
    ("GET", "/export", None),
    ("POST", ":erase", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_another_tenants_teacher_and_an_unknown_one_are_not_there(
    platform, other, method: str, path: str, body: Any
):
    for caller, teacher in ((other, "t00"), (platform, "nobody")):
        assert caller(method, f"/v1/teachers/{teacher}{path}", json=body).status_code == 404


@pytest.mark.parametrize(
    ("tag", "value", "status"),
    [
        ("career_stage", "wizard", 422),
        ("years_of_service", 71, 422),
        ("organisation_id", "s1", 409),
        ("interest:ethics", 3, 409),
        ("nothing", "x", 409),
    ],
)
def test_a_correction_keeps_the_rules_of_the_data(platform, tag: str, value: Any, status: int):
    answer = platform.put(f"/v1/teachers/t01/tags/{tag}", {"value": value})
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("tag", ["career_stage", "phase", "subjects", "interest:", "nothing"])
def test_what_rules_go_by_is_not_left_out(platform, tag: str):
    assert platform.delete(f"/v1/teachers/t01/tags/{tag}").status_code == 409


def test_the_switch_is_in_force_on_the_very_next_request(platform):
    path = "/v1/teachers/t02/personalisation"
    before = courses(platform, "t02")
    assert platform.get(path).json() == {"on": True}
    platform.put(path, {"on": False})
    platform.put("/v1/teachers/t03/personalisation", {"on": False})
    impersonal = courses(platform, "t02")
    assert impersonal != before
    answer = platform.get("/v1/teachers/t02/recommendations?k=3").json()
    assert {r["code"] for item in answer["items"] for r in item["reasons"]} == {"base"}
    platform.put(path, {"on": True})
    assert courses(platform, "t02") == before


def test_the_teachers_switch_survives_the_next_roster(platform):
    platform.put("/v1/teachers/t04/personalisation", {"on": False})
    states = {"states": [{"phase": "primary", "personalisation": True}]}
    assert platform.put("/v1/teachers/t04", states).status_code == 200
    assert platform.get("/v1/teachers/t04/personalisation").json() == {"on": False}


def test_a_teacher_sees_what_is_stated_and_inferred(platform):
    seen = tags(platform, "t05")
    assert seen["phase"] == ("junior", "platform")
    assert seen["interest:assessment"][0] > 0
    assert seen["interest:assessment"][1] == "history"


def test_a_correction_wins_until_it_is_taken_back(platform, store: Store):
    path = "/v1/teachers/t06/tags/phase"
    before = tags(platform, "t06")["phase"]
    assert platform.put(path, {"value": "senior"}).status_code == 200
    assert tags(platform, "t06")["phase"] == ("senior", "teacher")
    exported = export_dataset(store).table("teachers").set_index("teacher_id")
    assert exported["phase"]["t06"] == "senior"
    platform.put(path, {"value": None})
    assert tags(platform, "t06")["phase"] == before


def test_a_suppressed_interest_no_longer_moves_the_list(platform, app: FastAPI):
    path = "/v1/teachers/t07/tags/interest:assessment"
    before = courses(platform, "t07")
    assert platform.delete(path).status_code == 200
    assert tags(platform, "t07")["interest:assessment"] == (None, "suppressed")
    assert courses(platform, "t07") != before
    platform.put(path, {"value": None})
    assert courses(platform, "t07") == before


def test_the_export_holds_every_table_about_the_teacher_and_nobody_else(platform):
    document = platform.get("/v1/teachers/t08/export").json()
    assert document["teacher_id"] == "t08"
    assert {"teachers", "events", "impressions", "plans", "credits"} <= document["tables"].keys()
    assert document["tables"]["events"]
    rows = [row for table in document["tables"].values() for row in table]
    assert {row["teacher_id"] for row in rows} == {"t08"}
    assert document["tags"]
    assert "t09" not in json.dumps(document)


def test_an_erased_teacher_leaves_a_pseudonym_and_cannot_come_back(
    platform, store: Store, county_with_domains: Dataset, client_of_admin
):
    event = {"teacher_id": "t10", "course_id": "c01", "occurred_at": "2026-02-01T00:00:00Z"}
    assert platform.post("/v1/events", event).status_code in (200, 201)
    platform.get("/v1/teachers/t10/recommendations")
    platform("POST", "/v1/teachers/t10:link")
    platform.put("/v1/teachers/t10/tags/goals", {"value": ["ethics"]})
    assert platform("POST", "/v1/teachers/t10:erase").status_code == 200

    with store.reading() as connection:
        for table in METADATA.tables.values():
            rows = connection.execute(sa.select(table)).all()
            assert not any("t10" in str(cell) for row in rows for cell in row), table.name
    assert "t10" not in set(export_dataset(store).table("teachers")["teacher_id"])
    assert "t10" not in set(export_dataset(store).table("events")["teacher_id"])
    assert "t10" not in json.dumps(client_of_admin.get("/v1/audit").json())

    assert platform.post("/v1/events", event).status_code == 422
    assert platform.put("/v1/teachers/t10", {"states": [{}]}).status_code == 409
    with pytest.raises(Refused, match="erased"):
        import_dataset(store, county_with_domains, now=NOW)
    assert platform("POST", "/v1/teachers/t10:register").status_code == 204
    assert platform.put("/v1/teachers/t10", {"states": [{}]}).status_code == 201
    assert platform("POST", "/v1/teachers/t10:register").status_code == 404


def test_who_was_merged_into_an_erased_teacher_is_gone_too(platform, store: Store):
    for teacher in ("old", "new"):
        platform.put(f"/v1/teachers/{teacher}", {"states": [{}]})
    platform.post("/v1/teachers/old:merge", {"into": "new"})
    platform("POST", "/v1/teachers/new:erase")
    for teacher in ("old", "new"):
        assert platform.put(f"/v1/teachers/{teacher}", {"states": [{}]}).status_code == 409


@pytest.fixture(scope="module")
def client_of_admin(app: FastAPI, at: Callable[..., Any], store: Store) -> Any:
    return at(app, create_key(store, "default", ["admin"], NOW))
