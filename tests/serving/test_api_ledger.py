"""The ledger is never changed, and two ids of one teacher become one with nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from fastapi import FastAPI

from features.dataset import Dataset
from serving.store.schema import OF_TEACHER, PLANS
from serving.store.transfer import export_dataset, import_dataset
from tests.serving.conftest import NOW
from tests.serving.test_api_refusals import is_problem

ENTRY = {
    "entry_id": "l1",
    "teacher_id": "t1",
    "kind": "opening",
    "earned_on": "2025-12-31",
    "amount": 96,
    "unit": "hour",
}
EVENT = {"teacher_id": "t1", "course_id": "c1", "occurred_at": "2026-02-01T08:00:00+08:00"}
STATE = {"state": "wished", "decided_at": "2026-02-01T00:00:00Z"}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_an_entry_of_the_ledger_cannot_be_changed(platform, method: str):
    platform.post("/v1/credits", ENTRY)
    answer = platform(method, "/v1/credits/l1", json=ENTRY, headers={"If-Match": "*"})
    assert is_problem(answer, 405, "method-not-allowed")


@pytest.mark.parametrize(
    ("change", "status", "name"),
    [
        ({"amount": 97}, 409, "refused"),
        ({"entry_id": "l2", "teacher_id": "nobody"}, 422, "invalid-data"),
        ({"entry_id": "l2", "course_id": "nothing"}, 422, "invalid-data"),
        ({"entry_id": "l2", "recorded_at": "2027-01-01T00:00:00Z"}, 422, "invalid-data"),
        ({"entry_id": "l2", "earned_on": "2026-03-03"}, 422, "invalid-data"),
        ({"entry_id": "l2", "amount": 0.125}, 422, "invalid-request"),
        ({"entry_id": "l2", "kind": "gift"}, 422, "invalid-request"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(platform, change, status: int, name: str):
    platform.post("/v1/credits", ENTRY)
    assert is_problem(platform.post("/v1/credits", ENTRY | change), status, name)
    assert is_problem(platform.get("/v1/credits/l2"), 404, "unknown-id")


def test_an_entry_counts_once_and_a_correction_is_another(platform):
    first = platform.post("/v1/credits", ENTRY | {"entry_id": "once"})
    again = platform.post("/v1/credits", ENTRY | {"entry_id": "once"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == platform.get("/v1/credits/once").json()
    assert first.json()["state"] == "recognised"
    assert pd.Timestamp(first.json()["recorded_at"]) == NOW
    correction = {"entry_id": "less", "kind": "correction", "amount": -6}
    assert platform.post("/v1/credits", ENTRY | correction).status_code == 201
    listed = platform.get("/v1/credits?teacher_id=t1&kind=correction").json()["items"]
    assert [entry["amount"] for entry in listed] == [-6]


def test_a_teacher_is_merged_neither_into_itself_nor_into_nobody(platform):
    for into, status in (("t1", 409), ("nobody", 404)):
        answer = platform.post("/v1/teachers/t1:merge", {"into": into})
        assert answer.status_code == status
    assert is_problem(platform.post("/v1/teachers/no:merge", {"into": "t1"}), 404, "unknown-id")


def test_after_a_merge_everything_is_of_one_id_and_the_other_is_unknown(
    app: FastAPI, client: Callable[..., Any]
):
    """Each teacher has one row of its own of every kind, and they share one of most."""
    platform = client("merging")
    platform.put("/v1/courses/c1", {})
    platform.put("/v1/offerings/o1", {"course_id": "c1"})
    platform.put("/v1/offerings/o2", {"course_id": "c1"})
    for teacher, begins, offering in (("old", "2022", "o1"), ("new", "2024", "o2")):
        states = [{"phase": teacher == "old" and "junior" or "senior"}]
        states += [{"valid_from": f"{begins}-09-01T00:00:00Z"}]
        platform.put(f"/v1/teachers/{teacher}", {"states": states})
        event = EVENT | {"teacher_id": teacher}
        platform.post("/v1/events", event)  # of both: the same, without an id
        platform.post("/v1/events", event | {"event_id": f"own-{teacher}"})
        platform.post("/v1/events", event | {"value": len(begins) + (teacher == "old")})
        platform.put(f"/v1/enrolments/{teacher}/{offering}", {"states": [STATE]})
        platform.post("/v1/credits", ENTRY | {"entry_id": teacher, "teacher_id": teacher})
    answer = platform.post("/v1/teachers/old:merge", {"into": "new"})
    assert answer.json()["teacher_id"] == "new"

    assert is_problem(platform.get("/v1/teachers/old"), 404, "unknown-id")
    states = platform.get("/v1/teachers/new").json()["states"]
    assert [state.get("valid_from", "")[:4] for state in states] == ["", "2022", "2024"]
    assert states[0]["phase"] == "senior"
    whole = export_dataset(app.state.service.store, tenant="merging")
    assert len(whole.table("events")) == 5
    assert len(whole.table("enrolments")) == len(whole.table("credits")) == 2
    for table in ("teachers", "events", "enrolments", "credits"):
        assert set(whole.table(table)["teacher_id"]) == {"new"}
    assert platform.post("/v1/events", EVENT | {"teacher_id": "new"}).status_code == 200


def test_equal_rows_of_a_data_set_stay_apart_in_a_merge(app: FastAPI, client: Callable[..., Any]):
    """Three equal events of one id and two of the other: two are the same, as if sent twice."""
    client("rows")
    store = app.state.service.store
    events = pd.DataFrame(
        {
            "teacher_id": ["a", "a", "a", "b", "b"],
            "course_id": "c1",
            "occurred_at": pd.to_datetime(["2026-01-01"] * 5, utc=True),
        }
    )
    tables = {
        "teachers": pd.DataFrame({"teacher_id": ["a", "b"]}),
        "courses": pd.DataFrame({"course_id": ["c1"]}),
        "events": events,
    }
    import_dataset(store, Dataset.of(tables), now=NOW, tenant="rows")
    client("rows").post("/v1/teachers/a:merge", {"into": "b"})
    assert len(export_dataset(store, tenant="rows").table("events")) == 3


def test_no_table_about_teachers_is_left_out_of_a_merge():
    """Plans name the teacher in their text too; a further table that does so needs a line."""
    assert PLANS in OF_TEACHER
    assert {table.name for table in OF_TEACHER} == {
        "teachers",
        "enrolments",
        "events",
        "impressions",
        "credits",
        "diagnoses",
        "plans",
        "changes",
        "links",
        "sessions",
        "subscriptions",
        "teacher_tags",
    }
