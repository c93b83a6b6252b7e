"""What the API refuses, and how it says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from fastapi import FastAPI
from sqlalchemy.exc import IntegrityError, OperationalError

from features.errors import ZixuanError
from serving import problems
from serving.identity import create_key

OPEN = {"/livez", "/readyz"}
ADMIN = ("/v1/audit", "/v1/administrators:link", "/v1/webhooks")
WATCHED = {"/metrics"}
ANY_SCOPE = {"/v1/openapi.json"}
EVENT = {
    "teacher_id": "t1",
    "course_id": "c1",
    "occurred_at": "2026-02-01T08:00:00+08:00",
}


def routes(app: FastAPI) -> list[tuple[str, str]]:
    paths = app.openapi()["paths"]
    return [(method.upper(), path) for path, methods in paths.items() for method in methods]


def filled(path: str) -> str:
    return path.replace("{teacher_id}", "t1").replace("{", "").replace("}", "")


def is_problem(answer: Any, status: int, name: str) -> bool:
    body = answer.json()
    return (
        answer.status_code == status == body["status"]
        and answer.headers["content-type"] == problems.MEDIA_TYPE
        and body["type"] == f"urn:zixuan:problem:{name}"
        and body["instance"].endswith(answer.headers["x-request-id"])
        and bool(body["title"] and body["detail"])
    )


def test_every_route_but_the_probes_refuses_the_anonymous(app: FastAPI, anonymous):
    for method, path in routes(app):
        answer = anonymous(method, filled(path), json={})
        if path not in OPEN:
            assert is_problem(answer, 401, "not-identified"), (method, path)
            assert answer.headers["www-authenticate"] == "Bearer"
        else:
            assert answer.status_code in (200, 503)


def test_every_route_refuses_a_key_without_its_scope(app: FastAPI, client: Callable[..., Any]):
    scopes = ("platform", "admin", "metrics")
    platform, admin, watcher = (client("default", scope) for scope in scopes)
    for method, path in routes(app):
        if path not in OPEN | ANY_SCOPE:
            body = {"json": EVENT} if path == "/v1/events" else {}
            right = admin if path.startswith(ADMIN) else watcher if path in WATCHED else platform
            for wrong in {platform, admin, watcher} - {right}:
                answer = wrong(method, filled(path), **body)
                assert is_problem(answer, 403, "not-allowed"), (method, path)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer zx_0000000000000000_" + "a" * 43,
        "Basic eng6eg==",
        "Bearer zx_\u00e9",
        "Bearer " + "a" * 10_000,
    ],
)
def test_a_header_that_holds_no_key_is_refused(anonymous, header: str):
    answer = anonymous("GET", "/v1/teachers/t1", headers={"Authorization": header.encode("latin1")})
    assert is_problem(answer, 401, "not-identified")


def test_another_tenants_rows_do_not_exist(platform, client: Callable[..., Any]):
    other = client("other")
    platform.post("/v1/events", EVENT | {"event_id": "e0"})
    for path in ("/v1/teachers/t1", "/v1/courses/c1"):
        assert is_problem(other.get(path), 404, "unknown-id")
    assert is_problem(other.delete("/v1/teachers/t1"), 404, "unknown-id")
    assert is_problem(other.post("/v1/events", EVENT), 422, "invalid-data")
    assert platform.get("/v1/teachers/t1").status_code == 200


def test_two_tenants_use_the_same_ids_without_meeting(platform, client: Callable[..., Any]):
    other = client("third")
    assert other.put("/v1/courses/c1", {"title_zh": "别的"}).status_code == 201
    assert platform.get("/v1/courses/c1").json()["title_zh"] == "群文阅读"


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 9_000, 400),
        (b"null", 422),
        (b'"text"', 422),
        (b'{"teacher_id": ' + b"9" * 9_000 + b"}", 400),
    ],
)
def test_a_body_that_is_no_object_of_json_is_refused(platform, content: bytes, status: int):
    headers = {"Content-Type": "application/json"}
    answer = platform("POST", "/v1/events", content=content, headers=headers)
    name = "malformed" if status == 400 else "invalid-request"
    assert is_problem(answer, status, name)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("teacher_id", '"a\\u0000"'),
        ("teacher_id", '"\\ud800"'),
        ("teacher_id", '" t1"'),
        ("teacher_id", '"a;b"'),
        ("teacher_id", json.dumps("a" * 201)),
        ("teacher_id", '""'),
        ("teacher_id", "7"),
        ("course_id", "null"),
        ("occurred_at", '"2026-02-01T08:00:00"'),
        ("occurred_at", '"2026-02-30T08:00:00Z"'),
        ("occurred_at", '"9999-12-31T23:59:59-12:00"'),
        ("occurred_at", '"0001-01-01T00:00:00+12:00"'),
        ("occurred_at", "1767225600"),
        ("occurred_at", '"٢٠٢٦-02-01T08:00:00Z"'),
        ("kind", '"dreamt"'),
        ("value", "NaN"),
        ("value", "Infinity"),
        ("value", "1e400"),
        ("value", "true"),
        ("value", '"4"'),
        ("amount", "0.125"),
        ("amount", "-1"),
        ("amount", "1e300"),
        ("result", '["pass"]'),
        ("techer_id", '"t1"'),
    ],
)
def test_an_event_with_a_faulty_cell_is_refused_and_names_it(platform, field: str, value: str):
    rest = {name: cell for name, cell in EVENT.items() if name != field}
    content = f'{json.dumps(rest)[:-1]}, "{field}": {value}}}'.encode()
    headers = {"Content-Type": "application/json"}
    answer = platform("POST", "/v1/events", content=content, headers=headers)
    assert is_problem(answer, 422, "invalid-request")
    assert answer.json()["errors"][0]["pointer"].startswith(f"/{field}")


def test_a_name_that_is_no_text_is_refused(platform):
    content = json.dumps(EVENT | {"\ud800": 1}).encode()
    headers = {"Content-Type": "application/json"}
    answer = platform("POST", "/v1/events", content=content, headers=headers)
    assert is_problem(answer, 422, "invalid-request")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"teacher_id": "nobody"}, "/teacher_id"),
        ({"course_id": "nothing"}, "/course_id"),
        ({"offering_id": "none"}, "/offering_id"),
        ({"occurred_at": "2026-03-01T00:05:01Z"}, "/occurred_at"),
        ({"recorded_at": "2027-03-01T00:00:00Z"}, "/recorded_at"),
    ],
)
def test_an_event_that_cannot_be_is_refused(platform, change: dict[str, str], pointer: str):
    answer = platform.post("/v1/events", EVENT | change)
    assert is_problem(answer, 422, "invalid-data")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_the_same_id_with_another_body_is_a_conflict(platform):
    platform.post("/v1/events", EVENT | {"event_id": "e1"})
    answer = platform.post("/v1/events", EVENT | {"event_id": "e1", "kind": "viewed"})
    assert is_problem(answer, 409, "refused")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"repeatable": "sometimes"}, "/repeatable"),
        ({"competencies": ["assessment:11"]}, "/competencies"),
        ({"stages": ["wizard"]}, "/stages"),
        ({"prerequisites": ["c9"]}, "/prerequisites"),
        ({"contains": ["c1"]}, "/contains"),
        ({"features": {"colour": "red"}}, "/features/colour"),
        (
            {
                "available_from": "2026-01-01T00:00:00Z",
                "available_until": "2025-01-01T00:00:00Z",
            },
            "/available_until",
        ),
    ],
)
def test_a_course_that_breaks_a_rule_is_refused(platform, body: dict[str, Any], pointer: str):
    answer = platform.put("/v1/courses/c1", body)
    assert is_problem(answer, 422, "invalid-data")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_courses_may_not_require_each_other(platform):
    platform.put("/v1/courses/c2", {"prerequisites": ["c1"]})
    platform.put("/v1/courses/c3", {"prerequisites": ["c2"]})
    answer = platform.put("/v1/courses/c1", {"prerequisites": ["c3"]})
    assert is_problem(answer, 422, "invalid-data")


@pytest.mark.parametrize(
    "states",
    [
        [],
        [{"career_stage": "novice"}] * 2,
        [{"career_stage": "wizard"}],
        [{"subjects": ["语文;数学"]}],
        [{"subjects": ["\u0000"]}],
        [{"years_of_service": 71}],
        [{"personalisation": "yes"}],
        [{"valid_from": "2026-03-01"}],
        [{"employed_on": "2026-03-01T00:00:00Z"}],
        [{}] * 201,
    ],
)
def test_faulty_states_of_a_teacher_are_refused_and_change_nothing(
    platform, states: list[dict[str, Any]]
):
    before = platform.get("/v1/teachers/t1").json()
    answer = platform.put("/v1/teachers/t1", {"states": states})
    assert answer.status_code == 422
    assert answer.json()["errors"]
    assert platform.get("/v1/teachers/t1").json() == before


@pytest.mark.parametrize("path_id", ["%00", "a%3Bb", "a" * 201, "%20t1"])
def test_an_id_in_the_address_keeps_the_rules_of_ids(platform, path_id: str):
    assert is_problem(platform.get(f"/v1/teachers/{path_id}"), 422, "invalid-request")


def test_bytes_in_the_address_that_are_no_text_name_nobody(platform):
    assert is_problem(platform.get("/v1/teachers/%ff"), 404, "unknown-id")


def test_a_body_over_the_limit_is_refused_with_and_without_a_declared_length(platform):
    async def chunks():
        for _ in range(30):
            yield b" " * 1_000

    for content in (b" " * 30_000, chunks()):
        answer = platform("POST", "/v1/events", content=content)
        assert is_problem(answer, 413, "too-large")


def test_unknown_addresses_and_methods_are_problems(platform):
    assert is_problem(platform.get("/v1/nothing"), 404, "not-found")
    assert is_problem(platform("PATCH", "/v1/credits/l1"), 405, "method-not-allowed")


def test_a_defect_is_a_problem_that_tells_nothing(app: FastAPI, platform, monkeypatch):
    def broken() -> None:
        raise RuntimeError("the secret of t1")

    monkeypatch.setattr("serving.api.entities.find", broken)
    with structlog.testing.capture_logs() as logs:
        answer = platform.get("/v1/teachers/t1")
    assert is_problem(answer, 500, "failed")
    assert "secret" not in answer.text
    assert [line["event"] for line in logs] == ["failed", "request"]


@pytest.mark.parametrize(
    ("error", "name"), [(OperationalError, "no-store"), (IntegrityError, "overtaken")]
)
def test_a_database_that_does_not_answer_is_a_problem_to_retry(
    platform, monkeypatch, error: Any, name: str
):
    def gone(*arguments: object, **named: object) -> None:
        raise error("SELECT", {}, Exception("disk I/O error of t1"))

    monkeypatch.setattr("serving.api.entities.find", gone)
    answer = platform.get("/v1/teachers/t1")
    assert is_problem(answer, 503, name)
    assert int(answer.headers["retry-after"]) > 0
    assert "t1" not in answer.text


def test_every_error_of_the_family_is_a_problem():
    unlisted = {
        error
        for error in ZixuanError.__subclasses__()
        if problems.kind_of(error.__new__(error)) is problems.FAILED
    }
    assert unlisted == set()


def test_no_log_line_holds_a_key_or_a_teacher(app: FastAPI, platform, anonymous):
    key = create_key(app.state.service.store, "default", ["platform"], app.state.service.clock())
    headers = {"Authorization": f"Bearer {key}", "X-Request-Id": "req-1"}
    with structlog.testing.capture_logs(
        processors=[structlog.contextvars.merge_contextvars]
    ) as logs:
        anonymous("GET", "/v1/teachers/t1", headers=headers)
        anonymous("GET", f"/v1/teachers/{key}", headers=headers)
        anonymous("GET", "/v1/teachers/t1", headers={"Authorization": f"Bearer {key}x"})
    text = json.dumps(logs)
    assert "req-1" in text
    assert key[-43:] not in text
    assert "t1" not in text
