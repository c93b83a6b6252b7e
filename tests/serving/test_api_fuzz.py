"""Whatever is sent, the answer is never that the service failed."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

TEXT = st.text(st.characters(codec=None), max_size=20)
CELLS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | TEXT
    | st.sampled_from(["t1", "c1", "o1", "2026-01-01T00:00:00Z", "2026-01-01", "never", "primary"])
)
JSON = st.recursive(
    CELLS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4)
)
STATE = ("valid_from", "subjects", "phase", "years_of_service", "employed_on", "features")
COURSE = ("title_zh", "contains", "prerequisites", "repeatable", "hours", "competencies")
EVENT = ("event_id", "teacher_id", "course_id", "occurred_at", "kind", "value", "amount")


def likely(*names: str) -> st.SearchStrategy[Any]:
    """Objects with the right names and any values, beside any JSON at all."""
    return st.dictionaries(st.sampled_from(names), JSON, max_size=len(names)) | JSON


def send(client: Any, method: str, path: str, body: Any) -> None:
    content = json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    answer = client(method, path, content=content, headers=headers)
    assert answer.status_code < 500, (path, content)
    assert answer.headers["content-type"] in ("application/json", "application/problem+json")


@given(state=likely(*STATE), course=likely(*COURSE), event=likely(*EVENT))
@settings(max_examples=60)
def test_any_json_is_taken_or_refused(platform, state: Any, course: Any, event: Any):
    send(platform, "PUT", "/v1/teachers/fuzz", {"states": [state]})
    send(platform, "PUT", "/v1/courses/fuzz", course)
    send(platform, "POST", "/v1/events", event)


@given(text=st.text(st.characters(codec="utf-8"), min_size=1, max_size=30))
@settings(max_examples=60)
def test_any_text_in_an_address_is_taken_or_refused(platform, text: str):
    answer = platform("GET", f"/v1/teachers/{_quoted(text)}")
    assert answer.status_code in (404, 405, 422)


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())
