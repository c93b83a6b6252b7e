"""Ids of another tenant's things, in any place of any request, open nothing and change nothing."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st

from features.dataset import Dataset
from serving.api.app import create_app
from serving.identity import create_key
from serving.settings import Settings
from serving.store.schema import METADATA, TENANT
from serving.store.transfer import import_dataset
from tests.serving.conftest import NOW, TEACHER, Client
from tests.serving.databases import NewUrl
from tests.serving.test_api_corpus import PLACE, example, leaves, routes

THEIRS = {
    "teacher_id": ("theirs-t1", "theirs-t2"),
    "course_id": ("theirs-c",),
    "offering_id": ("theirs-o",),
    "organisation_id": ("theirs-org",),
    "entry_id": ("theirs-l",),
}
REFERENCES = set(THEIRS) - {"entry_id"} | {"into"}
#: What says that there is no such thing, or that the request is none.
CLOSED = {400, 404, 405, 409, 412, 422, 428}


@pytest.fixture(scope="module")
def app(new_url: NewUrl, county: Dataset, artifact: Path) -> Iterator[FastAPI]:
    app = create_app(Settings(database_url=new_url(), artifact=artifact), clock=lambda: NOW)
    import_dataset(app.state.service.store, county, now=NOW)
    yield app
    app.state.service.store.close()


def client(app: FastAPI, tenant: str) -> Client:
    return Client(app, create_key(app.state.service.store, tenant, ["platform"], NOW))


@pytest.fixture(scope="module")
def theirs(app: FastAPI) -> dict[str, tuple[str, ...]]:
    """Another tenant with two teachers and one of everything; which ids they have."""
    other = client(app, "other")
    event = {"teacher_id": "theirs-t1", "course_id": "theirs-c", "occurred_at": NOW.isoformat()}
    entry = {"entry_id": "theirs-l", "teacher_id": "theirs-t1", "kind": "opening"}
    for method, path, body in (
        ("PUT", "/v1/organisations/theirs-org", {"states": [{"kind": "school"}]}),
        *(("PUT", f"/v1/teachers/{each}", TEACHER) for each in THEIRS["teacher_id"]),
        ("PUT", "/v1/courses/theirs-c", {"title_zh": "课"}),
        ("PUT", "/v1/offerings/theirs-o", {"course_id": "theirs-c"}),
        ("POST", "/v1/events", event),
        ("POST", "/v1/credits", {**entry, "unit": "hour", "amount": 3, "earned_on": "2026-01-01"}),
    ):
        assert other(method, path, json=body).status_code == 201, path
    plan = other("POST", "/v1/teachers/theirs-t1/plan", json={})
    plans = {"plan_id": (plan.json()["plan_id"],)} if plan.status_code == 201 else {}
    return THEIRS | plans


def rows_of(app: FastAPI, tenant: str) -> dict[str, list[Any]]:
    """Return all that a tenant has, but for what says when its key was used."""
    with app.state.service.store.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(sa.select(table).where(own))))
            for table in METADATA.sorted_tables
            if TENANT in table.c and "key" not in table.name
            for own in [table.c[TENANT] == tenant]
        }


@given(data=st.data())
@settings(max_examples=60)
def test_what_is_another_tenants_is_as_if_it_were_not_there(
    app: FastAPI, theirs: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    mine, before = client(app, "default"), rows_of(app, "other")
    method, path, operation = data.draw(st.sampled_from(list(routes(app))), "route")
    places = PLACE.findall(path)
    address = path
    for place in places:
        ids = theirs.get(place[1:-1], ("theirs-t1",))
        address = address.replace(place, data.draw(st.sampled_from(ids), place))
    body, every = with_their_ids(app, operation, data, theirs)
    answer = mine(method, address, json=body, headers={"If-Match": "*"} if places else {})
    # What is put under an id of theirs is a thing of one's own of the same name.
    own = method == "PUT" and len(places) == 1
    if refers(body) or (places and not own):
        recorded = answer.json().get("recorded") if answer.status_code == 200 else 1
        assert answer.status_code in CLOSED | {403} or recorded == 0, answer.text
    told = answer.text if method == "GET" else ""
    assert not any(each in told for each in every if each not in address)
    assert rows_of(app, "other") == before
    if method == "PUT" and answer.status_code in (200, 201):
        mine.delete(address)


def refers(body: Any) -> bool:
    """Say whether a body names something that must be there already."""
    return any(key in REFERENCES for _, key in leaves(body))


def with_their_ids(
    app: FastAPI,
    operation: dict[str, Any],
    data: st.DataObject,
    theirs: dict[str, tuple[str, ...]],
) -> tuple[Any, list[str]]:
    """Return the example's body with ids of theirs in any of its places, and all of their ids."""
    every = [each for ids in theirs.values() for each in ids]
    shown = example(app, operation)
    body = copy.deepcopy(json.loads(shown) if isinstance(shown, str) else shown)
    words = [(held, key) for held, key in leaves(body) if isinstance(held[key], str)]
    for held, key in words:
        if str(key).endswith("_id") or data.draw(st.booleans()):
            held[key] = data.draw(st.sampled_from(theirs.get(key, tuple(every))))
    return body, every
