"""Plans made in processes of their own are those that threads make, and no plan harms another."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from features.dataset import Dataset
from features.errors import InvalidData, Problem
from serving.api.app import create_app
from serving.api.sight import by_model
from serving.errors import Unfinished
from serving.identity import create_key
from serving.problems import kind_of
from serving.settings import Settings
from serving.store.transfer import import_dataset
from tests.serving.solver_work import dies, known, pid, refuses, takes_long


def opened(settings: Settings, county: Dataset, clock: Any) -> FastAPI:
    app = create_app(settings, clock=clock)
    import_dataset(app.state.service.store, county, now=clock())
    app.state.service.warm()
    return app


@pytest.fixture(scope="module")
def app(
    tmp_path_factory: pytest.TempPathFactory, county: Dataset, artifact: Path, clock: Any
) -> Iterator[FastAPI]:
    """A service whose plans are made in one process."""
    url = f"sqlite:///{tmp_path_factory.mktemp('processes') / 'store.db'}"
    app = opened(Settings(database_url=url, artifact=artifact, solver_processes=1), county, clock)
    yield app
    app.state.service.solving.stop()
    app.state.service.store.close()


@pytest.fixture(scope="module")
def threads(
    tmp_path_factory: pytest.TempPathFactory, county: Dataset, artifact: Path, clock: Any
) -> Iterator[FastAPI]:
    url = f"sqlite:///{tmp_path_factory.mktemp('threads') / 'store.db'}"
    app = opened(Settings(database_url=url, artifact=artifact), county, clock)
    yield app
    app.state.service.store.close()


@pytest.fixture
def make(app: FastAPI, clock: Any) -> Callable[..., Any]:
    """Let the process make something of a teacher."""
    service = app.state.service
    return lambda work, *asked: by_model(
        service, "default", "t01", lambda view: service.solving.make(work, view, *asked)
    )


def test_what_is_refused_there_is_refused_here(make):
    with pytest.raises(InvalidData, match="1 problem") as refused:
        make(refuses, Problem("plan", 0, "pins", "c99", "a course that is there"))
    assert refused.value.problems[0].value == "c99"


def test_a_process_that_dies_is_replaced_and_its_request_told_to_come_back(make):
    before = make(pid)
    with pytest.raises(Unfinished, match="a process that died") as lost:
        make(dies)
    kind = kind_of(lost.value)
    assert (kind.status, kind.name) == (503, "unfinished")
    assert lost.value.headers["Retry-After"]
    assert make(pid) not in (before, os.getpid())


def test_what_takes_too_long_is_ended_with_its_process(app, make, monkeypatch):
    late = make(pid)
    with monkeypatch.context() as hurried:
        hurried.setattr(app.state.service.solving._solvers._all[0], "_seconds", 0.5)
        with pytest.raises(Unfinished, match=r"within 0\.5 seconds"):
            make(takes_long)
    assert make(pid) != late
    for _ in range(500):
        if not Path(f"/proc/{late}").exists():
            break
        time.sleep(0.01)
    else:
        pytest.fail(f"process {late} goes on")


def test_the_process_sees_the_same_teacher_at_the_same_moment_by_the_same_model(make, clock, model):
    assert make(known) == ("t01", clock(), model.version)


def test_a_model_that_is_about_to_answer_is_seen_by_processes_that_take_the_place_of_these(
    app, make, clock
):
    before, service = make(pid), app.state.service
    service.solving.see((service.models.loaded, None), clock())
    assert make(pid) != before


def test_plans_are_those_that_threads_make(app, threads, at, clock):
    told = []
    for each in (app, threads):
        client = at(each, create_key(each.state.service.store, "default", ["platform"], clock()))
        plan = client.post("/v1/teachers/t02/plan", {})
        assert plan.status_code == 201, plan.text
        id_ = plan.json()["plan_id"]
        course = plan.json()["items"][0]["course_id"]
        change = client.post(f"/v1/plans/{id_}/revisions", {"bans": [course]})
        assert change.status_code == 201, change.text
        reasons = client.get(f"/v1/plans/{id_}/explanation")
        other = client.get(f"/v1/plans/{id_}/alternatives")
        told.append([each.text.replace(id_, "the plan") for each in (plan, change, reasons, other)])
    assert told[0] == told[1]


def test_an_event_that_was_acknowledged_is_known_to_the_next_plan(app, at, clock):
    client = at(app, create_key(app.state.service.store, "default", ["platform"], clock()))
    first = client.post("/v1/teachers/t03/plan", {}).json()
    course = first["items"][0]["course_id"]
    event = {"teacher_id": "t03", "course_id": course, "kind": "completed"}
    event["occurred_at"] = clock().isoformat()
    assert client.post("/v1/events", event).status_code == 201
    second = client.post("/v1/teachers/t03/plan", {}).json()
    assert course not in {item["course_id"] for item in second["items"]}
