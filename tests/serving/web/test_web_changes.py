"""A plan changed in a browser: seen before it is accepted, in words, with a script and without."""

from __future__ import annotations

import re
from collections.abc import Callable

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
    planned = page.locator("article.placed h4")
    expect(planned.get_by_text(other, exact=True).first).to_be_attached()
    expect(planned.get_by_text(title, exact=True)).to_have_count(0)


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
