"""The frame of every page: languages, headers, files, and what cannot be shown."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import tomllib
from importlib.resources import files

import pytest
from babel.messages.extract import extract_from_dir
from playwright.sync_api import expect

from serving.web.language import catalogue, language

WEB = files("serving.web")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}


def messages() -> set[object]:
    found = extract_from_dir(
        str(WEB / "templates"),
        [("**.html", "jinja2")],
        {"**.html": {"extensions": "jinja2.ext.i18n", "trimmed": "true", "silent": "false"}},
        keywords=KEYWORDS,
    )
    return {message for _, _, message, _, _ in found}


def test_no_word_of_a_template_is_without_a_translation_and_no_translation_without_a_word():
    translated = {message.id for message in catalogue() if message.id and message.string}
    assert messages() - translated == set()
    assert translated - messages() == set()


def test_a_translation_has_the_same_places_to_fill():
    for message in catalogue():
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = set(re.findall(r"%\(\w+\)s", ids[-1]))
        for text in texts:
            assert set(re.findall(r"%\(\w+\)s", text)) == wanted, message.id


def test_what_comes_from_elsewhere_is_unchanged_and_brings_its_licence():
    static = WEB / "static"
    listed = tomllib.loads((static / "vendored.toml").read_text())["file"]
    for each in listed:
        content = (static / each["name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == each["sha256"], each["name"]
        assert "Permission" in (static / each["licence"]).read_text()
    own = {"page.css", "figures.css", "mark.svg"}
    shipped = {f.name for f in static.iterdir() if f.name.endswith((".css", ".js", ".svg"))}
    assert shipped == own | {each["name"] for each in listed}


@pytest.mark.parametrize("path", ["/", "/plan"])
@pytest.mark.parametrize(("lang", "size"), [("zh", "phone"), ("en", "desktop")])
def test_a_page_is_accessible_and_keeps_its_policy(visit, path: str, lang: str, size: str):
    visit = visit(lang, size)
    visit.go(path)
    visit.check()
    spoken = {"zh": "zh-CN", "en": "en"}[lang]
    expect(visit.page.locator("html")).to_have_attribute("lang", spoken)


def test_a_year_that_two_days_share_is_told_once_and_where_it_belongs():
    first, last, later = dt.date(2026, 1, 8), dt.date(2026, 6, 25), dt.date(2027, 4, 30)
    assert language("zh").days(first, last) == "2026年1月8日–6月25日"
    assert language("en").days(first, last) == "8 Jan–25 Jun 2026"
    assert language("zh").days(first, later) == "2026年1月8日–2027年4月30日"
    assert language("en").days(first, later) == "8 Jan 2026–30 Apr 2027"
