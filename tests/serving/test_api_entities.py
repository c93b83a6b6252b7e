"""What has an address: put, patched under a condition, listed page by page, deleted if unused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.api.patching import _merged
from tests.serving.test_api_refusals import is_problem

EVENT = {"teacher_id": "t1", "course_id": "c1", "occurred_at": "2026-02-01T08:00:00+08:00"}
SCHOOL = {"states": [{"kind": "school", "name_zh": "实验小学"}]}
MEASURE = {"diagnosed_at": "2026-02-01T00:00:00Z", "level": 2.5}
STATE = {"state": "wished", "decided_at": "2026-02-01T00:00:00Z"}
ENROLMENT = "/v1/enrolments/t1/o1"
MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}

#: What can be put: address, a body, and another.
THINGS = [
    ("/v1/organisations/x1", SCHOOL, {"states": [{"kind": "provider"}]}),
    ("/v1/teachers/x1", {"states": [{}]}, {"states": [{"phase": "junior"}]}),
    ("/v1/courses/x1", {"title_zh": "一"}, {"title_zh": "二"}),
    ("/v1/offerings/x1", {"course_id": "c1"}, {"course_id": "c1", "capacity": 3}),
    (
        "/v1/enrolments/t1/o1",
        {"states": [STATE]},
        {"states": [STATE, STATE | {"state": "admitted"}]},
    ),
    (
        "/v1/diagnoses/t1/A1",
        {"measures": [MEASURE]},
        {"measures": [MEASURE | {"level": 3.0, "uncertainty": 0.2}]},
    ),
    (
        "/v1/evaluations/x1",
        {"offering_id": "o1", "channel": "expert", "value": 4.0},
        {"offering_id": "o1", "channel": "anonymous", "value": 4.5, "answers": 12},
    ),
]
each_thing = pytest.mark.parametrize(("path", "body", "other"), THINGS)


def change(client: Any, method: str, path: str, body: Any = None, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    options = {} if body is None else {"json": body}
    if method == "PATCH":
        named |= MERGE_PATCH
    return client(method, path, headers=named, **options)


def all_of(client: Any, path: str) -> list[Any]:
    """Every item of a list, page by page."""
    items, cursor = [], ""
    while True:
        joint = "&" if "?" in path else "?"
        answer = client.get(f"{path}{joint}cursor={cursor}").json()
        items += answer["items"]
        cursor = answer.get("next_cursor", "")
        if not cursor:
            return items


@each_thing
def test_a_change_of_what_is_no_longer_there_is_refused(platform, path, body, other):
    platform.put(path, body)
    seen = platform.get(path).headers["etag"]
    assert change(platform, "PUT", path, other).status_code == 200
    for method in ("PUT", "PATCH", "DELETE"):
        answer = change(platform, method, path, body, If_Match=seen)
        assert is_problem(answer, 412, "changed"), method
    assert platform.get(path).headers["etag"] != seen
    platform.delete(path)


@each_thing
def test_what_is_not_there_matches_nothing_and_can_be_added_only_once(platform, path, body, other):
    platform.delete(path)
    assert is_problem(change(platform, "PUT", path, body, If_Match="*"), 412, "changed")
    assert is_problem(change(platform, "PATCH", path, body, If_Match="*"), 404, "unknown-id")
    assert is_problem(platform.delete(path), 404, "unknown-id")
    assert change(platform, "PUT", path, body, If_None_Match="*").status_code == 201
    assert is_problem(change(platform, "PUT", path, other, If_None_Match="*"), 412, "changed")
    assert platform.delete(path).status_code == 204
    assert is_problem(platform.get(path), 404, "unknown-id")


@each_thing
def test_a_patch_that_does_not_say_what_it_was_made_for_is_refused(platform, path, body, other):
    platform.put(path, body)
    assert is_problem(change(platform, "PATCH", path, other), 428, "unconditional")
    weak = "W/" + platform.get(path).headers["etag"]
    assert is_problem(change(platform, "PATCH", path, other, If_Match=weak), 412, "changed")
    platform.delete(path)


@each_thing
def test_a_patched_thing_is_what_putting_it_whole_gives(platform, path, body, other):
    tag = change(platform, "PUT", path, body).headers["etag"]
    patched = change(platform, "PATCH", path, other, If_Match=f'"no", {tag}')
    assert patched.status_code == 200
    put = change(platform, "PUT", path, other)
    assert put.json() == patched.json() == platform.get(path).json()
    assert put.headers["etag"] == patched.headers["etag"] == platform.get(path).headers["etag"]
    platform.delete(path)


@pytest.mark.parametrize(
    ("patch", "pointer"),
    [
        ({"hours": "many"}, "/hours"),
        ({"course_id": "c9"}, "/course_id"),
        ({"colour": "red"}, "/colour"),
        ({"features": {"a": {"b": {"c": {"d": {}}}}}}, ""),
    ],
)
def test_a_patch_that_breaks_the_contract_names_the_field(platform, patch, pointer: str):
    answer = change(platform, "PATCH", "/v1/courses/c1", patch, If_Match="*")
    assert is_problem(answer, 422, "invalid-request")
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_a_patch_removes_what_is_null_and_keeps_what_is_not_named(platform):
    platform.put("/v1/courses/p1", {"title_zh": "一", "title_en": "one", "hours": 3})
    change(platform, "PATCH", "/v1/courses/p1", {"title_en": None, "hours": 4}, If_Match="*")
    course = platform.get("/v1/courses/p1").json()
    assert (course["title_zh"], course.get("title_en"), course["hours"]) == ("一", None, 4)


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=6,
)


@given(
    target=st.dictionaries(st.sampled_from("abc"), JSON),
    patch=st.dictionaries(st.sampled_from("abc"), JSON),
)
@settings(max_examples=200)
def test_a_merge_is_the_one_of_rfc_7396(target: Any, patch: Any):
    def oracle(target: Any, patch: Any) -> Any:
        if not isinstance(patch, dict):
            return patch
        target = dict(target) if isinstance(target, dict) else {}
        for name, value in patch.items():
            if value is None:
                target.pop(name, None)
            else:
                target[name] = oracle(target.get(name), value)
        return target

    assert _merged(target, patch, 99) == oracle(target, patch)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/courses/c1", "offerings"),
        ("/v1/offerings/o1", "events"),
        ("/v1/organisations/county", "organisations"),
    ],
)
def test_what_others_refer_to_is_not_deleted(platform, path: str, name: str):
    platform.post("/v1/events", EVENT | {"event_id": "of o1", "offering_id": "o1"})
    platform.put("/v1/organisations/county", {"states": [{"kind": "county"}]})
    school = {"states": [{"kind": "school", "parent_id": "county"}]}
    platform.put("/v1/organisations/school", school)
    answer = platform.delete(path)
    assert is_problem(answer, 409, "refused")
    assert name in answer.json()["detail"]
    assert platform.get(path).status_code == 200


def test_a_course_that_another_requires_is_not_deleted(platform):
    platform.put("/v1/courses/r1", {})
    platform.put("/v1/courses/r2", {"prerequisites": ["c1", "r1"]})
    assert is_problem(platform.delete("/v1/courses/r1"), 409, "refused")
    assert platform.delete("/v1/courses/r2").status_code == 204
    assert platform.delete("/v1/courses/r1").status_code == 204


def test_organisations_may_not_lead_back_to_themselves(platform):
    platform.put("/v1/organisations/a", {"states": [{"kind": "city"}]})
    platform.put("/v1/organisations/b", {"states": [{"kind": "county", "parent_id": "a"}]})
    for parent in ("a", "b"):
        body = {"states": [{"kind": "city", "parent_id": parent}]}
        assert is_problem(platform.put("/v1/organisations/a", body), 422, "invalid-data")


@pytest.mark.parametrize("state", [STATE | {"reason": "full"}])
def test_an_enrolment_state_that_says_something_else_is_a_conflict(platform, state):
    platform.put(ENROLMENT, {"states": [STATE]})
    assert is_problem(platform.post(ENROLMENT + "/states", state), 409, "refused")
    platform.delete(ENROLMENT)


def test_two_states_of_an_enrolment_of_the_same_moment_and_name_are_refused(platform):
    answer = platform.put(ENROLMENT, {"states": [STATE, STATE]})
    assert is_problem(answer, 422, "invalid-data")


@pytest.mark.parametrize(("second", "status"), [("04:59", 201), ("05:01", 422)])
def test_a_state_may_lie_ahead_as_far_as_a_clock_may(platform, second: str, status: int):
    state = STATE | {"decided_at": f"2026-03-01T00:{second}Z"}
    assert platform.put(ENROLMENT, {"states": [state]}).status_code == status
    platform.delete(ENROLMENT)


def test_states_of_an_enrolment_are_added_as_they_are_reached(platform):
    admitted = STATE | {"state": "admitted", "decided_at": "2026-02-03T00:00:00Z"}
    codes = [
        platform.post(ENROLMENT + "/states", state).status_code
        for state in (admitted, STATE, admitted)
    ]
    assert codes == [201, 201, 200]
    states = platform.get(ENROLMENT).json()["states"]
    assert [state["state"] for state in states] == ["wished", "admitted"]
    platform.delete(ENROLMENT)


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limt=3", "limt"),
        ("limit=3&limit=4", "limit"),
        ("kind=%00", "kind"),
    ],
)
def test_a_query_that_cannot_be_is_refused(platform, query: str, pointer: str):
    answer = platform.get(f"/v1/courses?{query}")
    assert is_problem(answer, 422, "invalid-request")
    assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("cursor", ["x", "%00", "é", "YR9i", "AAAA", "YQBi", "____", "a" * 1999])
def test_a_cursor_that_nobody_gave_is_refused_or_begins_somewhere(platform, cursor: str):
    answer = platform.get(f"/v1/courses?cursor={cursor}")
    assert answer.status_code == 200 or is_problem(answer, 422, "invalid-parameter")


def test_a_list_holds_everything_once_whatever_the_page(client: Callable[..., Any]):
    platform = client("lists")
    names = [f"c{number:02d}" for number in range(7)] + ["课", "Ä", "a b"]
    for name in names:
        platform.put(f"/v1/courses/{name}", {"tier": "county" if name < "c04" else "city"})
    for limit in (1, 3, 10, 200):
        found = [item["course_id"] for item in all_of(platform, f"/v1/courses?limit={limit}")]
        assert sorted(found) == sorted(names)
    county = {item["course_id"] for item in all_of(platform, "/v1/courses?tier=county&limit=2")}
    assert county == {name for name in names if name < "c04"}


def test_a_list_goes_on_where_it_was_whatever_comes_and_goes(client: Callable[..., Any]):
    platform = client("moving")
    for name in ("b", "d", "f"):
        platform.put(
            f"/v1/teachers/{name}", {"states": [{}, {"valid_from": "2025-01-01T00:00:00Z"}]}
        )
    first = platform.get("/v1/teachers?limit=2").json()
    assert [item["teacher_id"] for item in first["items"]] == ["b", "d"]
    platform.put("/v1/teachers/a", {"states": [{}]})
    platform.put("/v1/teachers/e", {"states": [{}]})
    platform.delete("/v1/teachers/d")
    second = platform.get(f"/v1/teachers?limit=9&cursor={first['next_cursor']}").json()
    assert [item["teacher_id"] for item in second["items"]] == ["e", "f"]
    assert "next_cursor" not in second


def test_another_tenants_things_are_in_no_list(platform, client: Callable[..., Any]):
    other = client("stranger")
    platform.put(ENROLMENT, {"states": [STATE]})
    for path in ("organisations", "teachers", "courses", "offerings", "enrolments", "credits"):
        assert other.get(f"/v1/{path}").json() == {"items": []}
    assert is_problem(other.get(ENROLMENT), 404, "unknown-id")
    assert is_problem(other.delete(ENROLMENT), 404, "unknown-id")
    assert platform.delete(ENROLMENT).status_code == 204
