"""Any sequence of events leaves the store, what is done and the list as a simple model says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from features.dataset import Dataset
from serving.api.app import create_app
from serving.identity import create_key
from serving.settings import Settings
from serving.store.schema import DATA
from serving.store.transfer import import_dataset
from tests.serving.conftest import NOW, Client
from tests.serving.databases import NewUrl

EXAMPLES, STEPS = 8, 20
TEACHERS = ("m-1", "m-2", "m-3")
COURSES = [f"c{number:02d}" for number in range(6)]
IDS = [f"m{number}" for number in range(8)]
KINDS = ("viewed", "selected", "completed", "failed", "dismissed", "withdrawn")

#: Hours before now: in any order, some long ago.
PAST = st.integers(1, 5_000)
BODY = st.fixed_dictionaries(
    {
        "teacher_id": st.sampled_from(TEACHERS),
        "course_id": st.sampled_from(COURSES),
        "kind": st.sampled_from(KINDS),
        "occurred_at": PAST.map(lambda hours: (NOW - pd.Timedelta(hours=hours)).isoformat()),
    }
)
NAMED = st.tuples(st.sampled_from(IDS), BODY).map(lambda both: {"event_id": both[0], **both[1]})


class Events(RuleBasedStateMachine):
    """What platforms do to events, beside a dictionary of what must have come of it."""

    app: FastAPI
    client: Client

    def __init__(self) -> None:
        super().__init__()
        self.stored: dict[str, dict[str, Any]] = {}
        self.there: set[str] = set()

    @initialize()
    def begin(self) -> None:
        for teacher in TEACHERS:
            self.client.delete(f"/v1/teachers/{teacher}")
            self.add(teacher)

    @rule(teacher=st.sampled_from(TEACHERS))
    def add(self, teacher: str) -> None:
        answer = self.client.put(f"/v1/teachers/{teacher}", {"states": [{"phase": "primary"}]})
        assert answer.status_code == (200 if teacher in self.there else 201)
        self.there.add(teacher)

    def expected(self, event: dict[str, Any]) -> int:
        """Return the status that an event must be answered with, and store it if it is new."""
        if event["teacher_id"] not in self.there:
            return 422
        known = self.stored.get(event["event_id"])
        if known is None:
            self.stored[event["event_id"]] = event
            return 201
        return 200 if known == event else 409

    @rule(event=NAMED)
    def send(self, event: dict[str, Any]) -> None:
        status = self.expected(event)
        assert self.client.post("/v1/events", event).status_code == status

    @rule(event=NAMED)
    def send_twice(self, event: dict[str, Any]) -> None:
        self.send(event)
        self.send(event)

    @rule(body=BODY)
    def send_without_an_id(self, body: dict[str, Any]) -> None:
        """Known by its content from then on."""
        answer = self.client.post("/v1/events", body)
        if body["teacher_id"] not in self.there:
            assert answer.status_code == 422
            return
        name = answer.json()["event_id"]
        assert answer.status_code == (200 if name in self.stored else 201)
        assert self.stored.setdefault(name, body) == {**body, **self._own_id(name)}

    def _own_id(self, name: str) -> dict[str, str]:
        return {"event_id": name} if "event_id" in self.stored[name] else {}

    @rule(events=st.lists(NAMED, min_size=1, max_size=5))
    def send_in_bulk(self, events: list[dict[str, Any]]) -> None:
        words = {201: "recorded", 200: "already recorded", 409: "refused", 422: "refused"}
        wanted = [words[self.expected(event)] for event in events]
        lines = "\n".join(map(json.dumps, events))
        answer = self.client("POST", "/v1/events:bulk", content=lines)
        assert [each["status"] for each in answer.json()["results"]] == wanted

    @rule(event=NAMED)
    def withdraw(self, event: dict[str, Any]) -> None:
        """A withdrawal is an event like others: it undoes nothing that is done."""
        self.send({**event, "kind": "withdrawn"})

    @rule(teacher=st.sampled_from(TEACHERS))
    def erase(self, teacher: str) -> None:
        answer = self.client.delete(f"/v1/teachers/{teacher}")
        assert answer.status_code == (204 if teacher in self.there else 404)
        self.there.discard(teacher)
        self.stored = {
            name: event for name, event in self.stored.items() if event["teacher_id"] != teacher
        }

    @precondition(lambda self: len(self.there) > 1)
    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        old, into = data.draw(st.permutations(sorted(self.there)))[:2]
        answer = self.client.post(f"/v1/teachers/{old}:merge", {"into": into})
        assert answer.status_code == 200, answer.text
        self.there.discard(old)
        moved = [(name, e) for name, e in self.stored.items() if e["teacher_id"] == old]
        for name, event in moved:
            del self.stored[name]
            event = {**event, "teacher_id": into}
            # One that is known by its content is known by that of the other teacher from now on.
            self.stored.setdefault(name if "event_id" in event else self._named(event), event)

    def _named(self, event: dict[str, Any]) -> str:
        answer = self.client.post("/v1/events", event)
        assert answer.status_code == 200
        return str(answer.json()["event_id"])

    @invariant()
    def the_store_holds_each_event_once(self) -> None:
        events = DATA["events"]
        query = sa.select(events).where(events.c.teacher_id.in_(TEACHERS))
        with self.app.state.service.store.reading() as connection:
            rows = connection.execute(query).mappings().all()
        assert {row["event_id"]: told(row) for row in rows} == {
            name: tuple(event[cell] for cell in CELLS) for name, event in self.stored.items()
        }

    @invariant()
    def a_list_shows_no_course_that_is_done_and_every_other(self) -> None:
        for teacher in TEACHERS:
            answer = self.client.get(f"/v1/teachers/{teacher}/recommendations?k=200&explain=false")
            assert answer.status_code == (200 if teacher in self.there else 404)
            if teacher in self.there:
                own = [e for e in self.stored.values() if e["teacher_id"] == teacher]
                done = {e["course_id"] for e in own if e["kind"] == "completed"}
                shown = {item["course_id"] for item in answer.json()["items"]}
                assert shown & set(COURSES) == set(COURSES) - done


CELLS = ("teacher_id", "course_id", "kind", "occurred_at")


def told(row: Any) -> tuple[str, ...]:
    occurred = pd.Timestamp(row["occurred_at"], unit="us", tz="UTC").isoformat()
    return (row["teacher_id"], row["course_id"], row["kind"], occurred)


@pytest.fixture(scope="module")
def app(new_url: NewUrl, county: Dataset, artifact: Path) -> Iterator[FastAPI]:
    app = create_app(Settings(database_url=new_url(), artifact=artifact), clock=lambda: NOW)
    import_dataset(app.state.service.store, county, now=NOW)
    yield app
    app.state.service.store.close()


def test_any_sequence_of_events_leaves_what_a_simple_model_says(app: FastAPI) -> None:
    class Here(Events):
        pass

    Here.app = app
    Here.client = Client(app, create_key(app.state.service.store, "default", ["platform"], NOW))
    run(Here, settings=settings(max_examples=EXAMPLES, stateful_step_count=STEPS))
