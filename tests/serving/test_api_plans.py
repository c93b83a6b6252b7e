"""Plans over HTTP: kept whole, changed with least disturbance, explained, moved through states."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest
from fastapi import FastAPI

from features.dataset import Dataset
from serving.api.app import create_app
from serving.settings import Settings
from serving.store.transfer import import_dataset

PLAN = "/v1/teachers/t00/plan"
NATION = {"policy": "national-2011"}


class Moving:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = pd.Timestamp("2026-03-01T00:00:00Z")

    def __call__(self) -> pd.Timestamp:
        return self.now


@pytest.fixture(scope="module")
def moving() -> Moving:
    return Moving()


@pytest.fixture(scope="module")
def app(settings: Settings, artifact: Any, county: Dataset, moving: Moving) -> Iterator[FastAPI]:
    """The county's service, its model loaded."""
    app = create_app(settings.model_copy(update={"artifact": artifact}), clock=moving)
    import_dataset(app.state.service.store, county, now=moving())
    yield app
    app.state.service.store.close()


@pytest.fixture(scope="module")
def platform(client: Callable[..., Any]) -> Any:
    return client()


def made(platform: Any, path: str = PLAN, **asked: object) -> dict[str, Any]:
    answer = platform.post(path, NATION | asked)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def changed(platform: Any, plan: dict[str, Any], **asked: object) -> dict[str, Any]:
    answer = platform.post(f"/v1/plans/{plan['plan_id']}/revisions", NATION | asked)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def courses(plan: dict[str, Any]) -> list[str]:
    return [item["course_id"] for item in plan["items"]]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/plans/p-0?revision=1"),
        ("GET", "/v1/plans/p-0/revisions"),
        ("POST", "/v1/plans/p-0/revisions"),
        ("GET", "/v1/plans/p-0/difference?before=1"),
        ("PUT", "/v1/plans/p-0/state"),
        ("GET", "/v1/plans/p-0/explanation"),
        ("GET", "/v1/plans/p-0/alternatives"),
        ("GET", "/v1/teachers/nobody/credits"),
        ("GET", "/v1/teachers/nobody/plan"),
    ],
)
def test_what_is_not_there_is_not_found(platform, method: str, path: str):
    body = {"state": "submitted"} if method == "PUT" else {} if method == "POST" else None
    assert platform(method, path, json=body).status_code == 404


def test_nothing_of_another_tenants_plan_can_be_reached(platform, client: Callable[..., Any]):
    plan, other = made(platform)["plan_id"], client("other")
    for path in ("", "/revisions", "/difference?before=1", "/explanation", "/alternatives"):
        assert other.get(f"/v1/plans/{plan}{path}").status_code == 404
    assert other.post(f"/v1/plans/{plan}/revisions", {}).status_code == 404
    assert other.put(f"/v1/plans/{plan}/state", {"state": "submitted"}).status_code == 404
    assert other.get(PLAN).status_code == 404
    assert platform.get(f"/v1/plans/{plan}").json()["state"] == "draft"


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"pins": [{"course_id": "nothing"}]}, "/pins"),
        ({"prefer": [{"course_id": "c01"}]}, "/prefer/0/term"),
        ({"prefer": [{"course_id": "nothing", "term": "2027-spring"}]}, "/prefer"),
        ({"free": ["nothing"]}, "/free"),
        ({"hours_per_year": -1}, "/hours_per_year"),
        ({"hours_per_year": 1e400}, "/hours_per_year"),
        ({"hours_in_year": {"2027": "many"}}, "/hours_in_year/2027"),
        ({"bans_in_year": [{"course_id": "c01"}]}, "/bans_in_year/0/year"),
        ({"bans_in_year": [{"course_id": "nothing", "year": "2027"}]}, "/bans_in_year"),
        ({"revision": 0}, "/revision"),
        ({"why": True}, "/why"),
    ],
)
def test_a_faulty_change_is_refused_and_changes_nothing(platform, asked: Any, pointer: str):
    plan = made(platform)
    answer = platform(
        "POST",
        f"/v1/plans/{plan['plan_id']}/revisions",
        content=_json(asked),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 422, answer.text
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    assert platform.get(f"/v1/plans/{plan['plan_id']}").json() == plan


def _json(asked: Any) -> str:
    import json

    return json.dumps(asked).replace("Infinity", "1e400")


def test_a_term_that_is_over_is_refused(platform):
    answer = platform.post(PLAN, NATION | {"pins": [{"course_id": "c01", "term": "1999-spring"}]})
    assert answer.status_code == 422
    assert "one to come" in answer.json()["detail"]


def test_a_change_of_a_revision_that_was_replaced_is_refused(platform):
    plan = made(platform)
    changed(platform, plan, revision=1)
    answer = platform.post(f"/v1/plans/{plan['plan_id']}/revisions", {"revision": 1})
    assert answer.status_code == 409
    assert "the latest, 2" in answer.json()["detail"]


def test_a_plan_is_made_stored_and_read_back_the_same(platform):
    answer = platform.post(PLAN, NATION)
    assert answer.status_code == 201
    plan = answer.json()
    assert answer.headers["location"] == f"/v1/plans/{plan['plan_id']}"
    assert platform.get(answer.headers["location"]).json() == plan
    assert (plan["state"], plan["revision"], plan["teacher_id"]) == ("draft", 1, "t00")
    assert plan["policy"].startswith("national-2011@")
    assert plan["items"]
    assert {outcome["met"] for outcome in plan["unmet"]} <= {False}
    for item in plan["items"]:
        assert item["title_zh"]
        assert all(reason["zh"] and reason["en"] for reason in item["reasons"])


def test_a_plan_heeds_pins_and_bans(platform):
    free = courses(made(platform))
    bans = [course for course in free if course != "c20"][:2]
    plan = made(platform, pins=[{"course_id": "c20"}], bans=bans)
    assert [item["course_id"] for item in plan["items"] if item["pinned"]] == ["c20"]
    assert not {*courses(plan)} & {*bans}
    assert plan["unkept"] == []


def test_a_plan_keeps_a_course_out_of_a_single_year(platform):
    plan = made(platform)
    out, year = plan["items"][0]["course_id"], plan["items"][0]["year"]
    new = changed(platform, plan, bans_in_year=[{"course_id": out, "year": year}])["plan"]
    assert (out, year) not in {(each["course_id"], each["year"]) for each in new["items"]}
    over = {"bans_in_year": [{"course_id": out, "year": "1999"}]}
    assert platform.post(PLAN, NATION | over).status_code == 422


def test_the_latest_plan_is_found_by_its_teacher(platform):
    path = "/v1/teachers/t57/plan"
    first = made(platform, path)
    second = changed(platform, first, bans=courses(first)[:1])["plan"]
    assert platform.get(path).json() == second


def test_a_plan_keeps_to_the_hours_of_single_years(platform):
    year = made(platform)["items"][0]["year"]
    plan = made(platform, hours_in_year={year: 20})
    assert sum(float(item["hours"]) for item in plan["items"] if item["year"] == year) <= 20


def test_a_change_makes_a_revision_that_keeps_the_rest_and_says_what_is_different(platform):
    plan = made(platform)
    out = courses(plan)[0]
    answer = changed(platform, plan, bans=[out])

    new, difference = answer["plan"], answer["difference"]
    assert (new["plan_id"], new["revision"], new["state"]) == (plan["plan_id"], 2, "draft")
    assert out not in courses(new)
    assert [each["course_id"] for each in difference["dropped"]] == [out]
    assert len(difference["kept"]) >= len(plan["items"]) - 2
    assert all(each["zh"] and each["en"] for each in difference["sentences"])
    assert platform.get(f"/v1/plans/{plan['plan_id']}").json() == new
    first = platform.get(f"/v1/plans/{plan['plan_id']}?revision=1").json()
    assert first == plan | {"state": "revised"}


def test_what_was_asked_is_asked_again_until_it_is_taken_back(platform):
    plan = made(platform)
    out = courses(plan)[0]
    changed(platform, plan, bans=[out])
    assert out not in courses(changed(platform, plan)["plan"])
    assert out in courses(changed(platform, plan, free=[out], pins=[{"course_id": out}])["plan"])


def test_what_was_done_since_is_planned_no_more(platform, moving: Moving):
    plan = made(platform, "/v1/teachers/t01/plan")
    done, title = courses(plan)[0], plan["items"][0]["title_en"]
    moving.now += pd.Timedelta(days=30)
    event = {"teacher_id": "t01", "course_id": done, "kind": "completed"}
    told = platform.post("/v1/events", event | {"occurred_at": moving.now.isoformat()})
    assert told.status_code == 201, told.text
    moving.now += pd.Timedelta(minutes=1)

    answer = changed(platform, plan)

    assert done not in courses(answer["plan"])
    (dropped,) = [each for each in answer["difference"]["dropped"] if each["course_id"] == done]
    assert dropped["title_en"] == title
    said = " ".join(each["en"] for each in answer["difference"]["sentences"])
    assert f"“{title}” is no longer planned (it was in {dropped['term_en']})" in said


def test_every_revision_is_listed_and_any_two_can_be_compared(platform):
    plan = made(platform)
    out = courses(plan)[0]
    changed(platform, plan, bans=[out])
    path = f"/v1/plans/{plan['plan_id']}"

    listed = platform.get(f"{path}/revisions").json()["revisions"]
    assert [(each["revision"], each["state"]) for each in listed] == [(1, "revised"), (2, "draft")]
    there = platform.get(f"{path}/difference?before=1").json()
    back = platform.get(f"{path}/difference?before=2&after=1").json()
    assert [each["course_id"] for each in there["dropped"]] == [out]
    assert there["dropped"] == back["added"]
    assert there["kept"] == back["kept"]
    assert platform.get(f"{path}/difference?before=3").status_code == 404


def test_a_plan_goes_to_the_school_and_is_confirmed(platform):
    path = f"/v1/plans/{made(platform)['plan_id']}/state"
    states = ["school_confirmed", "submitted", "submitted", "school_confirmed", "submitted"]
    answers = [platform.put(path, {"state": state}) for state in states]
    assert [answer.status_code for answer in answers] == [409, 200, 200, 200, 409]
    assert answers[3].json()["state"] == "school_confirmed"


def test_nobody_calls_a_plan_revised_but_a_revision(platform):
    plan = made(platform)
    answer = platform.put(f"/v1/plans/{plan['plan_id']}/state", {"state": "revised"})
    assert answer.status_code == 409


def test_a_change_of_a_confirmed_plan_is_a_draft_again(platform):
    plan = made(platform)
    for state in ("submitted", "school_confirmed"):
        platform.put(f"/v1/plans/{plan['plan_id']}/state", {"state": state})
    assert changed(platform, plan)["plan"]["state"] == "draft"


def test_an_explanation_gives_reasons_for_every_course(platform):
    plan = made(platform)
    told = platform.get(f"/v1/plans/{plan['plan_id']}/explanation").json()
    assert [each["course_id"] for each in told["courses"]] == courses(plan)
    assert all(each["reasons"] for each in told["courses"])


def test_where_something_is_unmet_the_ways_out_have_amounts(platform):
    plan = made(platform, hours_per_year=10)
    assert plan["unmet"]
    told = platform.get(f"/v1/plans/{plan['plan_id']}/explanation").json()
    ways = [way for conflict in told["ways_out"] for way in conflict]
    assert ways
    assert all(float(way["amount"]) > 0 and way["zh"] and way["en"] for way in ways)


def test_a_plan_whose_courses_have_changed_is_not_explained_but_revised(platform):
    course = {"title_zh": "短课", "hours": 10.0}
    assert platform.put("/v1/courses/brief", course).status_code == 201
    plan = made(platform, "/v1/teachers/t02/plan", pins=[{"course_id": "brief"}])
    assert "brief" in courses(plan)
    platform.put("/v1/courses/brief", course | {"available_until": "2026-03-02T00:00:00Z"})

    answer = platform.get(f"/v1/plans/{plan['plan_id']}/explanation")

    assert answer.status_code == 409
    assert "revise" in answer.json()["detail"]
    assert "brief" not in courses(changed(platform, plan)["plan"])


def test_alternatives_differ_from_the_plan_and_are_not_stored(platform):
    plan = made(platform)
    found = platform.get(f"/v1/plans/{plan['plan_id']}/alternatives?k=3").json()["alternatives"]
    assert len({each["code"] for each in found}) == len(found) <= 3
    for each in found:
        assert each["zh"]
        assert each["en"]
        assert each["figures"]
        assert courses(each["plan"]) != courses(plan)
    assert len(platform.get(f"/v1/plans/{plan['plan_id']}/revisions").json()["revisions"]) == 1


def test_credits_say_what_counts_for_which_requirement(platform):
    sheet = platform.get("/v1/teachers/t00/credits?policy=national-2011").json()
    assert sheet["teacher_id"] == "t00"
    assert sheet["accounts"]
    assert sheet["entries"]
    counted = [use for entry in sheet["entries"] for use in entry["uses"]]
    assert all(use["why"]["zh"] and use["why"]["en"] for use in counted)


def test_deleting_a_teacher_deletes_their_plans(platform):
    platform.put("/v1/teachers/leaving", {"states": [{"phase": "primary"}]})
    plan = made(platform, "/v1/teachers/leaving/plan")
    platform.delete("/v1/teachers/leaving")
    assert platform.get(f"/v1/plans/{plan['plan_id']}").status_code == 404


def keyed(platform: Any, key: str, path: str = PLAN, **asked: object) -> Any:
    return platform("POST", path, json=NATION | asked, headers={"Idempotency-Key": key})


@pytest.mark.parametrize("key", ["a b", "k" * 256, "é"])
def test_a_key_that_is_no_plain_word_is_refused(platform, key: str):
    answer = platform("POST", PLAN, json=NATION, headers={"Idempotency-Key": key.encode("latin1")})
    assert answer.status_code == 422


def test_a_plan_asked_for_again_with_the_same_key_is_made_once(platform):
    first, again = keyed(platform, "k1"), keyed(platform, "k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.headers["location"] == again.headers["location"]
    assert keyed(platform, "k2").json()["plan_id"] != first.json()["plan_id"]
    assert made(platform)["plan_id"] != made(platform)["plan_id"]


def test_a_key_is_of_one_request_and_one_caller(platform, client: Callable[..., Any]):
    first = keyed(platform, "k3").json()
    for answer in (
        keyed(platform, "k3", bans=["c01"]),
        keyed(platform, "k3", "/v1/teachers/t01/plan"),
    ):
        assert answer.status_code == 409
        assert "Idempotency-Key" in answer.json()["detail"]
    other = keyed(client(), "k3").json()
    assert other["plan_id"] != first["plan_id"]


def test_after_a_teacher_is_gone_so_is_what_a_key_has_made(platform):
    path = "/v1/teachers/t59/plan"
    first = keyed(platform, "k4", path).json()
    assert platform.delete("/v1/teachers/t59").status_code == 204
    assert keyed(platform, "k4", path).status_code == 404
    assert platform.get(f"/v1/plans/{first['plan_id']}").status_code == 404


def test_each_step_of_a_plan_is_told_once(platform: Any):
    begun = platform.get("/v1/changes").json()["cursor"]
    plan = made(platform)
    state = f"/v1/plans/{plan['plan_id']}/state"
    for each in ("submitted", "submitted", "draft", "school_confirmed", "submitted"):
        platform.put(state, {"state": each})
    platform.put(state, {"state": "school_confirmed"})
    changed(platform, plan)
    items = platform.get(f"/v1/changes?after={begun}").json()["items"]
    assert {(each["subject"], each["teacher_id"]) for each in items} == {(plan["plan_id"], "t00")}
    assert [each["kind"].removeprefix("plan.") for each in items] == [
        "drafted",
        "submitted",
        "returned",
        "submitted",
        "confirmed",
        "revised",
    ]
