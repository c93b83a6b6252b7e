"""Lists and plans over HTTP: fresh, explained, remembered, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
import pytest
from fastapi import FastAPI

from features.dataset import Dataset
from recommender.advise import recommend
from recommender.model import Model
from serving.api.app import create_app
from serving.settings import Settings
from serving.store.transfer import export_dataset, import_dataset

LIST = "/v1/teachers/t00/recommendations"
PLAN = "/v1/teachers/t00/plan"


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place's own folder of policies: the nation's rules under another name."""
    folder = tmp_path_factory.mktemp("policies")
    nation = resources.files("recommender.planning") / "policies" / "national-2011.toml"
    text = nation.read_text("utf-8").replace('id = "national-2011"', 'id = "ours"')
    (folder / "ours.toml").write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def app(
    settings: Settings, artifact: Any, policies: Path, county: Dataset, clock: Any
) -> Iterator[FastAPI]:
    """The county's service, its model loaded."""
    own = settings.model_copy(update={"artifact": artifact, "policies": policies})
    app = create_app(own, clock=clock)
    import_dataset(app.state.service.store, county, now=clock())
    yield app
    app.state.service.store.close()


@pytest.fixture(scope="module")
def platform(client: Callable[..., Any]) -> Any:
    return client()


def courses(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["course_id"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    "query",
    [
        "k=0",
        "k=201",
        "k=-1",
        "k=ten",
        "k=1e2",
        "k=99999999999999999999999",
        "as_of=2026-03-01T00:00:00",
        "as_of=yesterday",
        "as_of=1767225600",
        "explain=maybe",
    ],
)
def test_a_query_out_of_range_is_refused(platform, query: str):
    answer = platform.get(f"{LIST}?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == query.partition("=")[0]


def test_nobody_gets_a_list_or_a_plan_of_an_unknown_teacher(platform):
    assert platform.get("/v1/teachers/nobody/recommendations").status_code == 404
    assert platform.post("/v1/teachers/nobody/plan", {}).status_code == 404
    assert platform.get("/v1/plans/p-0").status_code == 404


def test_another_tenant_reaches_neither_list_nor_plan(platform, client: Callable[..., Any]):
    other = client("other")
    plan = platform.post(PLAN, {"policy": "national-2011"}).json()["plan_id"]
    assert other.get(LIST).status_code == 404
    assert other.post(PLAN, {}).status_code == 404
    assert other.get(f"/v1/plans/{plan}").status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"policy": "../../secret"}, "/policy"),
        ({"pins": [{"course_id": "nothing"}]}, "/pins"),
        ({"bans": ["nothing"]}, "/bans"),
        ({"bans": ["c01"] * 201}, "/bans"),
        ({"pin": []}, "/pin"),
    ],
)
def test_a_plan_with_faulty_wishes_is_refused(platform, body: dict[str, Any], pointer: str):
    answer = platform.post(PLAN, body)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_an_unknown_policy_is_refused(platform):
    answer = platform.post(PLAN, {"policy": "atlantis-1900"})
    assert answer.json()["type"] == "urn:zixuan:problem:invalid-policy"


def test_without_a_model_lists_and_plans_are_unavailable(app: FastAPI, platform, monkeypatch):
    monkeypatch.setattr(app.state.service.models, "loaded", None)
    for answer in (platform.get(LIST), platform.post(PLAN, {})):
        assert answer.status_code == 503
        assert answer.json()["type"] == "urn:zixuan:problem:no-model"


def test_with_a_model_the_service_is_ready(anonymous):
    assert anonymous.get("/readyz").json() == {"ready": True, "store": "ok", "model": "ok"}


def test_the_list_is_the_one_that_the_whole_data_set_gives(
    app: FastAPI, platform, model: Model, clock
):
    """Up to the tenth place, which explores."""
    whole = export_dataset(app.state.service.store)
    for teacher in ("t03", "t04", "t31"):
        expected = recommend(model, whole, teacher_id=teacher, as_of=clock(), k=9)
        answer = platform.get(f"/v1/teachers/{teacher}/recommendations?k=9").json()
        assert answer["model_version"] == model.version
        assert [item["course_id"] for item in answer["items"]] == [e.course_id for e in expected]
        assert [item["score"] for item in answer["items"]] == pytest.approx(
            [each.score for each in expected], abs=1e-6
        )
        for item, each in zip(answer["items"], expected, strict=True):
            assert [r["zh"] for r in item["reasons"]] == [r.zh for r in each.reasons]


def test_every_item_has_titles_and_a_reason_in_both_languages(platform):
    answer = platform.get(f"{LIST}?k=5").json()
    assert (answer["source"], answer["degraded"]) == ("hybrid", False)
    for place, item in enumerate(answer["items"], start=1):
        assert item["rank"] == place
        assert item["title_zh"]
        assert item["title_en"]
        assert all(reason["zh"] and reason["en"] for reason in item["reasons"])
    assert any(item["reasons"] for item in answer["items"])


def test_reasons_are_left_out_when_not_asked_for(platform):
    answer = platform.get(f"{LIST}?k=3&explain=false").json()
    assert [item["reasons"] for item in answer["items"]] == [[], [], []]


def test_open_offerings_come_with_their_course_and_closed_ones_do_not(platform):
    items = platform.get(f"{LIST}?k=200").json()["items"]
    (openings,) = [item["openings"] for item in items if item["course_id"] == "c20"]
    assert [each["offering_id"] for each in openings] == ["o-open"]


def test_an_event_changes_the_next_list_without_training(platform, clock):
    earlier = (clock() - clock.step).isoformat().replace("+", "%2B")
    as_of_earlier = f"/v1/teachers/t10/recommendations?as_of={earlier}"
    before, remembered = (
        courses(platform.get(path)) for path in ("/v1/teachers/t10/recommendations", as_of_earlier)
    )
    event = {
        "teacher_id": "t10",
        "course_id": before[0],
        "occurred_at": clock().isoformat(),
        "kind": "completed",
    }
    assert platform.post("/v1/events", event).status_code == 201
    after = courses(platform.get("/v1/teachers/t10/recommendations"))
    assert before[0] not in after
    assert courses(platform.get(as_of_earlier)) == remembered
    assert before[0] in remembered


@pytest.mark.parametrize("ahead", ["0s", "4min"])
def test_personalisation_off_is_in_force_on_the_very_next_request(platform, clock, ahead: str):
    """Also where the switch is dated by a clock that runs ahead, or at this very moment."""
    since = (clock() + pd.Timedelta(ahead)).isoformat()
    alike = {"phase": "primary", "career_stage": "novice"}
    off = {**alike, "valid_from": since, "personalisation": False}
    url = "/v1/teachers/t18"
    named = {
        reason["code"]
        for item in platform.get(f"{url}/recommendations").json()["items"]
        for reason in item["reasons"]
    }
    assert named & {"past_course", "profile", "segment"}

    assert platform.put(url, {"states": [alike, off]}).status_code == 200

    items = platform.get(f"{url}/recommendations").json()["items"]
    assert items
    assert {r["code"] for item in items for r in item["reasons"]} <= {"popularity", "base"}
    assert platform.put(url, {"states": [alike]}).status_code == 200


def test_an_event_from_a_clock_ahead_changes_the_next_list_too(platform, clock):
    before = courses(platform.get("/v1/teachers/t11/recommendations"))
    ahead = (clock() + clock.step).isoformat()
    event = {"teacher_id": "t11", "course_id": before[0], "occurred_at": ahead}
    assert platform.post("/v1/events", event).status_code == 201
    assert before[0] not in courses(platform.get("/v1/teachers/t11/recommendations"))


def test_a_new_course_and_a_new_teacher_are_ordinary(platform):
    course = {"title_zh": "第1课：课堂评价", "title_en": "Lesson 1: assessment"}
    assert platform.put("/v1/courses/brand-new", course).status_code == 201
    assert platform.put("/v1/teachers/brand-new", {"states": [{}]}).status_code == 201
    found = courses(platform.get("/v1/teachers/brand-new/recommendations?k=200"))
    assert "brand-new" in found
    assert len(found) > 20


def test_the_catalogue_is_encoded_once_and_then_what_changes_of_it(platform, monkeypatch):
    seen = []

    def counted(name: str) -> Callable[..., Any]:
        original = getattr(Model, name)
        return lambda *arguments: seen.append(name) or original(*arguments)

    for name in ("catalogue", "renewed_catalogue"):
        monkeypatch.setattr(Model, name, counted(name))
    courses(platform.get(LIST))
    seen.clear()
    courses(platform.get(LIST))
    assert not seen
    platform.put("/v1/offerings/o-new", {"course_id": "c01"})
    courses(platform.get(LIST))
    courses(platform.get(LIST))
    assert seen == ["renewed_catalogue"]


def test_a_course_that_appears_later_is_seen_when_its_time_comes(platform, clock):
    later = {"available_from": (clock() + clock.step).isoformat(), "title_zh": "后来"}
    platform.put("/v1/courses/later", later)
    assert "later" not in courses(platform.get(f"{LIST}?k=200"))
    moment = (clock() + 2 * clock.step).isoformat().replace("+", "%2B")
    assert "later" in courses(platform.get(f"{LIST}?k=200&as_of={moment}"))


def test_what_is_shown_is_remembered_with_the_model_that_showed_it(
    app: FastAPI, platform, model: Model
):
    answer = platform.get("/v1/teachers/t20/recommendations?k=4").json()
    app.state.service.impressions.flush()
    impressions = export_dataset(app.state.service.store).table("impressions")
    shown = impressions[impressions["recommendation_id"] == answer["recommendation_id"]]
    assert shown["course_id"].tolist() == [item["course_id"] for item in answer["items"]]
    assert shown["rank"].tolist() == [1, 2, 3, 4]
    assert set(shown["model_version"]) == {model.version}
    assert set(shown["propensity"]) == {1.0}


def test_a_list_as_of_a_moment_is_no_impression(platform, app: FastAPI, clock):
    """Logged data judges models: it must hold only what somebody was shown."""
    moment = quote((clock() - pd.Timedelta("30D")).isoformat())
    before = len(export_dataset(app.state.service.store).table("impressions"))
    answer = platform.get(f"{LIST}?as_of={moment}").json()
    assert answer["items"]
    assert answer["recommendation_id"] is None
    assert len(export_dataset(app.state.service.store).table("impressions")) == before


def test_a_place_plans_by_policies_of_its_own(platform):
    made = platform.post(PLAN, {"policy": "ours"})
    assert made.status_code == 201, made.text
    assert made.json()["policy"].startswith("ours@")
