"""Every page and state as pictures: zh and en, phone and desktop, light and dark."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from features.organisations import lineage
from recommender.backdrop import STATIC, Backdrop
from serving.identity import Scope, create_key
from serving.store.sessions import Guest
from tests.serving.web.conftest import NOW, Visit, administrator, school_of

#: Only `make screenshots` writes any.
FOLDER = os.environ.get("ZIXUAN_SCREENSHOTS", "")
LOOKS = [
    (lang, size, dark)
    for lang in ("zh", "en")
    for size in ("phone", "desktop")
    for dark in (False, True)
]
PAGES = {
    "home": "/",
    "filtered": "/?mode=online&tier=county",
    "nothing-fits": "/?q=zzzz",
    "why-not": "/why-not?q=教育",
    "records": "/records",
    "plan": "/plan",
    "alternatives": "/plan/alternatives",
    "history": "/plan/history",
    "preview": "/plan/change?do=hours&year=2026&hours=1",
    "me": "/me",
    "erase": "/me/erase",
    "take-away": "/take-away",
    "403": "/desk",
    "404": "/plan/swap?course=nothing",
}


@pytest.fixture
def newcomer(site) -> str:
    """A teacher of whom nothing is known but the stage, school and subjects."""
    at = site.app.state.service.clock()
    states = site.dataset.table("teachers")
    row = states[states["teacher_id"] == site.teacher_id].iloc[-1]
    with httpx.Client(base_url=site.url) as client:
        key = create_key(site.app.state.service.store, "default", ["platform"], at)
        state = {name: row[name] for name in ("career_stage", "phase", "organisation_id")}
        body = {"states": [state | {"subjects": str(row["subjects"]).split(";")}]}
        said = client.put(
            "/v1/teachers/newcomer", json=body, headers={"Authorization": f"Bearer {key}"}
        )
        assert said.is_success, said.text
    return "newcomer"


@pytest.mark.parametrize(("lang", "size", "dark"), LOOKS)
def test_write_pictures(
    at_the_door: Callable,
    visit: Callable,
    site,
    newcomer: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    lang: str,
    size: str,
    dark: bool,
):
    look = f"{lang}-{size}-{'dark' if dark else 'light'}"
    door(at_the_door(lang, size, dark=dark), look, site.link())
    new = visit(lang, size, dark=dark, guest=Guest("default", teacher_id=newcomer))
    take(new, look, "first-visit")
    own = visit(lang, size, dark=dark)
    pages(own, look)
    for name, place in zip(("desk-school", "desk-county"), places(site), strict=True):
        guest = administrator("li", place, Scope.SCHOOL)
        take(visit(lang, size, dark=dark, guest=guest), look, name)
    whole = Backdrop.recommend
    monkeypatch.setattr(
        Backdrop, "recommend", lambda self, *given, **named: whole(self, *given, **only(named))
    )
    take(own, look, "degraded", "/?tier=county")
    monkeypatch.setattr(site.app.state.service.models, "loaded", None)
    take(own, look, "no-list", "/")
    take(own, look, "503", "/records")


def take(visit: Visit, look: str, name: str, path: str = "") -> None:
    """Take a picture, of another page if one is named."""
    Path(FOLDER).mkdir(parents=True, exist_ok=True)
    if path:
        visit.go(path)
    visit.page.screenshot(path=Path(FOLDER) / f"{look}-{name}.png", full_page=True)


def door(outside: Visit, look: str, link: str) -> None:
    """Take what is seen before one is in, and by a link that is used."""
    take(outside, look, "401", "/me")
    outside.page.goto(link)
    take(outside, look, "entrance")
    for _ in range(2):
        outside.page.goto(link)
        outside.page.get_by_role("button").click()
    outside.page.get_by_role("heading", level=1).wait_for()
    take(outside, look, "410")


def pages(own: Visit, look: str) -> None:
    """Take every page of a teacher's."""
    own.go("/plan")
    if own.page.locator("form[action='/plan']").count():
        take(own, look, "plan-first")
        own.page.locator("form[action='/plan'] button").click()
        own.page.wait_for_url("**/plan?did=made")
    for name, path in PAGES.items():
        take(own, look, name, path)
    paper = own.page.request.get(own.site.url + "/take-away/plan.pdf")
    (Path(FOLDER) / f"{look}-plan.pdf").write_bytes(paper.body())
    own.go("/plan")
    own.page.locator("details.change summary:visible").first.click()
    take(own, look, "plan-open")
    swap = own.page.locator("a[href^='/plan/swap']").first.get_attribute("href")
    take(own, look, "swap", swap)
    own.go("/")
    own.page.locator("article button[id^='dismissed-']").first.click()
    own.page.get_by_role("status").wait_for()
    take(own, look, "dismissed")
    # So that the next look finds what this one found.
    own.page.get_by_role("status").locator("form:has([value=withdrawn]) button").click()
    own.page.get_by_role("status").wait_for()


def only(named: dict[str, object]) -> dict[str, object]:
    """Let the static list alone be made."""
    if named["scorer"] != STATIC:
        raise FloatingPointError(named["scorer"])
    return named


def places(site) -> tuple[str, str]:
    """The school of the typical teacher, and its county."""
    school = school_of(site, site.teacher_id)
    return school, lineage(site.dataset, school, NOW)[1]
