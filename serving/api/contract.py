"""The contract: what the routes declare, with an example of every body and answer.

The examples are real: ``python -m tests.serving.story`` tells a service a small story and keeps
what was sent and answered, by operation, in ``examples.json``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

EXAMPLES = "examples.json"
_METHODS = frozenset({"get", "put", "post", "patch", "delete"})
TAGS: Mapping[str, str] = {
    "organisations": "The dated tree of schools, counties and providers 机构",
    "teachers": "Teachers and their dated states 教师",
    "catalogue": "Courses, offerings, and what is like or liked 课程与班次",
    "enrolments": "Places in offerings, as the platform decides them 报名",
    "credits": "The append-only ledger 学分记录",
    "events": "What teachers do, one by one or in bulk 学习事件",
    "recommendations": "Lists, and why a course is not in one 推荐",
    "diagnoses": "Measured levels of competencies 测评",
    "evaluations": "What is said of offerings, by nobody named 评价",
    "plans": "Plans over the years 学习计划",
    "model": "What answers, and how well 模型",
    "privacy": "What is used about a teacher: seen, corrected, switched off, taken, erased 隐私",
    "identity": "Links that let somebody into the page 登录",
    "changes": "What has happened, in order 变更",
    "webhooks": "Where a platform is told of changes 回调",
    "administration": "Who did what 审计",
    "contract": "This contract 接口契约",
    "probes": "For whoever runs the service 运维",
}


def operation_id(route: APIRoute) -> str:
    """Return what a route is called in the contract and in generated clients: its function."""
    return route.name


def contract(app: FastAPI) -> dict[str, Any]:
    """Return an app's OpenAPI document, made on first use, with its examples."""
    document = app.openapi()
    if "tags" not in document:
        kept = json.loads(resources.files(__package__).joinpath(EXAMPLES).read_text("utf-8"))
        for operation in operations(document):
            _exemplify(operation, kept.get(operation["operationId"], {}))
        used = {tag for each in operations(document) for tag in each.get("tags", ())}
        document["tags"] = [
            {"name": name, "description": about} for name, about in TAGS.items() if name in used
        ]
    return document


def operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every operation of an OpenAPI document."""
    for methods in document["paths"].values():
        yield from (own for method, own in methods.items() if method in _METHODS)


def successes(operation: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what each success of an operation is answered with, by media type."""
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            yield from response.get("content", {}).values()


def _exemplify(operation: dict[str, Any], kept: Mapping[str, Any]) -> None:
    if "body" in kept:
        for content in operation["requestBody"]["content"].values():
            content.setdefault("example", kept["body"])
    if "answer" in kept:
        for content in successes(operation):
            content.setdefault("example", kept["answer"])
