"""Me and Take away in a browser: the teacher's own data, seen, corrected, taken, erased."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pandas as pd
import pytest
from playwright.sync_api import expect

from serving.store.sessions import Guest

NOW = pd.Timestamp("2026-03-02T02:00:00Z")


@pytest.mark.parametrize("path", ["/me", "/me/erase", "/take-away"])
@pytest.mark.parametrize(
    ("lang", "size", "dark"), [("zh", "phone", False), ("en", "desktop", True)]
)
def test_a_page_is_accessible_and_keeps_its_policy(visit, path, lang, size, dark):
    visit = visit(lang, size, dark=dark)
    visit.go(path)
    visit.check()
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_teacher_says_where_they_stand_and_what_they_want(visit, site, javascript: bool):
    visit = visit("zh", "phone", javascript=javascript)
    page = visit.page
    visit.go("/me")
    form = page.locator("details").filter(has=page.locator("form[action='/me/levels']"))
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    code = str(site.dataset.table("competencies")["competency"].iloc[0])
    page.locator(f"select[name='level-{code}']").select_option("1")
    page.get_by_role("button", name="保存诊断结果").click()
    expect(page.get_by_role("status")).to_be_visible()
    page.get_by_text("数据表", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="自我诊断")).to_have_count(1)
    boxes = page.locator("input[name=goal]")
    boxes.first.check()
    page.get_by_role("button", name="保存目标").click()
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.locator("input[name=goal]").first).to_be_checked()


def test_a_teacher_corrects_and_takes_it_back_and_switches_the_list(visit):
    visit = visit("en", "desktop")
    page = visit.page
    visit.go("/me")
    page.get_by_text("Correct role").click()
    page.get_by_label("role", exact=True).select_option("trainer")
    page.locator("details[open]").get_by_role("button", name="Save").click()
    role = page.get_by_role("listitem").filter(has_text="Correct role")
    expect(role).to_contain_text("corrected by you")
    page.get_by_role("button", name="Undo role").click()
    expect(role).to_contain_text("from your platform")
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_role("button", name="Switch on")).to_be_visible()
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("button", name="Switch off")).to_be_visible()
    visit.check()


def test_a_teacher_takes_everything_and_then_erases_it(visit, site, tmp_path: Path):
    other = str(next(t for t in site.dataset.teachers.ids if t != site.teacher_id))
    visit = visit("en", "phone", guest=Guest("default", teacher_id=other))
    page = visit.page
    visit.go("/me")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    download.value.save_as(tmp_path / "all.json")
    assert json.loads((tmp_path / "all.json").read_text("utf-8"))["teacher_id"] == other
    page.get_by_role("button", name="Erase").click()
    page.get_by_label("I am sure").check()
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("heading", name="Everything is erased")).to_be_visible()
    visit.check()
    visit.go("/me")
    expect(page.get_by_text("Your visit has ended")).to_be_visible()


def test_erasing_without_being_sure_erases_nothing(visit):
    visit = visit("en", "desktop")
    visit.go("/me/erase")
    visit.page.evaluate("document.querySelector('[name=sure]').required = false")
    visit.page.get_by_role("button", name="Erase for good").click()
    expect(visit.page.get_by_role("alert")).to_be_visible()
    visit.go("/me")
    expect(visit.page.get_by_role("heading", name="Me", exact=True)).to_be_visible()


def test_a_calendar_program_follows_until_the_teacher_ends_it(visit):
    visit = visit("zh", "phone")
    page = visit.page
    visit.go("/take-away")
    page.get_by_role("button", name="生成日历地址").click()
    address = page.locator(".address").inner_text()
    visit.check()
    answer = httpx.get(address)
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.text.startswith("BEGIN:VCALENDAR")
    page.get_by_role("button", name="停用地址").click()
    expect(page.get_by_role("button", name="生成日历地址")).to_be_visible()
    assert httpx.get(address).status_code == 404
