"""Single events, made durable together: each is answered for itself, and nothing falsely."""

from __future__ import annotations

import asyncio
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from features.errors import InvalidData, Refused
from serving.intake import Intake
from serving.store import bulk
from serving.store.bulk import Became
from serving.store.engine import Store
from serving.store.events import Outcome
from serving.store.rows import find, insert
from serving.store.schema import DATA, TENANT
from serving.store.tenants import add_tenant

NOW = pd.Timestamp("2026-03-01T08:30:00Z")


@pytest.fixture
def store(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path / 'store.db'}")
    with store.writing() as connection:
        for tenant in ("default", "other"):
            add_tenant(connection, tenant)
            mine = {TENANT: tenant}
            insert(connection, DATA["courses"], [mine | {"course_id": "c1", "kind": "course"}])
            insert(connection, DATA["teachers"], [mine | {"teacher_id": "t1", "valid_from": 0}])
    yield store
    store.close()


@pytest.fixture
def intake(store: Store):
    intake = Intake(store)
    yield intake
    intake.stop()


def event(number: int, **cells: Any) -> dict[str, Any]:
    """Return an event as the API has read it."""
    empty = dict.fromkeys(column.name for column in DATA["events"].c if column.name != TENANT)
    told = {"event_id": f"e{number}", "teacher_id": "t1", "course_id": "c1", "kind": "viewed"}
    return empty | told | {"occurred_at": NOW, "recorded_at": NOW} | cells


def recorded(intake: Intake, *events: dict[str, Any], tenant: str = "default") -> list[Became]:
    async def all_at_once() -> list[Any]:
        waiting = (intake.record(tenant, each, NOW, NOW) for each in events)
        return await asyncio.gather(*waiting, return_exceptions=True)

    return asyncio.run(all_at_once())


def stored(store: Store, tenant: str = "default") -> list[str]:
    with store.reading() as connection:
        return [row["event_id"] for row in find(connection, DATA["events"], tenant)]


def test_each_is_answered_for_itself(intake: Intake, store: Store):
    recorded(intake, event(1))
    became = recorded(
        intake,
        event(1),
        event(1, kind="saved"),
        event(2, teacher_id="nobody"),
        event(3, occurred_at=NOW + pd.Timedelta(days=1)),
        event(4),
    )
    assert became[0].outcome is Outcome.KNOWN
    assert isinstance(became[1].outcome, Refused)
    assert isinstance(became[2].outcome, InvalidData)
    assert isinstance(became[3].outcome, InvalidData)
    assert became[4] == Became(Outcome.RECORDED, "e4")
    assert stored(store) == ["e1", "e4"]


def test_the_same_event_twice_at_once_is_recorded_once(intake: Intake, store: Store):
    outcomes = [each.outcome for each in recorded(intake, event(1), event(1))]
    assert outcomes == [Outcome.RECORDED, Outcome.KNOWN]
    assert stored(store) == ["e1"]


def test_tenants_stay_apart(intake: Intake, store: Store):
    recorded(intake, event(1))
    assert recorded(intake, event(1, kind="saved"), tenant="other")[0].outcome is Outcome.RECORDED
    assert stored(store) == stored(store, "other") == ["e1"]


def test_those_that_wait_together_share_commits(intake: Intake, store: Store, monkeypatch):
    commits = []
    sa.event.listen(store.engine, "commit", lambda connection: commits.append(connection))
    recorded(intake, *map(event, range(200)))
    assert len(stored(store)) == 200
    assert len(commits) < 20


def test_where_the_database_fails_nobody_is_told_that_it_was_kept(
    intake: Intake, store: Store, monkeypatch
):
    def fails(*_: object) -> None:
        raise sa.exc.OperationalError("COMMIT", {}, OSError("disk full"))

    with monkeypatch.context() as broken:
        broken.setattr(bulk, "record_each", fails)
        became = recorded(intake, event(1), event(2))
    assert all(isinstance(each, sa.exc.OperationalError) for each in became)
    assert stored(store) == []
    assert recorded(intake, event(3))[0].outcome is Outcome.RECORDED  # it goes on


def test_one_whose_teacher_has_just_gone_takes_nobody_along(
    intake: Intake, store: Store, monkeypatch
):
    record_each = bulk.record_each

    def overtaken(connection: sa.Connection, tenant: str, events: list[dict[str, Any]]):
        if any(each["event_id"] == "e2" for each in events):
            raise sa.exc.IntegrityError("INSERT", {}, ValueError("no such teacher"))
        return record_each(connection, tenant, events)

    monkeypatch.setattr(bulk, "record_each", overtaken)
    became = recorded(intake, *map(event, range(5)))
    assert [isinstance(each, sa.exc.IntegrityError) for each in became].index(True) == 2
    assert stored(store) == ["e0", "e1", "e3", "e4"]


def test_what_waits_is_recorded_before_the_end(store: Store):
    intake = Intake(store)

    async def stopped_meanwhile() -> list[Became]:
        waiting = [
            asyncio.ensure_future(intake.record("default", event(n), NOW, NOW)) for n in range(9)
        ]
        await asyncio.sleep(0)
        await asyncio.to_thread(intake.stop)
        return await asyncio.gather(*waiting)

    assert {each.outcome for each in asyncio.run(stopped_meanwhile())} == {Outcome.RECORDED}
    assert len(stored(store)) == 9
