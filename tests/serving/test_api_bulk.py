"""Events in bulk: each line judged by itself, as if it had been sent alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.api import bulk
from serving.store import bulk as storing
from serving.store.transfer import export_dataset
from tests.serving.test_api_refusals import is_problem

EVENT = {"teacher_id": "t1", "course_id": "c1", "occurred_at": "2026-02-01T08:00:00+08:00"}
NDJSON = {"Content-Type": "application/x-ndjson"}


def send(client: Any, *lines: Any) -> Any:
    text = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    return client("POST", bulk.ADDRESS, content=b"\n".join(text), headers=NDJSON)


def test_more_lines_than_are_taken_are_refused_before_any_is_recorded(platform, monkeypatch):
    monkeypatch.setattr(bulk, "MOST_LINES", 2)
    answer = send(platform, *[EVENT | {"event_id": f"many{n}"} for n in range(4)])
    assert is_problem(answer, 422, "invalid-parameter")
    assert send(platform, EVENT | {"event_id": "many0"}).json()["recorded"] == 1


def test_a_body_may_be_larger_than_elsewhere_and_has_a_limit_too(platform, app: FastAPI):
    large = b" " * (app.state.service.settings.max_body + 1)
    assert send(platform, large).status_code == 200
    assert is_problem(
        send(platform, b" " * (app.state.service.settings.max_bulk + 1)), 413, "too-large"
    )


@pytest.mark.parametrize(
    ("line", "pointer"),
    [
        (b"{", ""),
        (b"\xff", ""),
        (b"[" * 5_000, ""),
        (b"null", ""),
        (b'{"teacher_id": "\\ud800"}', ""),
        (EVENT | {"value": float("nan")}, "/value"),
        (EVENT | {"kind": "dreamt"}, "/kind"),
        (EVENT | {"course_id": "nothing"}, "/course_id"),
        (EVENT | {"occurred_at": "2026-03-01T00:05:01Z"}, "/occurred_at"),
        (EVENT | {"event_id": "good", "kind": "viewed"}, "/event_id"),
    ],
)
def test_a_refused_line_names_its_fault_and_keeps_no_other_out(platform, line: Any, pointer: str):
    good = EVENT | {"event_id": "good"}
    answer = send(platform, good, line, EVENT | {"event_id": "last"}).json()
    assert answer["refused"] == 1
    first, refused, last = answer["results"]
    assert {first["status"], last["status"]} <= {"recorded", "already recorded"}
    assert (refused["line"], refused["status"]) == (2, "refused")
    assert refused["errors"][0]["pointer"] == pointer


def test_lines_are_counted_with_those_that_are_empty(platform):
    answer = send(platform, b"", EVENT | {"event_id": "third"}, b"  ", b"").json()
    assert [result["line"] for result in answer["results"]] == [2]


def test_the_same_event_counts_once_within_a_body_and_between_two(platform):
    event, other = EVENT | {"value": 7}, EVENT | {"event_id": "x", "value": 8}
    first = send(platform, event, other, event, other | {"value": 9}).json()
    assert (first["recorded"], first["known"], first["refused"]) == (2, 1, 1)
    again = send(platform, event, other).json()
    assert (again["recorded"], again["known"]) == (0, 2)
    assert platform.post("/v1/events", event).status_code == 200


KINDS = st.sampled_from(["viewed", "completed", "dreamt"])
EVENTS = st.fixed_dictionaries(
    {
        "teacher_id": st.sampled_from(["t1", "nobody"]),
        "course_id": st.just("c1"),
        "occurred_at": st.sampled_from(["2026-02-01T00:00:00Z", "2027-01-01T00:00:00Z"]),
        "kind": KINDS,
    },
    optional={"event_id": st.sampled_from(["a", "b"]), "value": st.integers(0, 1)},
)
runs = iter(range(10_000))


@given(events=st.lists(EVENTS, min_size=1, max_size=8), group=st.integers(1, 3))
@settings(max_examples=25)
def test_in_bulk_is_as_one_by_one(
    app: FastAPI, client: Callable[..., Any], events: list[dict[str, Any]], group: int
):
    """On two tenants of the same teacher and course, for groups of any size."""
    run = next(runs)
    together, single = client(f"bulk{run}"), client(f"single{run}")
    for platform in (together, single):
        platform.put("/v1/courses/c1", {})
        platform.put("/v1/teachers/t1", {"states": [{}]})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storing, "GROUP", group)
        results = send(together, *events).json()["results"]
    codes = {"recorded": 201, "already recorded": 200}
    for event, result in zip(events, results, strict=True):
        status = single.post("/v1/events", event).status_code
        assert status == codes.get(result["status"], status)
        assert (status >= 400) == (result["status"] == "refused")
    store = app.state.service.store
    assert (
        export_dataset(store, tenant=f"bulk{run}").content_hash
        == export_dataset(store, tenant=f"single{run}").content_hash
    )
