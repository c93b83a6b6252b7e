"""What a platform does with the API."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from features.declaration import Kind
from features.tables import BY_NAME
from serving.api import dealings, rows
from serving.api.app import create_app
from serving.settings import Settings
from serving.store.transfer import export_dataset

EVENT = {"teacher_id": "t1", "course_id": "c1", "occurred_at": "2026-02-01T08:00:00+08:00"}
#: Kind of column -> JSON types that its cells may have.
JSON_TYPES = {
    Kind.ID: "string",
    Kind.CODE: "string",
    Kind.CATEGORY: "string",
    Kind.TEXT: "string",
    Kind.INTEGER: "integer",
    Kind.NUMBER: "number",
    Kind.AMOUNT: "number",
    Kind.BOOLEAN: "boolean",
    Kind.TIME: "string",
    Kind.DATE: "string",
}


def test_a_course_comes_back_as_it_was_put(platform):
    course = {
        "title_zh": '𠮷林方言 <b>与</b> "普通话"',
        "subjects": ["语文", "道德与法治"],
        "hours": 1.5,
        "repeatable": "yearly",
        "competencies": ["assessment:2", "ethics"],
        "available_from": "2025-01-01T08:00:00+08:00",
    }
    assert platform.put("/v1/courses/c5", course).status_code == 201
    assert platform.put("/v1/courses/c5", course).status_code == 200
    stored = platform.get("/v1/courses/c5").json()
    filled = {"course_id": "c5", "kind": "course", "obligation": "elective"}
    assert stored == course | filled | {"available_from": "2025-01-01T00:00:00Z"}


def test_putting_a_teacher_replaces_all_states_oldest_first(platform):
    newer, older = (
        {"valid_from": f"{year}-09-01T00:00:00Z", "phase": "primary"} for year in (2025, 2020)
    )
    platform.put("/v1/teachers/t2", {"states": [newer, older, {"phase": "junior"}]})
    states = platform.get("/v1/teachers/t2").json()["states"]
    assert [state.get("valid_from", "")[:4] for state in states] == ["", "2020", "2025"]
    assert platform.put("/v1/teachers/t2", {"states": [older]}).status_code == 200
    assert len(platform.get("/v1/teachers/t2").json()["states"]) == 1


def test_an_event_counts_once(app: FastAPI, platform):
    event = EVENT | {"event_id": "once"}
    first, again = (platform.post("/v1/events", event) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == {"event_id": "once", "status": "recorded"}
    assert again.json() == {"event_id": "once", "status": "already recorded"}
    events = export_dataset(app.state.service.store).table("events")
    assert (events["event_id"] == "once").sum() == 1


def test_an_event_without_an_id_is_known_by_its_content(platform):
    event = EVENT | {"kind": "viewed"}
    first, again, other = (
        platform.post("/v1/events", body) for body in (event, event, event | {"value": 1})
    )
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 201)
    assert first.json()["event_id"] == again.json()["event_id"] != other.json()["event_id"]


def test_the_same_instant_written_with_another_offset_is_the_same_event(platform):
    event = EVENT | {"event_id": "offset", "occurred_at": "2026-02-01T00:00:00Z"}
    assert platform.post("/v1/events", event).status_code == 201
    again = event | {"occurred_at": "2026-02-01T08:00:00.000+08:00"}
    assert platform.post("/v1/events", again).status_code == 200


def test_an_event_is_known_from_when_the_service_learned_of_it(app: FastAPI, platform, clock):
    platform.post("/v1/events", EVENT | {"event_id": "late"})
    events = export_dataset(app.state.service.store).table("events").set_index("event_id")
    assert events["recorded_at"]["late"] == clock()


def test_an_event_of_a_clock_that_runs_ahead_a_little_is_taken(platform):
    event = EVENT | {"event_id": "ahead", "occurred_at": "2026-03-01T00:04:59Z"}
    assert platform.post("/v1/events", event).status_code == 201


def test_deleting_a_teacher_deletes_every_row_about_them(app: FastAPI, platform):
    platform.put("/v1/teachers/gone", {"states": [{}]})
    platform.post("/v1/events", EVENT | {"teacher_id": "gone"})
    assert platform.delete("/v1/teachers/gone").status_code == 204
    assert platform.get("/v1/teachers/gone").status_code == 404
    assert platform.delete("/v1/teachers/gone").status_code == 404
    events = export_dataset(app.state.service.store).table("events")
    assert "gone" not in set(events["teacher_id"])


def test_who_changed_what_is_in_the_audit_log(platform, client: Callable[..., Any]):
    platform.put("/v1/teachers/seen", {"states": [{}]})
    platform.delete("/v1/teachers/seen")
    entries = client("default", "admin").get("/v1/audit").json()["entries"]
    found = [entry["action"] for entry in entries if entry["subject"] == "seen"]
    assert sorted(found) == ["teacher.delete", "teacher.put"]
    others = client("nobody-else", "admin").get("/v1/audit").json()["entries"]
    assert {entry["action"] for entry in others} == {"key.create"}


def test_a_request_id_is_kept_if_it_is_one_and_made_if_not(platform):
    kept = platform.get("/livez", headers={"X-Request-Id": "abc.DEF-1"})
    assert kept.headers["x-request-id"] == "abc.DEF-1"
    for bad in ("", "a b", "x" * 65, "a\tb"):
        made = platform.get("/livez", headers={"X-Request-Id": bad}).headers["x-request-id"]
        assert made != bad
        assert len(made) == 32


def test_the_service_lives_and_says_why_it_is_not_ready(anonymous):
    assert anonymous.get("/livez").json() == {"status": "alive"}
    answer = anonymous.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "store": "ok", "model": "none has been promoted"}


def test_a_bad_artifact_leaves_the_service_up_and_not_ready(
    settings: Settings, tmp_path: Path, at: Callable[..., Any]
):
    (tmp_path / "manifest.json").write_text("{}")
    app = create_app(settings.model_copy(update={"artifact": tmp_path}))
    answer = at(app).get("/readyz")
    assert answer.status_code == 503
    assert "manifest" in answer.json()["model"]
    app.state.service.store.close()


def test_the_contract_has_examples_and_says_that_keys_are_needed(platform):
    contract = platform.get("/v1/openapi.json").json()
    operations = [
        (path, operation)
        for path, methods in contract["paths"].items()
        for operation in methods.values()
    ]
    for path, operation in operations:
        assert operation["summary"]
        if path.startswith("/v1"):
            assert operation["security"] == [{"HTTPBearer": []}]
            assert "application/problem+json" in operation["responses"]["401"]["content"]
    schemas = contract["components"]["schemas"]
    for path, operation in operations:
        for content in operation.get("requestBody", {"content": {}})["content"].values():
            schema = content["schema"]
            named = schemas[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
            assert named.get("examples") or content.get("examples"), path


def test_rows_of_the_api_have_the_columns_that_are_declared():
    for model, table, given in (
        (rows.State, "teachers", {"teacher_id"}),
        (rows.CourseBody, "courses", {"course_id"}),
        (rows.OfferingBody, "offerings", {"offering_id"}),
        (rows.EventBody, "events", set()),
        (rows.OrganisationState, "organisations", {"organisation_id"}),
        (dealings.EnrolmentState, "enrolments", {"teacher_id", "offering_id"}),
        (dealings.CreditBody, "credits", set()),
    ):
        schema = model.model_json_schema()
        columns = [c for c in BY_NAME[table].columns if c.name not in given]
        assert set(schema["properties"]) - {"features"} == {column.name for column in columns}
        assert set(schema.get("required", [])) == {c.name for c in columns if c.required}
        for column in columns:
            cell = schema["properties"][column.name]
            kinds = [cell, *cell.get("anyOf", [])]
            kind = "array" if column.many else JSON_TYPES[column.kind]
            assert kind in {each.get("type") for each in kinds}, column.name
            assert column.about in cell["description"]
