"""The administrator's view in a browser: the own school by name, a county in numbers."""

from __future__ import annotations

import csv
import io
import itertools
import uuid

import pandas as pd
import pytest
from playwright.sync_api import expect

from features.organisations import lineage
from recommender.planning.plan import Plan
from serving.identity import Scope, create_key
from serving.plans import keep_plan, move_plan
from tests.serving.web.conftest import NOW, administrator, school_of

#: Each plan is made a little later than the one before.
SECONDS = itertools.count(1)
LIGHT = {"lang": "zh", "size": "phone"}
DARK = {"lang": "zh", "size": "desktop", "dark": True}
ENGLISH = {"lang": "en", "size": "desktop"}


@pytest.fixture(scope="module")
def places(site) -> tuple[str, str, str]:
    """The school of the typical teacher, its county, and another county."""
    school = school_of(site, site.teacher_id)
    chain = lineage(site.dataset, school, NOW)
    counties = site.dataset.table("organisations").query("kind == 'county'")["organisation_id"]
    others = [str(each) for each in counties if each not in chain]
    return school, chain[1], others[0] if others else "county-none"


@pytest.fixture
def submitted(site) -> str:
    """The id of a plan of the typical teacher that waits for the school's word."""
    plan = Plan(
        site.teacher_id, "national-2011@0", "m", NOW.to_pydatetime(), 0, "hour", (), (), (),
        0.0, 0.0, 0.0, True,
    )  # fmt: skip
    with site.app.state.service.store.writing() as connection:
        made_at = NOW + pd.Timedelta(seconds=next(SECONDS))
        kept = keep_plan(connection, "default", plan, made_at, uuid.uuid4().hex)
        move_plan(connection, "default", kept.plan_id, "submitted", NOW)
    return kept.plan_id


@pytest.mark.parametrize(("look", "place"), [(LIGHT, 0), (DARK, 0), (ENGLISH, 1)])
def test_the_view_is_accessible_and_keeps_its_policy(visit, places, submitted, look, place):
    guest = administrator("li.wen", places[place], Scope.SCHOOL)
    visit = visit(guest=guest, **look)
    expect(visit.page).to_have_url(f"{visit.site.url}/desk/{places[place]}")
    visit.check()
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_school_reads_a_plan_and_confirms_it(visit, site, places, submitted):
    visit = visit(
        "zh", "phone", javascript=False, guest=administrator("li", places[0], Scope.SCHOOL)
    )
    row = visit.page.get_by_role("row").filter(has_text=site.teacher_id)
    row.get_by_role("button", name="确认").click()
    expect(visit.page.get_by_role("status")).to_be_visible()
    expect(visit.page.get_by_text("没有待确认的规划")).to_be_visible()


def test_a_plan_is_returned_and_only_who_may_answer_is_asked(visit, site, places, submitted):
    looking = visit("en", "desktop", guest=administrator("li", places[0], Scope.ADMIN))
    expect(looking.page.get_by_role("row").filter(has_text=site.teacher_id)).to_have_count(1)
    expect(looking.page.get_by_role("button", name="Return")).to_have_count(0)
    acting = visit("en", "desktop", guest=administrator("li", places[0], Scope.SCHOOL))
    acting.page.get_by_role("button", name="Return").first.click()
    expect(acting.page.get_by_text("went back to its teacher")).to_be_visible()


def test_a_county_sees_no_name_on_the_page_nor_in_a_table(visit, site, places, submitted):
    visit = visit("en", "desktop", guest=administrator("wang", places[1], Scope.SCHOOL))
    ids = [str(each) for each in site.dataset.teachers.ids]
    expect(visit.page.get_by_role("heading", level=1)).to_be_visible()
    texts = [visit.page.content()]
    for name in ("waiting", "places", "demand", "equity", "schools", "risk"):
        answer = visit.page.request.get(f"{site.url}/desk/{places[1]}/{name}.csv")
        assert answer.status == 200
        texts.append(answer.body().decode("utf-8-sig"))
        assert list(csv.reader(io.StringIO(texts[-1])))[0]
    assert not [each for each in ids if any(each in text for text in texts)]


def test_another_county_and_a_teacher_find_nothing(visit, site, places, submitted):
    county = visit("en", "desktop", guest=administrator("wang", places[1], Scope.SCHOOL))
    request = county.page.request
    for path in (places[2], places[0], "nowhere", f"{places[2]}/risk.csv", f"{places[1]}/x.csv"):
        assert request.get(f"{site.url}/desk/{path}").status == 404
    teacher = visit("en", "desktop")
    assert teacher.page.request.get(f"{site.url}/desk/{places[0]}").status == 403
    assert teacher.page.request.get(f"{site.url}/desk").status == 403


def test_a_key_is_no_visit(site, places):
    import httpx

    key = create_key(site.app.state.service.store, "default", ["admin"], NOW)
    answer = httpx.get(f"{site.url}/desk/{places[0]}", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 401
