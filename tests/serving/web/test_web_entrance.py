"""Coming in, and what is said where nothing can be shown: in both languages, in one style."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from starlette.types import Receive, Scope, Send

from recommender.backdrop import STATIC, Backdrop
from serving.api.shedding import Shedding
from serving.store.sessions import Guest

LOOKS = [("zh", "phone", True), ("en", "desktop", False)]
WORDS = {
    "zh": {
        "enter": "进入自选",
        410: "链接已失效",
        401: "请先进入",
        403: "无权查看此页",
        404: "这里没有内容",
        503: "请稍候",
        "degraded": "暂时无法生成您的个性化列表",
        "no list": "推荐列表暂时无法生成",
    },
    "en": {
        "enter": "Enter",
        410: "This link no longer works",
        401: "Please come in first",
        403: "This page is not for you",
        404: "There is nothing here",
        503: "Just a moment, please",
        "degraded": "Your own list cannot be made just now",
        "no list": "The list cannot be made just now",
    },
}


@pytest.mark.parametrize(("lang", "size", "dark"), LOOKS)
def test_a_link_leads_in_once_and_then_says_that_it_is_used(
    at_the_door: Callable, site, lang: str, size: str, dark: bool
):
    visit, link = at_the_door(lang, size, dark=dark), site.link()
    page, words = visit.page, WORDS[lang]
    page.goto(site.url + "/me")
    expect(page.get_by_role("heading", name=words[401])).to_be_visible()
    visit.check()
    page.goto(link)
    visit.check()
    page.get_by_role("button", name=words["enter"]).click()
    expect(page.locator("#list")).to_be_visible()
    page.goto(link)
    page.get_by_role("button", name=words["enter"]).click()
    expect(page.get_by_role("heading", name=words[410])).to_be_visible()
    visit.check()


def test_the_door_speaks_the_other_language_when_asked(at_the_door: Callable, site):
    page = at_the_door("zh", "phone").page
    page.goto(site.link())
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="Enter").click()
    expect(page.get_by_role("link", name="Take away")).to_be_visible()


@pytest.mark.parametrize(("lang", "size", "dark"), LOOKS)
def test_what_cannot_be_shown_is_said_on_a_page(
    visit: Callable, site, monkeypatch: pytest.MonkeyPatch, lang: str, size: str, dark: bool
):
    teacher = str(site.dataset.teachers.ids[50 + dark])
    visit = visit(lang, size, dark=dark, guest=Guest("default", teacher_id=teacher))
    told, words = visit.page.get_by_role("heading", level=1), WORDS[lang]
    for path, status in (("/desk", 403), ("/nothing-here", 404), ("/plan/history", 404)):
        visit.go(path)
        expect(told).to_have_text(words[status])
        visit.check()
    monkeypatch.setattr(Shedding, "__call__", shed)
    visit.go("/plan")
    expect(told).to_have_text(words[503])
    monkeypatch.undo()
    monkeypatch.setattr(site.app.state.service.models, "loaded", None)
    visit.go("/records")
    expect(told).to_have_text(words[503])
    visit.check()
    visit.go("/")
    expect(told).to_have_text(words["no list"])
    visit.check()


async def shed(self: Shedding, scope: Scope, receive: Receive, send: Send) -> None:
    """Tell everybody to come back."""
    await self._shed(scope, receive, send)


@pytest.mark.parametrize(("lang", "size", "dark"), LOOKS)
def test_a_list_that_is_not_the_own_says_so(
    visit: Callable, site, monkeypatch: pytest.MonkeyPatch, lang: str, size: str, dark: bool
):
    whole = Backdrop.recommend

    def broken(self: Backdrop, *args: object, scorer: str, **named: object) -> object:
        if scorer != STATIC:
            raise FloatingPointError(scorer)
        return whole(self, *args, scorer=scorer, **named)

    monkeypatch.setattr(Backdrop, "recommend", broken)
    teacher = str(site.dataset.teachers.ids[52 + dark])
    visit = visit(lang, size, dark=dark, guest=Guest("default", teacher_id=teacher))
    expect(visit.page.get_by_role("status")).to_contain_text(WORDS[lang]["degraded"])
    visit.check()
