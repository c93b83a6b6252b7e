"""What the contract's checker found at fault once."""

from __future__ import annotations

from typing import Any


def test_a_method_that_is_not_there_is_answered_with_every_one_that_is(platform: Any):
    for path, methods in (
        ("/v1/teachers/t1", "DELETE, GET, PATCH, PUT"),
        ("/v1/credits", "GET, POST"),
        ("/livez", "GET"),
    ):
        answer = platform("TRACE", path)
        assert (answer.status_code, answer.headers["allow"]) == (405, methods), path


def test_events_in_bulk_without_any_are_refused(platform: Any):
    answer = platform("POST", "/v1/events:bulk", content=b"")
    assert answer.status_code == 422
    assert "one a line" in answer.json()["detail"]


def test_of_many_parameters_each_fault_is_named_once(platform: Any):
    """Counted in one pass: counting each by itself held the service up for a second and more."""
    query = "&".join(f"a{number}=1" for number in range(50)) + "&limit=1&limit=2&limit=3"
    faults = platform.get(f"/v1/teachers?{query}").json()["errors"]
    assert len(faults) == 51
    assert faults[-1] == {"pointer": "limit", "detail": "Expected once"}


def test_the_contract_tells_of_bodies_that_are_no_json_and_of_events_in_conflict(platform: Any):
    paths = platform.get("/v1/openapi.json").json()["paths"]
    for methods in paths.values():
        for operation in methods.values():
            assert "400" in operation["responses"] or "security" not in operation
    assert "409" in paths["/v1/events"]["post"]["responses"]
