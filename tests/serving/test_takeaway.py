"""What a teacher takes away says what the plan says, promises no place, and does nothing."""

from __future__ import annotations

import csv
import io
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from fastapi import FastAPI
from icalendar import Calendar

from features.dataset import Dataset
from features.errors import MissingComponent, UnknownId
from features.tables import BY_NAME
from recommender.credits import credits_of
from serving.api.app import create_app
from serving.plans import StoredPlan, find_plan
from serving.settings import Settings
from serving.store.engine import Store
from serving.store.records import to_record
from serving.store.rows import insert
from serving.store.schema import DATA
from serving.store.teachers import forget
from serving.store.transfer import import_dataset
from serving.takeaway import fonts
from serving.takeaway.calendar import calendar_of
from serving.takeaway.languages import Language
from serving.takeaway.paper import fetch_nothing, paper_of
from serving.takeaway.sheet import Sheet, sheet_of
from serving.takeaway.subscriptions import subscribe, subscribed_at, subscriber, unsubscribe
from serving.takeaway.tables import credit_table, harmless, plan_table, table

NOW = pd.Timestamp("2026-03-01T00:00:00Z")
ZH, EN = Language.ZH, Language.EN


@pytest.fixture(scope="module")
def app(settings: Settings, artifact: Any, county: Dataset, clock: Any) -> Iterator[FastAPI]:
    """The county's service, its model loaded."""
    app = create_app(settings.model_copy(update={"artifact": artifact}), clock=clock)
    import_dataset(app.state.service.store, county, now=NOW)
    yield app
    app.state.service.store.close()


@pytest.fixture(scope="module")
def stored(app: FastAPI, client: Callable[..., Any]) -> StoredPlan:
    """A plan that has the announced offering of c20, and others that are only expected."""
    asked = {"policy": "national-2011", "pins": [{"course_id": "c20"}]}
    answer = client().post("/v1/teachers/t00/plan", asked)
    assert answer.status_code == 201, answer.text
    with app.state.service.store.reading() as connection:
        return find_plan(connection, "default", answer.json()["plan_id"])


@pytest.fixture
def sheet(app: FastAPI, stored: StoredPlan) -> Sheet:
    return read(app.state.service.store, stored)


def read(store: Store, stored: StoredPlan) -> Sheet:
    with store.reading() as connection:
        return sheet_of(connection, "default", stored, None)


def events(calendar: bytes) -> list[Any]:
    return list(Calendar.from_ical(calendar).walk("VEVENT"))


def rows(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))


def inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1-2",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "|cmd",
        " =1",
        "＝1",
        "\r=1",
        "\n=1",
        "\0=1",
        "\ufeff=1",
        "\u200b+1",
        "-1e5+A1",
        "=-1",
    ],
)
def test_a_cell_that_a_program_would_run_is_text(cell: str):
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-1.5", "12", "课程=好", "a@b.cn", ""])
def test_a_harmless_cell_stays_what_it_is(cell: str):
    assert harmless(cell) == cell


def test_a_table_opens_with_the_right_letters():
    text = table(["课程"], [["评价"], [None]])
    assert text.startswith(b"\xef\xbb\xbf")
    assert text.decode("utf-8-sig") == '课程\r\n评价\r\n""\r\n'


def test_only_what_is_announced_has_days_of_its_own(sheet: Sheet):
    announced = [entry for entry in sheet.entries if not entry.expected]
    assert [(entry.course, str(entry.days[0].first)) for entry in announced] == [
        ("c20", "2026-04-10")
    ]
    assert str(announced[0].apply_until) == "2026-03-31"
    expected = [entry for entry in sheet.entries if entry.expected]
    assert expected
    assert all(entry.days[0].last > entry.days[0].first for entry in expected)


def test_what_is_expected_is_tentative_in_the_calendar_and_an_offering_is_not_confirmed(
    sheet: Sheet,
):
    found = events(calendar_of(sheet, ZH))
    states = {str(each["summary"]): each.get("status") for each in found}
    (announced,) = (entry for entry in sheet.entries if not entry.expected)
    assert states.pop(announced.title[0]) is None
    assert states.pop(f"报名截止：{announced.title[0]}") is None
    assert set(states.values()) == {"TENTATIVE"}
    assert all("预计" in summary for summary in states)
    assert all("不代表名额" in str(each.get("description", "不代表名额")) for each in found)


def test_only_a_place_that_the_platform_has_given_is_confirmed(app: FastAPI, stored: StoredPlan):
    store = app.state.service.store
    admitted = {
        "teacher_id": "t00",
        "offering_id": "o-open",
        "state": "admitted",
        "decided_at": NOW - pd.Timedelta(days=1),
    }
    with store.writing() as connection:
        row = to_record(BY_NAME["enrolments"], admitted, "default")
        insert(connection, DATA["enrolments"], [row])
    sheet = read(store, stored)
    with store.writing() as connection:
        connection.execute(DATA["enrolments"].delete())
    confirmed = [e for e in events(calendar_of(sheet, EN)) if e.get("status") == "CONFIRMED"]
    assert [str(each["dtstart"].dt) for each in confirmed] == ["2026-04-10"]
    assert not any("Apply until" in str(e["summary"]) for e in events(calendar_of(sheet, EN)))


def test_a_revision_changes_the_same_events(sheet: Sheet):
    later = replace(sheet, stored=replace(sheet.stored, plan=replace(sheet.plan, revision=3)))
    before, after = events(calendar_of(sheet, ZH)), events(calendar_of(later, EN))
    assert [each["uid"] for each in before] == [each["uid"] for each in after]
    assert len({str(each["uid"]) for each in before}) == len(before)
    assert {each["sequence"] for each in before} == {0}
    assert {each["sequence"] for each in after} == {2}


def test_a_calendar_is_of_the_policys_days(sheet: Sheet):
    calendar = Calendar.from_ical(calendar_of(sheet, ZH))
    assert str(calendar["x-wr-timezone"]) == "Asia/Shanghai"
    days = [each for each in events(calendar_of(sheet, ZH)) if each.get("status") is None]
    # The last day is in it: the end of an all-day event is the day after.
    assert {str(each["dtend"].dt) for each in days} == {"2026-07-01", "2026-04-01"}


def test_without_a_plan_the_calendar_is_empty():
    assert events(calendar_of(None, ZH)) == []


@pytest.mark.parametrize(("language", "state"), [(ZH, "预计"), (EN, "Expected")])
def test_a_plans_table_has_a_row_for_each_course(sheet: Sheet, language: Language, state: str):
    found = rows(plan_table(sheet, language))
    assert [row[language.word("course_id")] for row in found] == [
        i.course for i in sheet.plan.items
    ]
    assert state in {row[language.word("state")] for row in found}


def test_a_credit_table_has_a_row_for_each_line(county: Dataset):
    statement = credits_of(county, teacher_id="t00", as_of=NOW, policy_name="national-2011")
    found = rows(credit_table(statement, ZH))
    assert len(found) == len(statement.entries) > 0
    assert {row["状态"] for row in found} == {"已认定"}


def test_paper_without_a_chinese_font_is_refused_in_words(sheet: Sheet, monkeypatch, tmp_path):
    monkeypatch.setattr(fonts, "folders", lambda: (tmp_path,))
    with pytest.raises(MissingComponent, match="fonts-noto-cjk"):
        paper_of(sheet, ZH)


def test_paper_fetches_nothing():
    with pytest.raises(ValueError, match="nothing is fetched"):
        fetch_nothing("https://example.org/a.png")


def test_paper_carries_its_font(sheet: Sheet):
    paper = paper_of(sheet, ZH)
    assert paper.startswith(b"%PDF-")
    streams = re.findall(rb"stream\r?\n(.*?)endstream", paper, re.DOTALL)
    objects = b"".join(map(inflated, streams))
    assert b"/FontFile" in objects
    assert b"CJK" in objects


def test_an_address_shows_its_teachers_plan_until_it_is_ended(store: Store):
    with store.writing() as connection:
        first = subscribe(connection, "default", "t1", NOW)
        assert subscriber(connection, first).teacher_id == "t1"
        second = subscribe(connection, "default", "t1", NOW)
        assert subscribed_at(connection, "default", "t1") == NOW
        with pytest.raises(UnknownId):
            subscriber(connection, first)
        assert unsubscribe(connection, "default", "t1")
        assert not unsubscribe(connection, "default", "t1")
        for token in (second, "guessed", ""):
            with pytest.raises(UnknownId):
                subscriber(connection, token)


def test_who_reads_the_store_cannot_follow_an_address_and_it_goes_with_the_teacher(store: Store):
    with store.writing() as connection:
        token = subscribe(connection, "default", "t1", NOW)
        kept = connection.exec_driver_sql("SELECT * FROM subscriptions").one()
        assert token not in kept
        forget(connection, "default", "t1")
        with pytest.raises(UnknownId):
            subscriber(connection, token)
