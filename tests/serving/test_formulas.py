"""No table that the service hands out holds a cell that a spreadsheet program would run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from features.dataset import Dataset
from serving.api.app import create_app
from serving.identity import create_key
from serving.settings import Settings
from serving.store.transfer import import_dataset
from serving.web.desk import TABLES
from tests.serving.conftest import NOW
from tests.serving.test_roles import routes

NUMBER = re.compile(r"-?\d+(\.\d+)?")
#: What a title, a name or an id of the platform begins with.
HOSTILE = ("=1+1", "+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", " =1", '=HYPERLINK("http://x","y")')
SCHOOL, TEACHER, OFFERING = "=school", "@teacher", "+offering"


@pytest.fixture(scope="module")
def app(
    tmp_path_factory: pytest.TempPathFactory, artifact: Path, county: Dataset, clock: Any
) -> Iterator[FastAPI]:
    url = f"sqlite:///{tmp_path_factory.mktemp('formulas') / 'store.db'}"
    app = create_app(Settings(database_url=url, artifact=artifact, https=False), clock=clock)
    import_dataset(app.state.service.store, county, now=NOW)
    yield app
    app.state.service.store.close()


@pytest.fixture(scope="module")
def platform(app: FastAPI, at: Callable[..., Any]) -> Any:
    """A platform that names everything as it should not be named."""
    platform = at(app, create_key(app.state.service.store, "default", ["platform", "admin"], NOW))
    county = {"states": [{"kind": "county", "name_zh": "-county"}]}
    assert platform.put("/v1/organisations/county", county).is_success
    name = {"kind": "school", "name_zh": HOSTILE[0], "parent_id": "county"}
    assert platform.put(f"/v1/organisations/{SCHOOL}", {"states": [name]}).is_success
    for number, text in enumerate(HOSTILE):
        body = {"title_zh": text, "title_en": text, "hours": 10}
        assert platform.put(f"/v1/courses/c{number:02d}", body).is_success
    offering = {"course_id": "c00", "capacity": 30, "admission_mode": "open"}
    offering |= {"apply_from": "2026-02-01", "apply_until": "2026-03-31"}
    offering |= {"starts_on": "2026-04-10", "ends_on": "2026-06-30"}
    assert platform.put(f"/v1/offerings/{OFFERING}", offering).is_success
    state = {"organisation_id": SCHOOL, "phase": "primary"}
    assert platform.put(f"/v1/teachers/{TEACHER}", {"states": [state]}).is_success
    wished = {"states": [{"state": "wished", "decided_at": "2026-02-01T00:00:00Z"}]}
    assert platform.put(f"/v1/enrolments/{TEACHER}/{OFFERING}", wished).is_success
    entry = {"entry_id": "-entry", "teacher_id": TEACHER, "kind": "offering", "course_id": "c03"}
    entry |= {"amount": 8, "unit": "hour", "earned_on": "2026-01-05"}
    entry["recorded_at"] = "2026-01-06T00:00:00Z"
    assert platform.post("/v1/credits", entry).is_success
    pins = [{"course_id": f"c{number:02d}"} for number in range(len(HOSTILE))]
    asked = {"policy": "national-2011", "pins": pins}
    plan = platform.post(f"/v1/teachers/{TEACHER}/plan", asked)
    assert plan.is_success
    path = f"/v1/plans/{plan.json()['plan_id']}/state"
    assert platform.put(path, {"state": "submitted"}).is_success
    return platform


def visit(app: FastAPI, at: Any, link: Any) -> dict[str, str]:
    return {"Cookie": at(app)("POST", link.json()["path"]).headers["set-cookie"].split(";")[0]}


def tables(app: FastAPI, at: Any, platform: Any) -> Iterator[tuple[str, list[list[str]]]]:
    """Every table that there is a route for, with its cells."""
    teacher = visit(app, at, platform("POST", f"/v1/teachers/{TEACHER}:link"))
    body = {"name": "li", "organisation_id": SCHOOL, "scopes": ["school", "admin"]}
    school = visit(app, at, platform.post("/v1/administrators:link", body))
    county = visit(
        app, at, platform.post("/v1/administrators:link", body | {"organisation_id": "county"})
    )
    for method, path in sorted(routes(app)):
        if not path.endswith(".csv"):
            continue
        assert method == "GET"
        visits = [(path, teacher)]
        if path.startswith("/desk"):
            whose = ((SCHOOL, school), ("county", county))
            visits = [
                (path.replace("{organisation_id}", within).replace("{name}", name), headers)
                for within, headers in whose
                for name in TABLES
            ]
        for address, headers in visits:
            answer = at(app).get(address, headers=headers)
            assert answer.status_code == 200, (address, answer.text)
            text = answer.content.decode("utf-8-sig")
            yield address, list(csv.reader(io.StringIO(text, newline="")))


def runs(cell: str) -> bool:
    """The oracle: what OWASP says of cells that programs run."""
    return not NUMBER.fullmatch(cell) and (
        cell.lstrip().startswith(("=", "+", "-", "@")) or cell.startswith(("\t", "\r"))
    )


def test_no_cell_of_any_table_is_run(app: FastAPI, at, platform):
    seen = dict(tables(app, at, platform))
    assert len(seen) == 2 + 2 * len(TABLES)
    ran = [
        (name, cell) for name, rows in seen.items() for row in rows for cell in row if runs(cell)
    ]
    assert ran == []
    cells = {name: {cell for row in rows for cell in row} for name, rows in seen.items()}
    assert {f"'{text}" for text in HOSTILE} <= cells["/take-away/plan.csv"]
    assert "'-entry" in cells["/take-away/credits.csv"]
    for name, cell in (("waiting", f"'{TEACHER}"), ("places", f"'{OFFERING}")):
        assert cell in cells[f"/desk/{SCHOOL}/{name}.csv"], (name, cells)
