"""What the service offers is what docs/api.md describes."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI

from serving import problems
from serving.identity import Scope
from serving.settings import PREFIX, Settings


@pytest.fixture(scope="module")
def page() -> str:
    return (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")


def test_every_route_is_documented(app: FastAPI, page: str):
    lacking = [
        f"{method.upper()} {path}"
        for path, methods in app.openapi()["paths"].items()
        for method in methods
        if f"| `{method.upper()} {path}` |" not in page
    ]
    assert lacking == []


def test_every_setting_is_documented_with_its_default(page: str):
    lacking = [
        name
        for name, setting in Settings.model_fields.items()
        if f"| `{PREFIX}{name.upper()}` | {_default(setting.default)} |" not in page
    ]
    assert lacking == []


def test_every_kind_of_problem_is_documented(page: str):
    kinds = (
        *problems.KINDS.values(),
        problems.INVALID_REQUEST,
        problems.MALFORMED,
        problems.TOO_LARGE,
        problems.NO_STORE,
        problems.OVERTAKEN,
        problems.FAILED,
    )
    assert [k.name for k in kinds if f"| {k.status} | `{k.name}` |" not in page] == []


def test_every_scope_is_documented(page: str):
    assert [scope for scope in Scope if f"`{scope}`" not in page] == []


def _default(value: object) -> str:
    return "-" if value is None else f"`{value}`"
