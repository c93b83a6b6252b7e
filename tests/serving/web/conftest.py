"""A real server with a small simulated county, and browsers that visit it."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from features.dataset import Dataset
from recommender.artifact import save
from recommender.model import Model
from serving.api.app import create_app
from serving.identity import Scope
from serving.sessions import make_link
from serving.settings import Settings
from serving.store.sessions import Guest
from serving.store.transfer import import_dataset
from training.simulate import Simulation, simulate

NO_BROWSER = "no browser: 'apt-get install chromium', or put one on the PATH"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
#: What a desktop is left with at 400%.
ZOOMED = {"width": 320, "height": 225}
SIZES = {"phone": PHONE, "desktop": DESKTOP, "zoomed": ZOOMED}
ENDS_ON = pd.Timestamp("2026-03-01").date()
NOW = pd.Timestamp("2026-03-02T02:00:00Z")
#: In milliseconds: nothing is timed, and a machine may be busy.
PATIENCE = 60_000
#: Notes what the page's own policy had to refuse.
WATCH = """
window.refusedByPolicy = [];
document.addEventListener('securitypolicyviolation', e => window.refusedByPolicy.push(
    e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sourceFile + ':' + e.lineNumber));
"""


@dataclass(frozen=True)
class Site:
    """A running service, and how to visit it."""

    app: FastAPI
    url: str
    dataset: Dataset
    teacher_id: str

    def link(self, guest: Guest | None = None) -> str:
        """Return an address that lets one person in: the typical teacher when left out."""
        guest = guest or Guest("default", teacher_id=self.teacher_id)
        store = self.app.state.service.store
        return self.url + make_link(store, guest, NOW, by="local").path


@dataclass
class Visit:
    """One person's browser."""

    page: Page
    site: Site
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.site.url + path)

    def check(self) -> None:
        """Fail where the page breaks its policy, is not accessible, or throws."""
        self.faults += self.page.evaluate("window.refusedByPolicy || []")
        found = Axe().run(self.page, options={"resultTypes": ["violations"]}).response
        told = [
            f"{each['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
            for each in found["violations"]
            for node in each["nodes"][:3]
        ]
        assert not told, "\n".join([self.page.url, *told])
        assert not self.faults, "\n".join(self.faults)


@pytest.fixture(scope="session")
def simulated() -> Dataset:
    """Eighty teachers and their choices up to the day before."""
    dataset, _ = simulate(Simulation(teachers=80, courses=60, years=3, ends_on=ENDS_ON), seed=1)
    return dataset


@pytest.fixture(scope="session")
def site(simulated: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server in a thread of its own, its clock going on a little with every look at it."""
    folder = tmp_path_factory.mktemp("site")
    model = Model.fit(simulated, as_of=NOW, scorers=("popularity", "content", "sequence"))
    save(model, folder / "model")
    settings = Settings(
        database_url=f"sqlite:///{folder / 'store.db'}", artifact=folder / "model", https=False
    )
    ticks = itertools.count()
    app = create_app(settings, clock=lambda: NOW + pd.Timedelta(milliseconds=next(ticks)))
    import_dataset(app.state.service.store, simulated, now=NOW, tenant="default")
    events = np.bincount(simulated.log.teacher, minlength=len(simulated.teachers))
    typical = str(simulated.teachers.ids[int(np.argsort(events)[len(events) // 2])])
    with _listening(app) as url:
        yield Site(app, url, simulated, typical)


@contextmanager
def _listening(app: FastAPI) -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            while not server.started and thread.is_alive():
                thread.join(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; of one module only, for its event loop is in the way of others'."""
    path = shutil.which("chromium") or os.environ.get("CHROMIUM", "")
    if not path:
        pytest.skip(NO_BROWSER)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def at_the_door(browser: Browser, site: Site) -> Iterator[Callable[..., Visit]]:
    """Open a browser: a language, a device, with JavaScript or without."""
    opened: list[BrowserContext] = []

    def come(
        lang: str = "zh", size: str = "phone", *, javascript: bool = True, dark: bool = False
    ) -> Visit:
        context = browser.new_context(
            viewport=SIZES[size],
            locale={"zh": "zh-CN", "en": "en-GB"}[lang],
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        context.set_default_navigation_timeout(PATIENCE)
        context.add_init_script(WATCH)
        opened.append(context)
        page = context.new_page()
        visit = Visit(page, site)
        page.on("pageerror", lambda error: visit.faults.append(str(error)))
        page.on("console", lambda said: _note(visit, said.type, said.text))
        return visit

    yield come
    for context in opened:
        context.close()


@pytest.fixture
def visit(at_the_door: Callable[..., Visit], site: Site) -> Callable[..., Visit]:
    """Let a person in: who, and how they come to the door."""

    def let_in(
        lang: str = "zh", size: str = "phone", *, guest: Guest | None = None, **how: bool
    ) -> Visit:
        visit = at_the_door(lang, size, **how)
        visit.page.goto(site.link(guest))
        visit.page.get_by_role("button").click()
        visit.page.wait_for_url(lambda address: "/enter/" not in address)
        return visit

    return let_in


def administrator(name: str, organisation_id: str, *scopes: Scope) -> Guest:
    """Return an administrator of an organisation, for ``visit(guest=...)``."""
    return Guest(
        "default", administrator=name, organisation_id=organisation_id, scopes=tuple(scopes)
    )


def school_of(site: Site, teacher_id: str) -> str:
    """Return the school of a teacher."""
    states = site.dataset.table("teachers").sort_values("valid_from")
    return str(states[states["teacher_id"] == teacher_id]["organisation_id"].iloc[-1])


def _note(visit: Visit, kind: str, text: str) -> None:
    # A page that is refused on purpose is no fault of its own.
    if kind == "error" and not text.startswith("Failed to load resource"):
        visit.faults.append(text)
