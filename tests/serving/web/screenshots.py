"""Every page and state as pictures: zh and en, phone and desktop, light and dark."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

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
    "why-not": "/why-not?q=a",
    "records": "/records",
    "plan": "/plan",
    "alternatives": "/plan/alternatives",
    "history": "/plan/history",
    "preview": "/plan/change?do=hours&year=2026&hours=1",
    "not-found": "/plan/swap?course=nothing",
}


@pytest.mark.parametrize(("lang", "size", "dark"), LOOKS)
def test_write_pictures(visit: Callable, site, lang: str, size: str, dark: bool):
    folder = Path(FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    visit = visit(lang, size, dark=dark)
    look = f"{lang}-{size}-{'dark' if dark else 'light'}"
    visit.go("/plan")
    if visit.page.locator("form[action='/plan']").count():
        visit.page.screenshot(path=folder / f"{look}-plan-first.png", full_page=True)
        visit.page.locator("form[action='/plan'] button").click()
        visit.page.wait_for_url("**/plan?did=made")
    for name, path in PAGES.items():
        visit.go(path)
        visit.page.screenshot(path=folder / f"{look}-{name}.png", full_page=True)
    visit.go("/plan")
    first = visit.page.locator("a[href^='/plan/swap']").first.get_attribute("href")
    visit.go(first)
    visit.page.screenshot(path=folder / f"{look}-swap.png", full_page=True)
