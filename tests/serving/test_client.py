"""A Python client is generated from the contract, and drives a real server."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from features.dataset import Dataset
from serving.api import contract
from serving.api.app import create_app
from serving.settings import Settings
from tests.serving.running import running

CONFIG = Path(__file__).parents[2] / "client.yml"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    folder = tmp_path_factory.mktemp("contract")
    database, tracking = (f"sqlite:///{folder / name}" for name in ("store.db", "mlflow.db"))
    app = create_app(Settings(database_url=database, tracking_uri=tracking))
    app.state.service.store.close()
    return app


@pytest.fixture(scope="module")
def part(app: FastAPI, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Any]]:
    """Generate the client; return a part of it by name."""
    folder = tmp_path_factory.mktemp("generated")
    document = folder / "openapi.json"
    document.write_text(json.dumps(contract.contract(app), ensure_ascii=False), "utf-8")
    command = [Path(sys.executable).with_name("openapi-python-client"), "generate"]
    options = ["--path", document, "--config", CONFIG, "--meta", "none", "--fail-on-warning"]
    output = ["--output-path", folder / "zixuan_client"]
    done = subprocess.run([*command, *options, *output], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield lambda name: importlib.import_module(f"zixuan_client.{name}")
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def call(
    part: Callable[..., Any],
    county: Dataset,
    artifact: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., Any]]:
    """Call an operation of a running county by its tag and name."""
    authenticated = part("client").AuthenticatedClient
    with (
        running(tmp_path_factory.mktemp("server"), artifact, county) as server,
        authenticated(server["url"], server["key"]) as client,
    ):

        def made(operation: str, *ids: str, body: Any = None, **more: Any) -> Any:
            sent = {} if body is None else {"body": _body(part, *body)}
            answer = part(f"api.{operation}").sync_detailed(*ids, client=client, **sent, **more)
            assert answer.status_code < 300, answer.content
            return answer.parsed

        yield made


def _body(part: Callable[..., Any], name: str, values: dict[str, Any]) -> Any:
    return getattr(part("models"), name).from_dict(values)


def test_every_operation_of_the_contract_is_a_function(app: FastAPI, part: Callable[..., Any]):
    for each in contract.operations(contract.contract(app)):
        tag = {"credits": "credits_"}.get(each["tags"][0], each["tags"][0])
        assert callable(part(f"api.{tag}.{each['operationId']}").sync_detailed)


def test_a_platforms_day_from_a_teacher_to_a_changed_plan(call: Callable[..., Any]):
    course = {"title_zh": "群文阅读", "title_en": "Reading", "hours": 20.0}
    assert call("catalogue.put_course", "new-c", body=("CourseBody", course)).hours == 20
    states = {"states": [{"phase": "primary", "career_stage": "novice"}]}
    call("teachers.put_teacher", "new-t", body=("TeacherBody", states))
    event = {"teacher_id": "new-t", "course_id": "c03", "kind": "completed"}
    event["occurred_at"] = "2026-01-05T08:30:00+08:00"
    assert call("events.post_event", body=("EventBody", event)).status == "recorded"

    listed = call("recommendations.get_recommendations", "new-t", k=30, q="群文")
    assert [item.course_id for item in listed.items] == ["new-c"]
    whole = call("recommendations.get_recommendations", "new-t", k=30)
    assert "c03" not in {item.course_id for item in whole.items}

    plan = call("plans.post_plan", "new-t", body=("PlanBody", {"policy": "national-2011"}))
    first = plan.items[0].course_id
    change = {"revision": plan.revision, "bans": [first]}
    changed = call("plans.post_revision", plan.plan_id, body=("ChangeBody", change))
    assert changed.plan.revision == 2
    assert first not in {item.course_id for item in changed.plan.items}
    assert call("plans.get_plan", plan.plan_id).revision == 2
