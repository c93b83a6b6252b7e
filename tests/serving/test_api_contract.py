"""The contract is complete: every operation has a name, words, tags and examples that are true."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from serving.api.app import create_app
from serving.api.contract import TAGS, contract, operations, successes
from serving.settings import Settings
from tests.serving.story import FILE

VERBS = (
    *("get", "list", "put", "patch", "post", "delete", "merge"),
    *("link", "export", "erase", "register", "rotate", "ping"),
)
#: Operations whose answer is the contract itself.
SELF = {"get_openapi"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    folder: Path = tmp_path_factory.mktemp("contract")
    database, tracking = (f"sqlite:///{folder / name}" for name in ("store.db", "mlflow.db"))
    app = create_app(Settings(database_url=database, tracking_uri=tracking))
    app.state.service.store.close()
    return app


@pytest.fixture(scope="module")
def described(app: FastAPI) -> list[dict[str, Any]]:
    return list(operations(contract(app)))


def test_every_operation_is_called_by_what_it_does(described):
    names = Counter(each["operationId"] for each in described)
    assert [name for name, count in names.items() if count > 1] == []
    pattern = rf"({'|'.join(VERBS)})(_[a-z]+)+"
    assert [name for name in names if not re.fullmatch(pattern, name)] == []


def test_every_operation_has_a_summary_a_description_and_known_tags(described):
    lacking = [
        each["operationId"]
        for each in described
        if not (each.get("summary") and each.get("description") and each.get("tags"))
        or not {*each["tags"]} <= TAGS.keys()
    ]
    assert lacking == []


def test_every_body_and_every_answer_has_an_example(described):
    """A lacking one: add a step to tests/serving/story.py, and let it be told again."""
    lacking = []
    for each in described:
        bodies = each.get("requestBody", {}).get("content", {}).values()
        answers = () if each["operationId"] in SELF else successes(each)
        if not all(map(_exemplified, (*bodies, *answers))):
            lacking.append(each["operationId"])
    assert lacking == []


def test_every_example_is_what_its_operation_takes_and_answers(app: FastAPI):
    kept = json.loads(FILE.read_text("utf-8"))
    routes = {route.name: route for route in _routes(app)}
    assert kept.keys() <= routes.keys()
    for name, example in kept.items():
        route = routes[name]
        if "body" in example and route.body_field is not None and name[:5] != "patch":
            _takes(route.body_field.field_info.annotation, example["body"])
        if "answer" in example and route.response_model is not None:
            _takes(route.response_model, example["answer"])


def test_the_examples_hold_no_name_of_a_machine():
    assert not re.search(r"/(tmp|home|work|root)/", FILE.read_text("utf-8"))


def _routes(app: FastAPI) -> list[APIRoute]:
    found: list[APIRoute] = []
    waiting = list(app.routes)
    while waiting:
        each = waiting.pop()
        if isinstance(each, APIRoute):
            found.append(each)
        waiting += getattr(getattr(each, "original_router", None), "routes", [])
    return found


def _takes(model: Any, example: Any) -> None:
    TypeAdapter(model).validate_json(json.dumps(example))


def _exemplified(content: dict[str, Any]) -> bool:
    schema = content.get("schema", {})
    is_text = not schema or schema.get("type") == "string"
    return "example" in content or "examples" in content or is_text
