"""The list in a browser: narrowed as the API does it, waved off with a reason, and taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from features.codes import DISMISSAL_REASONS
from serving.store.rows import find
from serving.store.schema import DATA
from serving.store.sessions import Guest

BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])


@BOTH
def test_a_course_is_waved_off_with_a_reason_and_comes_back(
    visit: Callable, site, javascript: bool
):
    teacher = str(site.dataset.teachers.ids[60 + javascript])
    guest = Guest("default", teacher_id=teacher)
    visit = visit("zh", "phone", javascript=javascript, guest=guest)
    page, said = visit.page, visit.page.get_by_role("status")
    press = page.locator("article button[id^='dismissed-']").first
    course = press.get_attribute("id").removeprefix("dismissed-")
    press.click()
    expect(said).to_contain_text("不再显示")
    expect(page.locator(f"#selected-{course}")).to_have_count(0)
    said.get_by_role("button", name="没有时间").click()
    expect(said).to_contain_text("已记下原因")
    assert events(site, teacher, course) == [
        ("dismissed", None),
        ("dismissed", 1.0 + DISMISSAL_REASONS.index("time")),
    ]
    page.get_by_text("已隐藏 1 门课程").click()
    page.get_by_role("button", name="重新显示").click()
    expect(page.locator(f"#selected-{course}")).to_be_visible()
    assert not visit.faults


def test_the_pages_that_choosing_leads_to_are_accessible(visit: Callable, site):
    visit = visit(guest=Guest("default", teacher_id=str(site.dataset.teachers.ids[62])))
    page, said = visit.page, visit.page.get_by_role("status")
    page.locator("article button[id^='dismissed-']").first.click()
    expect(said).to_contain_text("不再显示")
    visit.check()
    page.locator("article button[id^='selected-']").first.click()
    expect(said).to_contain_text("已列入意向")
    visit.check()


def test_a_filter_leaves_what_the_api_leaves(visit: Callable, site):
    visit = visit("en", "desktop")
    page = visit.page
    page.get_by_text("Narrow the list").click()
    page.get_by_label("Mode").select_option("online")
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**mode=online**")
    cards = page.locator("article.course")
    expect(cards.first).to_be_visible()
    expect(cards.filter(has=page.locator("ul.facts"), has_not_text="online")).to_have_count(0)


def test_what_keeps_a_course_out_is_said_in_words(visit: Callable, site):
    visit = visit("en", "desktop")
    page = visit.page
    page.get_by_label("Words of its title").fill("teachers")
    page.get_by_role("button", name="Why is it not in my list?").click()
    expect(page.locator("article").first).to_be_visible()
    expect(page.get_by_text("It is not open to you:").first).to_be_visible()
    visit.check()


def events(site, teacher: str, course: str) -> list[tuple[str, float | None]]:
    with site.app.state.service.store.reading() as connection:
        found = find(connection, DATA["events"], "default", teacher_id=teacher, course_id=course)
    found.sort(key=lambda each: each["occurred_at"])
    return [(each["kind"], each["value"]) for each in found if each["kind"] == "dismissed"]
