"""A teacher's story in a real browser: chooses, plans, changes, submits, claims."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from serving.latest_plans import latest_plan
from serving.store.rows import find
from serving.store.schema import DATA
from serving.store.sessions import Guest

#: What a first visit may weigh, in bytes on the line.
MOST_BYTES = 60_000
PAGES = ("/records", "/plan/history", "/plan/alternatives", "/why-not?q=a", "/?q=zzzz")
WORDS = {
    "zh": ("想选这门", "撤销", "生成我的规划", "提交学校", "撤回提交", "接受变动", "提交补登"),
    "en": ("I want this", "Undo", "Make my plan", "Submit to the school", "Take it back")
    + ("Accept", "Enter the claim"),
}


# Both ways of both would cost half a minute more: changes of a plan have tests of their own.
@pytest.mark.parametrize(
    ("lang", "size", "nth", "javascript"),
    [("zh", "phone", 3, True), ("en", "desktop", 9, False)],
    ids=["zh-phone-script", "en-desktop-no-script"],
)
def test_a_teacher_chooses_plans_changes_submits_and_claims(
    visit: Callable, site, lang: str, size: str, nth: int, javascript: bool
):
    teacher = str(site.dataset.teachers.ids[nth + javascript])
    want, undo, make, submit, take_back, accept, claim = WORDS[lang]
    visit = visit(lang, size, javascript=javascript, guest=Guest("default", teacher_id=teacher))
    page = visit.page
    press = page.locator("article button[id^='selected-']").first
    course = press.get_attribute("id").removeprefix("selected-")
    press.click()
    page.get_by_role("status").wait_for()
    assert kinds(site, teacher, course)[-1] == "selected"
    page.get_by_role("status").get_by_role("button").click()
    page.locator(f"#selected-{course}").wait_for()
    assert kinds(site, teacher, course)[-1] == "withdrawn"

    visit.go("/plan")
    page.get_by_role("button", name=make).click()
    page.wait_for_url("**/plan?did=made")
    assert stored(site, teacher).plan.revision == 1
    visit.go("/plan/change?do=hours&year=2027&hours=20")
    assert stored(site, teacher).plan.revision == 1, "a preview stores nothing"
    page.get_by_role("button", name=accept).click()
    page.wait_for_url("**/plan?did=changed")
    assert dict(stored(site, teacher).plan.asked.hours_in_year) == {"2027": 20}

    page.get_by_role("button", name=submit).click()
    page.wait_for_url("**/plan?did=submitted")
    assert stored(site, teacher).plan.state == "submitted"
    page.get_by_role("button", name=take_back).click()
    page.wait_for_url("**/plan?did=draft")

    visit.go("/records")
    page.locator("form[action='/records/claim'] input[name=earned_on]").fill("2026-02-01")
    page.locator("form[action='/records/claim'] input[name=amount]").fill("2")
    page.locator("form[action='/records/claim'] textarea").fill("公开课")
    page.get_by_role("button", name=claim).click()
    page.wait_for_url("**/records?did=claimed")
    assert "claimed" in {each["state"] for each in rows(site, "credits", teacher)}
    assert not visit.faults


@pytest.mark.parametrize(
    ("lang", "size", "dark"), [("zh", "phone", True), ("en", "desktop", False)]
)
def test_every_page_is_accessible_and_keeps_its_policy(
    visit: Callable, site, lang: str, size: str, dark: bool
):
    teacher = str(site.dataset.teachers.ids[30])
    visit = visit(lang, size, dark=dark, guest=Guest("default", teacher_id=teacher))
    visit.go("/plan")
    if visit.page.locator("form[action='/plan']").count():
        visit.check()
        visit.page.locator("form[action='/plan'] button").click()
        visit.page.wait_for_url("**/plan?did=made")
    visit.check()
    swap = visit.page.locator("a[href^='/plan/swap']").first.get_attribute("href")
    preview = visit.page.locator("a[href^='/plan/change?do=ban']").first.get_attribute("href")
    for path in (*PAGES, swap, preview):
        visit.go(path)
        visit.check()


def test_at_four_times_the_size_nothing_is_scrolled_sideways(visit: Callable, site):
    teacher = str(site.dataset.teachers.ids[31])
    visit = visit("en", "zoomed", guest=Guest("default", teacher_id=teacher))
    visit.go("/plan")
    visit.page.get_by_role("button", name="Make my plan").click()
    visit.page.wait_for_url("**/plan?did=made")
    swap = visit.page.locator("a[href^='/plan/swap']").first.get_attribute("href")
    for path in ("/", "/plan", *PAGES, swap, "/me", "/me/erase", "/take-away", "/nothing-here"):
        visit.go(path)
        visit.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        wide = visit.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, path


def test_a_first_visit_is_light_and_nothing_moves(visit: Callable, capsys):
    visit = visit("zh", "phone")
    page = visit.page
    sizes: list[tuple[str, int]] = []
    page.on("response", lambda got: sizes.append((got.url, int(got.headers["content-length"]))))
    cdp = page.context.new_cdp_session(page)
    cdp.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.goto(visit.site.url + "/", wait_until="networkidle")
    shift = page.evaluate(
        "new Promise(done => {let sum = 0; new PerformanceObserver(l => {"
        "for (const e of l.getEntries()) sum += e.value;}).observe("
        "{type: 'layout-shift', buffered: true}); setTimeout(() => done(sum), 300);})"
    )
    nodes = page.evaluate("document.querySelectorAll('*').length")
    total = sum(size for _, size in sizes)
    with capsys.disabled():
        sys.stdout.write(f"\nhome: {total} bytes, {len(sizes)} requests, {nodes} elements, ")
        sys.stdout.write(f"layout shift {shift}\n")
    assert total <= MOST_BYTES
    assert shift == 0
    assert all(url.startswith(visit.site.url) for url, _ in sizes)


def test_the_keyboard_alone_reaches_content_and_states_a_wish(visit: Callable, site):
    teacher = str(site.dataset.teachers.ids[20])
    visit = visit("en", "desktop", guest=Guest("default", teacher_id=teacher))
    page = visit.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id").startswith("selected-"):
            break
    course = page.evaluate("document.activeElement.id").removeprefix("selected-")
    page.keyboard.press("Enter")
    page.get_by_role("status").wait_for()
    assert kinds(site, teacher, course)[-1] == "selected"


def rows(site, table: str, teacher: str) -> list[dict]:
    with site.app.state.service.store.reading() as connection:
        return find(connection, DATA[table], "default", teacher_id=teacher)


def kinds(site, teacher: str, course: str) -> list[str]:
    own = [each for each in rows(site, "events", teacher) if each["course_id"] == course]
    return [each["kind"] for each in sorted(own, key=lambda each: each["occurred_at"])]


def stored(site, teacher: str):
    with site.app.state.service.store.reading() as connection:
        return latest_plan(connection, "default", teacher)
