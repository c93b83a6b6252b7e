"""An event says which list it followed; only what was shown to that teacher counts as from it."""

from __future__ import annotations

from typing import Any

from features.tables import BY_NAME
from serving.store.rows import find
from serving.store.schema import DATA

EVENT = {"teacher_id": "t1", "course_id": "c1", "occurred_at": "2026-02-01T08:00:00+08:00"}


def test_an_event_keeps_the_list_that_it_names_known_or_not(app: Any, platform: Any):
    answer = platform.post("/v1/events", EVENT | {"event_id": "a1", "recommendation_id": "r-no"})
    assert answer.status_code == 201
    with app.state.service.store.reading() as connection:
        (event,) = find(connection, DATA["events"], "default", event_id="a1")
    assert event["recommendation_id"] == "r-no"


def test_the_same_event_of_another_list_is_a_conflict(platform: Any):
    platform.post("/v1/events", EVENT | {"event_id": "a2", "recommendation_id": "r-1"})
    again = EVENT | {"event_id": "a2", "recommendation_id": "r-2"}
    assert platform.post("/v1/events", again).status_code == 409


def test_a_list_is_no_reference_that_must_lead_somewhere():
    """What was shown is stored a moment later than an event may follow it."""
    assert not BY_NAME["events"].column("recommendation_id").references
