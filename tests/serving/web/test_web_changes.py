"""A plan changed in a browser: seen before it is accepted, in words, with a script and without."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from serving.identity import Scope
from serving.latest_plans import latest_plan
from serving.store.rows import find
from serving.store.schema import DATA
from serving.store.sessions import Guest
from tests.serving.web.conftest import administrator, school_of

#: What a reader never sees: the id of a course, the key of a term.
INSIDE = re.compile(r"\bc\d{4}\b|\d{4}-(spring|autumn|fall|winter)")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_a_plan_is_pinned_left_out_swapped_confirmed_and_a_record_disputed(
    visit: Callable, site, javascript: bool
):
    teacher = str(site.dataset.teachers.ids[70 + javascript])
    guest = Guest("default", teacher_id=teacher)
    own = visit("zh", "phone", javascript=javascript, guest=guest)
    make(own)
    pin_the_last(own.page)
    leave_out(own)
    swap_one(own)
    limit_a_year(own.page)
    own.page.get_by_role("button", name="提交学校").click()
    expect(own.page.get_by_role("status")).to_contain_text("学校")
    guest = administrator("li", school_of(site, teacher), Scope.SCHOOL)
    confirm(visit("zh", "desktop", guest=guest).page, teacher)
    own.go("/plan")
    expect(own.page.get_by_text("学校已确认")).to_be_visible()
    assert stored(site, teacher).plan.state == "school_confirmed"
    dispute(own)
    assert "correction" in {each["kind"] for each in credits(site, teacher)}
    assert not own.faults


def test_a_wish_that_cannot_be_met_is_answered_with_the_ways_out(visit: Callable, site):
    visit = visit(
        "zh", "phone", guest=Guest("default", teacher_id=str(site.dataset.teachers.ids[32]))
    )
    page = visit.page
    visit.go("/plan")
    page.get_by_role("button", name="生成我的规划").click()
    expect(page.get_by_role("status")).to_be_visible()
    visit.go("/plan/change?do=hours&year=2026&hours=1")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".note.warm")).to_be_visible()
    told_without_ids(page)
    visit.check()
    visit.go("/plan/alternatives")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    told_without_ids(page)


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_another_plan_is_taken_and_the_one_before_stays_in_the_history(
    visit: Callable, site, javascript: bool
):
    for number in range(63 + javascript, 70, 2):  # not everybody has another that is as good
        teacher = str(site.dataset.teachers.ids[number])
        guest = Guest("default", teacher_id=teacher)
        own = visit("zh", "phone", javascript=javascript, guest=guest)
        make(own)
        own.go("/plan/alternatives")
        expect(own.page.get_by_role("heading", level=1)).to_be_visible()
        if own.page.locator("main form").count():
            break
    before = stored(site, teacher).plan
    own.page.get_by_role("button", name="采用此方案").first.click()
    expect(own.page.get_by_role("status")).to_be_visible()
    after = stored(site, teacher).plan
    assert (after.revision, after.state) == (before.revision + 1, "draft")
    places = [{(each.course, each.term) for each in plan.items} for plan in (before, after)]
    assert places[0] != places[1]
    own.go("/plan/history")
    expect(own.page.get_by_text("第 1 版").first).to_be_visible()
    assert not own.faults


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_what_is_planned_every_year_is_left_out_of_one(visit: Callable, site, javascript: bool):
    guest = Guest("default", teacher_id=str(site.dataset.teachers.ids[74 + javascript]))
    own = visit("zh", "phone", javascript=javascript, guest=guest)
    make(own)
    before = stored(site, guest.teacher_id).plan
    placed = own.page.locator("article.placed:visible").filter(has_text="本年度不安排").first
    open_changes(placed)
    out = placed.get_by_role("button", name="本年度不安排")
    asked = parse_qs(urlsplit(out.get_attribute("href")).query)
    course, year = asked["course"][0], asked["year"][0]
    assert len({each.year for each in before.items if each.course == course}) > 1
    out.click()
    accept(own.page)
    after = stored(site, guest.teacher_id).plan
    years = [
        {each.year for each in plan.items if each.course == course} for plan in (before, after)
    ]
    assert years[1] == years[0] - {year}
    own.page.get_by_role("button", name="重新允许").first.click()
    accept(own.page)
    assert stored(site, guest.teacher_id).plan.asked.bans_in_year == ()


def make(own) -> None:
    own.go("/plan")
    own.page.get_by_role("button", name="生成我的规划").click()
    expect(own.page.get_by_role("status")).to_be_visible()


def pin_the_last(page) -> None:
    placed = page.locator("article.placed:visible").last
    title = placed.locator("h4").inner_text()
    open_changes(placed)
    placed.get_by_role("button", name="固定在此").click()
    accept(page)
    pinned = page.locator("article.placed").filter(has_text="已固定")
    expect(pinned.locator("h4").filter(has_text=title).first).to_be_attached()


def leave_out(own) -> None:
    """Leave a course out that is in the list: then there is one to swap another for."""
    own.go("/")
    presses = own.page.locator("article button[id^='selected-']")
    ids = presses.evaluate_all("found => found.map(each => each.id.slice('selected-'.length))")
    own.go("/plan")
    link = "a[href='/plan/change?do={}&course={}']"
    course = next(each for each in ids if own.page.locator(link.format("ban", each)).count())
    own.go(f"/plan/change?do=ban&course={course}")
    accept(own.page)
    expect(own.page.locator(link.format("free", course))).to_have_text("重新允许")


def swap_one(own) -> None:
    page, offers = own.page, own.page.locator("article.course")
    links = page.locator("article.placed a[href^='/plan/swap']")
    where = links.evaluate_all("found => found.map(each => each.getAttribute('href'))")
    planned = page.locator("article.placed h4")
    before = planned.evaluate_all("found => found.map(each => each.textContent.trim())")
    # All that could take one course's place may be in the plan already.
    for path in dict.fromkeys(where):
        own.go(path)
        if offers.count():
            break
    title = page.get_by_role("heading", level=1).inner_text().split("《")[1].rstrip("》")
    expect(offers.nth(5)).to_have_count(0)
    told_without_ids(page)
    other = offers.first.locator("h2").inner_text()
    offers.first.get_by_role("button").click()
    expect(page.get_by_text(f"《{other}》").first).to_be_visible()
    told_without_ids(page)
    accept(page)
    expect(planned.get_by_text(other, exact=True).first).to_be_attached()
    # In that year: one that is planned every year stays in the others.
    expect(planned.get_by_text(title, exact=True)).to_have_count(before.count(title) - 1)


def limit_a_year(page) -> None:
    year = page.locator("form.limit").nth(1)
    year.get_by_role("spinbutton").fill("30")
    year.get_by_role("button").click()
    accept(page)


def confirm(page, teacher: str) -> None:
    row = page.get_by_role("row").filter(has_text=teacher)
    row.get_by_role("button", name="确认").click()
    expect(page.get_by_role("status")).to_be_visible()


def dispute(own) -> None:
    own.go("/records")
    own.page.get_by_text("以往记录").click()
    record = own.page.locator("details.past li.card").first
    record.locator("summary").click()
    form = record.locator("form")
    form.locator("input[name=amount]").fill("1")
    form.locator("textarea").fill("少记一学时")
    form.get_by_role("button").click()
    expect(own.page.get_by_role("status")).to_be_visible()


def open_changes(part) -> None:
    part.locator("details summary").first.click()


def accept(page) -> None:
    page.get_by_role("button", name="接受变动").click()
    page.wait_for_url("**/plan?did=changed")


def told_without_ids(page) -> None:
    text = page.locator("main").inner_text()
    assert not INSIDE.search(text), INSIDE.search(text)


def stored(site, teacher: str):
    with site.app.state.service.store.reading() as connection:
        return latest_plan(connection, "default", teacher)


def credits(site, teacher: str) -> list[dict]:
    with site.app.state.service.store.reading() as connection:
        return find(connection, DATA["credits"], "default", teacher_id=teacher)
