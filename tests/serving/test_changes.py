"""The feed of changes: complete, in order, and silent about who was erased."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from features.errors import Refused
from serving.errors import NoLongerKept
from serving.store.changes import Happened, News, drop, last_number, read, tell, tell_model
from serving.store.engine import Store
from serving.store.schema import TEACHER_VERSIONS

NOW = pd.Timestamp("2026-03-01T00:00:00Z")
WISH = News(Happened.WISH_STATED, "c1", "t1")
FEED = "/v1/changes"


@pytest.fixture
def tenant(client: Callable[..., Any], request: pytest.FixtureRequest) -> Any:
    """A platform's client with a tenant of its own: one course, offering and teacher."""
    client = client(request.node.name[:150])
    client.put("/v1/courses/c1", {"title_zh": "群文阅读"})
    client.put("/v1/offerings/o1", {"course_id": "c1"})
    for teacher in ("t1", "t2"):
        client.put(f"/v1/teachers/{teacher}", {"states": [{"phase": "primary"}]})
    return client


def event(kind: str, **further: str) -> dict[str, str]:
    when = "2026-02-01T08:00:00+08:00"
    return {"teacher_id": "t1", "course_id": "c1", "kind": kind, "occurred_at": when} | further


def told(tenant: Any, query: str = "") -> list[tuple[str, str, str | None]]:
    items = tenant.get(FEED + query).json()["items"]
    return [(each["kind"], each["subject"], each.get("teacher_id")) for each in items]


def numbers(store: Store, after: int | None = None) -> list[int]:
    with store.reading() as connection:
        return [row["number"] for row in read(connection, "default", after, 100).changes]


def write(store: Store, *news: News, now: pd.Timestamp = NOW) -> None:
    with store.writing() as connection:
        tell(connection, "default", news, now)


def undone(store: Store) -> None:
    with store.writing() as connection:
        tell(connection, "default", [WISH, WISH], NOW)
        raise Refused("the change", expected="another")


@pytest.mark.parametrize("query", ["?after=x", "?after=-1", "?limit=0", "?kind=teacher.born"])
def test_what_is_no_cursor_limit_or_kind_is_refused(tenant: Any, query: str):
    assert tenant.get(FEED + query).status_code == 422


def test_a_change_that_was_undone_is_not_told_and_leaves_no_gap(store: Store):
    write(store, WISH)
    with pytest.raises(Refused):
        undone(store)
    write(store, WISH)
    assert numbers(store) == [1, 2]


def test_who_read_up_to_a_number_has_missed_none_below_it(store: Store):
    """The second writer ends only after the first, whose number is lower."""
    first_wrote, may_end = Event(), Event()

    def first() -> None:
        with store.writing() as connection:
            tell(connection, "default", [WISH], NOW)
            first_wrote.set()
            may_end.wait(30)

    slow, fast = Thread(target=first), Thread(target=write, args=(store, WISH))
    slow.start()
    first_wrote.wait(30)
    fast.start()
    fast.join(0.2)
    assert numbers(store) == []  # the second waits: its number may not be seen before the first
    may_end.set()
    slow.join()
    fast.join()
    assert numbers(store) == [1, 2]


def test_writers_at_once_leave_no_gap(store: Store):
    threads = [Thread(target=write, args=(store, WISH, WISH)) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert numbers(store) == list(range(1, 17))


def test_pages_hold_each_change_once_and_other_kinds_are_passed_over(store: Store):
    write(store, *[WISH, News(Happened.CREDIT_ADDED, "l1", "t1")] * 3)
    with store.reading() as connection:
        page = read(connection, "default", None, 2, [Happened.CREDIT_ADDED])
        assert [row["number"] for row in page.changes] == [2, 4]
        assert (page.reached, page.more) == (4, True)
        rest = read(connection, "default", page.reached, 2, [Happened.CREDIT_ADDED])
        assert [row["number"] for row in rest.changes] == [6]
        nothing = read(connection, "default", rest.reached, 2, [Happened.PLAN_DRAFTED])
        assert (nothing.changes, nothing.reached, nothing.more) == ((), 6, False)


def test_a_cursor_of_changes_that_are_gone_is_refused(store: Store):
    write(store, WISH, WISH)
    write(store, WISH, now=NOW + pd.Timedelta(days=2))
    with store.writing() as connection:
        assert drop(connection, "default", NOW + pd.Timedelta(days=1)) == 2
    assert numbers(store) == numbers(store, after=2) == [3]
    with store.reading() as connection, pytest.raises(NoLongerKept, match="from 2 on"):
        read(connection, "default", 1, 10)
    write(store, WISH)
    assert numbers(store) == [3, 4]


def test_a_model_is_told_once(store: Store):
    for version in ("a", "a", "b"):
        with store.writing() as connection:
            tell_model(connection, "default", version, NOW)
    with store.reading() as connection:
        assert last_number(connection, "default") == 2


def test_a_change_gives_no_teacher_another_version(store: Store):
    write(store, WISH)
    with store.reading() as connection:
        assert connection.execute(sa.select(TEACHER_VERSIONS)).all() == []


def test_another_tenants_changes_are_not_seen(tenant: Any, client: Callable[..., Any]):
    tenant.post("/v1/events", event("selected"))
    answer = client("a tenant of another").get(FEED)
    assert answer.json() == {"items": [], "cursor": "0", "more": False}


def test_wishes_enrolments_and_credits_are_told_once_each(tenant: Any):
    for kind in ("viewed", "selected", "selected", "withdrawn"):
        tenant.post("/v1/events", event(kind))
    lines = [event("selected", event_id="e9"), event("completed")]
    body = "\n".join(map(str, lines)).replace("'", '"')
    assert tenant("POST", "/v1/events:bulk", content=body).json()["recorded"] == 2
    state = {"state": "wished", "decided_at": "2026-02-02T08:00:00+08:00"}
    for _ in range(2):
        tenant.post("/v1/enrolments/t1/o1/states", state)
    entry = {"entry_id": "l1", "teacher_id": "t1", "kind": "opening", "unit": "hour"}
    for _ in range(2):
        tenant.post("/v1/credits", entry | {"earned_on": "2025-12-31", "amount": 9})
    assert told(tenant) == [
        ("wish.stated", "c1", "t1"),
        ("wish.withdrawn", "c1", "t1"),
        ("wish.stated", "c1", "t1"),
        ("enrolment.changed", "o1", "t1"),
        ("credit.added", "l1", "t1"),
    ]
    assert told(tenant, "?kind=credit.added&after=2") == [("credit.added", "l1", "t1")]


def test_of_an_erased_teacher_only_the_erasure_stays(tenant: Any):
    tenant.post("/v1/events", event("selected"))
    tenant.delete("/v1/teachers/t1")
    assert told(tenant) == [("teacher.erased", "t1", None)]


def test_changes_of_a_merged_teacher_are_those_of_who_is_left(tenant: Any):
    tenant.post("/v1/events", event("selected"))
    tenant.post("/v1/teachers/t1:merge", {"into": "t2"})
    assert told(tenant) == [("wish.stated", "c1", "t2"), ("teacher.merged", "t1", "t2")]
