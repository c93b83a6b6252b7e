"""Many teachers' lists at once: each as if asked for by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from features.dataset import Dataset
from serving.api.app import create_app
from serving.settings import Settings
from serving.store.transfer import import_dataset

BATCH = "/v1/recommendations:batch"


@pytest.fixture(scope="module")
def app(settings: Settings, artifact: Any, county: Dataset, clock: Any) -> Iterator[FastAPI]:
    app = create_app(settings.model_copy(update={"artifact": artifact}), clock=clock)
    import_dataset(app.state.service.store, county, now=clock())
    yield app
    app.state.service.store.close()


@pytest.fixture(scope="module")
def platform(client: Callable[..., Any]) -> Any:
    return client()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/teacher_ids"),
        ({"teacher_ids": []}, "/teacher_ids"),
        ({"teacher_ids": ["t00"] * 201}, "/teacher_ids"),
        ({"teacher_ids": [""]}, "/teacher_ids/0"),
        ({"teacher_ids": ["t00"], "k": 201}, "/k"),
        ({"teacher_ids": ["t00"], "as_of": "2026-01-01T00:00:00Z"}, "/as_of"),
    ],
)
def test_a_faulty_batch_is_refused_whole(platform, body: dict[str, Any], pointer: str):
    answer = platform.post(BATCH, body)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_an_unknown_filter_is_refused_whole(platform):
    answer = platform.post(BATCH, {"teacher_ids": ["t00"], "mode": ["aloud"]})
    assert answer.json()["type"] == "urn:zixuan:problem:invalid-parameter"


def test_one_who_is_unknown_keeps_nobody_from_a_list(platform, client: Callable[..., Any]):
    answer = platform.post(BATCH, {"teacher_ids": ["t00", "nobody", "t01"], "k": 3})
    assert answer.status_code == 200
    first, second, third = answer.json()["results"]
    assert (second["problem"]["status"], "recommendations" in second) == (404, False)
    assert "nobody" in second["problem"]["detail"]
    assert [len(each["recommendations"]["items"]) for each in (first, third)] == [3, 3]
    others = client("other").post(BATCH, {"teacher_ids": ["t00"]}).json()["results"]
    assert [each["problem"]["status"] for each in others] == [404]


def test_each_list_is_the_one_that_its_teacher_gets_alone(platform):
    ids = [f"t{number:02d}" for number in range(0, 60, 7)]
    results = platform.post(BATCH, {"teacher_ids": [*ids, ids[0]], "k": 12}).json()["results"]
    assert [each["teacher_id"] for each in results] == ids
    for each in results:
        alone = platform.get(f"/v1/teachers/{each['teacher_id']}/recommendations?k=12").json()
        assert each["recommendations"]["items"] == alone["items"]
        assert each["recommendations"]["recommendation_id"] != alone["recommendation_id"]


def test_what_a_batch_shows_is_remembered(app: FastAPI, platform):
    body = {"teacher_ids": ["t02", "t03"], "k": 4}
    results = platform.post(BATCH, body).json()["results"]
    service = app.state.service
    service.impressions.flush()
    with service.store.reading() as connection:
        found = connection.exec_driver_sql("SELECT recommendation_id FROM impressions").scalars()
        kept = list(found)
    for each in results:
        assert kept.count(each["recommendations"]["recommendation_id"]) == 4


def test_all_lists_are_of_one_moment_after_the_latest_event(platform, clock):
    at = (clock() + clock.step).isoformat()
    event = {"teacher_id": "t05", "course_id": "c05", "occurred_at": at, "kind": "completed"}
    assert platform.post("/v1/events", event).status_code == 201
    answer = platform.post(BATCH, {"teacher_ids": ["t04", "t05"], "k": 200}).json()
    lists = [each["recommendations"] for each in answer["results"]]
    assert {each["as_of"] for each in lists} == {answer["as_of"]}
    assert "c05" not in {item["course_id"] for item in lists[1]["items"]}


def test_before_there_are_courses_lists_are_empty(client: Callable[..., Any]):
    early = client("early")
    assert early.put("/v1/teachers/t1", {"states": [{}]}).status_code == 201
    assert early.get("/v1/teachers/t1/recommendations").json()["items"] == []
    (result,) = early.post(BATCH, {"teacher_ids": ["t1"]}).json()["results"]
    assert result["recommendations"]["items"] == []
