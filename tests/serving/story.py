"""A small story told to a service: every operation once, what is sent and what is answered.

``python -m tests.serving.story`` keeps it as the examples of the contract. A new operation needs
a line here.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from recommender.artifact import save
from recommender.model import Model
from serving.api import contract
from serving.api.app import create_app
from serving.identity import create_key
from serving.settings import Settings
from serving.store.transfer import export_dataset
from tests.serving.conftest import NOW, Client, Clock
from training.card import Card

FILE = Path(contract.__file__).with_name(contract.EXAMPLES)
#: Of a list in an answer, so many are kept.
MOST = 2
TEACHER, COURSE, OFFERING = "/v1/teachers/t-1001", "/v1/courses/c-77", "/v1/offerings/o-2026-1"
ENROLMENT = "/v1/enrolments/t-1001/o-2026-1"
DIAGNOSIS = "/v1/diagnoses/t-1001/assessment"
EVALUATION = "/v1/evaluations/v-1"
Step = tuple[str, str, Any]
TITLES = (
    ("群文阅读教学", "Teaching with sets of texts", "teaching", "online"),
    ("课堂评价", "Assessment in class", "assessment", "online"),
    ("师德师风", "Professional ethics", "ethics", "school_based"),
    ("实验室安全", "Laboratory safety", "teaching", "face_to_face"),
    ("家庭教育指导", "Guiding families", "families", "online"),
    ("人工智能与教学", "AI and teaching", "digital", "blended"),
)


def before() -> Iterator[Step]:
    """What is put before there is a model."""
    yield (
        "PUT",
        "/v1/organisations/county-1",
        {"states": [{"kind": "county", "name_zh": "某县", "locality": "rural"}]},
    )
    for number, (zh, en, domain, mode) in enumerate(TITLES):
        body = {"title_zh": zh, "title_en": en, "domain": domain, "mode": mode, "hours": 24}
        body |= {"tier": "county", "subjects": ["chinese"], "credit_kind": "knowledge"}
        yield "PUT", f"/v1/courses/c-{77 + number}", body
    state = {"career_stage": "developing", "phase": "primary", "organisation_id": "county-1"}
    state |= {"valid_from": "2022-09-01T00:00:00+08:00", "subjects": ["chinese"]}
    for number in range(12):
        yield "PUT", f"/v1/teachers/t-{1001 + number}", {"states": [state]}
    offering = {"course_id": "c-77", "admission_mode": "open", "capacity": 60}
    offering |= {"apply_from": "2026-02-15", "apply_until": "2026-03-31"}
    yield "PUT", OFFERING, offering | {"starts_on": "2026-04-10", "ends_on": "2026-06-30"}
    for number in range(40):
        yield (
            "POST",
            "/v1/events",
            {
                "event_id": f"e-{number}",
                "teacher_id": f"t-{1001 + number % 12}",
                "course_id": f"c-{77 + (number + number // 12) % 6}",
                "kind": "selected",
                "occurred_at": f"2026-01-{1 + number % 28:02d}T08:30:00+08:00",
                "recorded_at": f"2026-01-{1 + number % 28:02d}T08:31:00+08:00",
            },
        )


def after() -> Iterator[Step]:
    """What is asked and changed once a model serves."""
    things = ("organisations/county-1", "teachers/t-1001", "courses/c-77", "offerings/o-2026-1")
    for thing in things:
        yield "GET", f"/v1/{thing.partition('/')[0]}?limit=2", None
        yield "GET", f"/v1/{thing}", None
    yield "PATCH", "/v1/organisations/county-1", {"states": [{"kind": "county", "name_zh": "县"}]}
    yield "PATCH", TEACHER, {"states": [{"career_stage": "backbone", "phase": "primary"}]}
    yield "PATCH", COURSE, {"hours": 30}
    yield "PATCH", OFFERING, {"capacity": 80}
    state = {"state": "admitted", "decided_at": "2026-02-20T10:00:00+08:00"}
    yield (
        "PUT",
        ENROLMENT,
        {"states": [{"state": "wished", "decided_at": "2026-02-16T09:00:00+08:00"}]},
    )
    yield "POST", f"{ENROLMENT}/states", state
    yield "PATCH", ENROLMENT, {"states": [state]}
    yield "GET", ENROLMENT, None
    yield "GET", "/v1/enrolments?teacher_id=t-1001", None
    yield "DELETE", ENROLMENT, None
    entry = {"entry_id": "k-1", "teacher_id": "t-1001", "kind": "opening", "state": "recognised"}
    entry |= {"amount": 40, "unit": "hour", "earned_on": "2025-12-31"}
    yield "POST", "/v1/credits", entry
    yield "GET", "/v1/credits/k-1", None
    yield "GET", "/v1/credits?teacher_id=t-1001", None
    event = {"event_id": "b-1", "teacher_id": "t-1002", "course_id": "c-80", "kind": "viewed"}
    yield "POST", "/v1/events:bulk", event | {"occurred_at": "2026-02-20T08:30:00+08:00"}
    yield from parts()
    yield from asked()


def parts() -> Iterator[Step]:
    """What belongs to offerings and to teachers beside them."""
    stage = {"stage": 1, "starts_on": "2026-04-10", "ends_on": "2026-05-10", "mode": "online"}
    yield "PUT", f"{OFFERING}/stages", {"stages": [stage]}
    yield "GET", f"{OFFERING}/stages", None
    quota = {"organisation_id": "county-1", "group": "all", "seats": 20}
    yield "PUT", f"{OFFERING}/quotas", {"quotas": [quota]}
    yield "GET", f"{OFFERING}/quotas", None
    measure = {"diagnosed_at": "2026-02-01T09:00:00+08:00", "level": 2.5, "instrument": "self"}
    yield "PUT", DIAGNOSIS, {"measures": [measure]}
    yield "PATCH", DIAGNOSIS, {"measures": [measure | {"uncertainty": 0.4}]}
    yield (
        "POST",
        f"{DIAGNOSIS}/measures",
        measure | {"diagnosed_at": "2026-02-20T09:00:00+08:00", "level": 3.0},
    )
    yield "GET", DIAGNOSIS, None
    yield "GET", "/v1/diagnoses?teacher_id=t-1001", None
    said = {"offering_id": "o-2026-1", "channel": "anonymous", "question": "usefulness"}
    yield "PUT", EVALUATION, said | {"value": 4.6, "answers": 38}
    yield "PATCH", EVALUATION, {"given_on": "2026-02-20"}
    yield "GET", EVALUATION, None
    yield "GET", "/v1/evaluations?offering_id=o-2026-1", None
    yield "DELETE", EVALUATION, None


def told_of_teachers() -> Iterator[Step]:
    """What teachers may ask of what is known about them, and who lets them in."""
    yield "PUT", f"{TEACHER}/personalisation", {"on": True}
    yield "GET", f"{TEACHER}/personalisation", None
    yield "PUT", f"{TEACHER}/tags/goals", {"value": ["assessment"]}
    yield "DELETE", f"{TEACHER}/tags/interest:ethics", None
    yield "GET", f"{TEACHER}/tags", None
    yield "GET", "/v1/teachers/t-1010/export", None
    yield "POST", f"{TEACHER}:link", None
    administrator = {"name": "li.wen", "organisation_id": "county-1", "scopes": ["admin"]}
    yield "POST", "/v1/administrators:link", administrator
    yield "POST", "/v1/teachers/t-1009:erase", None
    yield "POST", "/v1/teachers/t-1009:register", None


def told_of_changes() -> Iterator[Step]:
    """How a platform is told of what happens: ``HOOK`` stands for the address of a webhook."""
    yield "POST", "/v1/webhooks", {"url": "https://platform.example/zixuan", "kinds": []}
    yield "GET", "/v1/webhooks", None
    yield "GET", "HOOK", None
    yield "POST", "HOOK:rotate", None
    yield "POST", "HOOK:ping", None
    yield "GET", "HOOK/deliveries", None
    yield "GET", "/v1/changes?limit=2", None


def asked() -> Iterator[Step]:
    """What is asked of the model, and done with plans: ``PLAN`` stands for the address of one."""
    yield "GET", f"{TEACHER}/recommendations?k=2", None
    yield "POST", "/v1/recommendations:batch", {"teacher_ids": ["t-1002", "t-9"], "k": 1}
    yield "GET", f"{TEACHER}/why-not?course_id=c-77&k=1", None
    yield "GET", f"{COURSE}/similar?k=2", None
    yield "GET", "/v1/courses/popular?k=2", None
    yield "GET", "/v1/model", None
    yield "GET", f"{TEACHER}/credits?policy=national-2011", None
    yield "POST", f"{TEACHER}/plan", {"policy": "national-2011", "hours_per_year": 80}
    yield "GET", "PLAN", None
    yield "GET", f"{TEACHER}/plan", None
    yield "GET", "PLAN/explanation", None
    yield "GET", "PLAN/alternatives?k=1", None
    yield "POST", "PLAN/revisions", {"revision": 1, "bans": ["c-80"]}
    yield "GET", "PLAN/revisions", None
    yield "GET", "PLAN/difference?before=1", None
    yield "PUT", "PLAN/state", {"state": "submitted"}
    yield "POST", "/v1/teachers/t-1012:merge", {"into": "t-1011"}
    yield from told_of_teachers()
    yield from told_of_changes()
    yield "GET", "/v1/audit?limit=2", None
    yield "GET", "/livez", None
    yield "GET", "/readyz", None


def told(folder: Path) -> dict[str, dict[str, Any]]:
    """Tell the story to a service of its own; return operation -> body and answer."""
    settings = Settings(
        database_url=f"sqlite:///{folder / 'store.db'}",
        tracking_uri=f"sqlite:///{folder / 'mlflow.db'}",
    )
    kept: dict[str, dict[str, Any]] = {}
    app = create_app(settings, clock=Clock())
    key = create_key(app.state.service.store, "default", ["platform", "admin"], NOW)
    for step in before():
        _take(app, Client(app, key), step, kept)
    dataset = export_dataset(app.state.service.store)
    app.state.service.store.close()
    model = Model.fit(dataset, as_of=NOW, scorers=("popularity", "content", "following"))
    save(model, folder / "model")
    card = Card.of(model, dataset=dataset).to_json()
    (folder / "model" / "card.json").write_text(card, "utf-8")
    app = create_app(settings.model_copy(update={"artifact": folder / "model"}), clock=Clock())
    client = Client(app, key)
    made: dict[str, str] = {}
    for method, path, body in after():
        whole = re.sub("^(PLAN|HOOK)", lambda found: made[found[0]], path)
        location = _take(app, client, (method, whole, body), kept).headers.get("location", "")
        if location.startswith(("/v1/plans/", "/v1/webhooks/")):
            made["PLAN" if "plans" in location else "HOOK"] = location
    app.state.service.store.close()
    return dict(sorted(kept.items()))


def _take(app: FastAPI, client: Client, step: Step, kept: dict[str, Any]) -> Any:
    method, path, body = step
    options: dict[str, Any] = {} if body is None else {"json": body}
    if method == "PATCH":
        headers = {"If-Match": "*", "Content-Type": "application/merge-patch+json"}
        options = {"content": json.dumps(body), "headers": headers}
    answer = client(method, path, **options)
    if answer.status_code >= 300:
        raise ValueError(f"{method} {path}: {answer.status_code} {answer.text}")
    name = _operation(app, method, path)
    if name not in kept and answer.content:
        example = {"answer": _shortened(answer.json())}
        kept[name] = example if body is None else {"body": body, **example}
    elif name not in kept and body is not None:
        kept[name] = {"body": body}
    return answer


def _operation(app: FastAPI, method: str, path: str) -> str:
    from starlette.routing import compile_path

    for pattern, methods in app.openapi()["paths"].items():
        if compile_path(pattern)[0].match(path.partition("?")[0]) and method.lower() in methods:
            return str(methods[method.lower()]["operationId"])
    raise ValueError(f"no route for {method} {path}")


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        # A secret of a service that was is none, and still no example to follow.
        return {name: "..." if name == "secret" else _shortened(own) for name, own in value.items()}
    if isinstance(value, list):
        return [_shortened(each) for each in value[:MOST]]
    return round(value, 6) if isinstance(value, float) else value


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        text = json.dumps(told(Path(name)), ensure_ascii=False, indent=1)
    FILE.write_text(text + "\n", "utf-8")
