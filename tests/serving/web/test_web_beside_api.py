"""The page and the API side by side: what one does, the other shows."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import expect

from serving.identity import create_key
from serving.store.sessions import Guest
from tests.serving.web.conftest import NOW, PATIENCE


@pytest.fixture
def platform(site) -> httpx.Client:
    """The learning platform, which speaks to the same service over HTTP."""
    key = create_key(site.app.state.service.store, "default", ["platform"], NOW)
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=site.url, headers=headers, timeout=PATIENCE / 1_000) as client:
        yield client


def test_the_page_shows_what_the_platform_sends_and_the_api_what_the_page_changes(
    visit: Callable, site, platform: httpx.Client
):
    teacher = str(site.dataset.teachers.ids[40])
    visit = visit("zh", "phone", guest=Guest("default", teacher_id=teacher))
    page = visit.page
    taken = page.locator("article button[id^='selected-']").first
    course = taken.get_attribute("id").removeprefix("selected-")
    earned = page.locator(".bar .figure strong")
    before = earned.all_inner_texts()

    event = {"event_id": "beside-1", "teacher_id": teacher, "course_id": course}
    said = event | {"kind": "completed", "occurred_at": NOW.isoformat()}
    assert platform.post("/v1/events", json=said).status_code == 201
    entry = {"entry_id": "beside-1", "teacher_id": teacher, "course_id": course}
    entry |= {"kind": "offering", "earned_on": "2026-03-01", "amount": 5, "unit": "hour"}
    assert platform.post("/v1/credits", json=entry).status_code == 201
    page.reload()
    expect(page.locator("article button[id^='selected-']").first).to_be_visible()
    expect(page.locator(f"#selected-{course}")).to_have_count(0)
    assert earned.all_inner_texts() != before

    visit.go("/plan")
    page.get_by_role("button", name="生成我的规划").click()
    page.wait_for_url("**/plan?did=made")
    planned = page.locator("article.placed").first
    title = planned.locator("h4").inner_text()
    planned.locator("details.change summary").click()
    planned.get_by_role("button", name="固定在此").click()
    page.get_by_role("button", name="接受变动").click()
    page.wait_for_url("**/plan?did=changed")
    plan = platform.get(f"/v1/teachers/{teacher}/plan").json()
    assert [each["title_zh"] for each in plan["items"] if each["pinned"]] == [title]
    assert not visit.faults
