"""The two languages of the page: whose turn it is, its words, dates and numbers."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from typing import Final

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from fastapi import Request

from features.labels import word_label
from recommender.planning.short_names import short_name

#: In the address or the cookie it says which language is wanted.
FIELD: Final = "lang"
CODES: Final = ("zh", "en")
_TAGS: Final = {"zh": "zh-CN", "en": "en"}
_LOCALES: Final = {"zh": "zh_Hans_CN", "en": "en_GB"}


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """How things are said to one reader.

    Parameters
    ----------
    code
        ``zh`` or ``en``.
    tag
        What a page says of itself (BCP 47).
    words
        Translations of the English words of the templates.
    """

    code: str
    tag: str
    locale: Locale
    words: NullTranslations

    def pick(self, zh: str, en: str) -> str:
        """Return the text in this language, or in the other where there is none."""
        return (zh or en) if self.code == "zh" else (en or zh)

    def word(self, column: str, word: str) -> str:
        """Return what a code word of a column is called."""
        return self.pick(*word_label(column, word))

    def listed(self, words: Sequence[str]) -> str:
        """Write some words one after the other."""
        return ("、" if self.code == "zh" else ", ").join(words)

    def requirement(self, requirement: str, zh: str, en: str) -> str:
        """Return what a requirement is called: its short name, or else what states it."""
        return self.pick(*short_name(requirement)) or self.pick(zh, en)

    def month(self, month: str) -> str:
        """Write a month that is given as ``2026-09``."""
        first = dt.date.fromisoformat(f"{month}-01")
        return format_skeleton("yMMM", dt.datetime.combine(first, dt.time()), locale=self.locale)

    def day(self, day: dt.date) -> str:
        """Write a day with its year."""
        return format_date(day, "long" if self.code == "zh" else "medium", locale=self.locale)

    def days(self, first: dt.date, last: dt.date) -> str:
        """Write from which day to which; a year that both share once, where it belongs."""
        if first.year != last.year:
            return f"{self.day(first)}–{self.day(last)}"
        if self.code == "zh":
            return f"{self.day(first)}–{self._short_day(last)}"
        return f"{self._short_day(first)}–{self.day(last)}"

    def _short_day(self, day: dt.date) -> str:
        return format_skeleton("MMMd", dt.datetime.combine(day, dt.time()), locale=self.locale)

    def number(self, number: str | float | Decimal) -> str:
        """Write a number; text is taken as exact."""
        return format_decimal(Decimal(str(number)), locale=self.locale)

    def percent(self, share: float) -> str:
        """Write a share from 0 to 1."""
        return format_percent(share, locale=self.locale)


def language_of(request: Request) -> Language:
    """Return the language a reader wants: by the address, else the cookie, else the browser."""
    for wanted in (request.query_params.get(FIELD), request.cookies.get(FIELD)):
        if wanted in CODES:
            return language(wanted)
    return language(_accepted(request.headers.get("accept-language", "")))


@cache
def language(code: str) -> Language:
    """Return a language by its code."""
    return Language(code, _TAGS[code], Locale.parse(_LOCALES[code]), _words(code))


def catalogue() -> Catalog:
    """Return all translations into Chinese: the English words stand in the templates."""
    whole = Catalog(locale="zh_CN")
    for file in sorted(
        files("serving.web").joinpath("locales/zh_CN").iterdir(), key=lambda each: each.name
    ):
        part = read_po(io.BytesIO(file.read_bytes()), locale="zh_CN", abort_invalid=True)
        for message in part:
            if message.id:
                whole.add(message.id, message.string, context=message.context)
    return whole


def _words(code: str) -> NullTranslations:
    if code == "en":
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, catalogue())
    compiled.seek(0)
    return GNUTranslations(compiled)


def _accepted(header: str) -> str:
    """Return which of the languages a browser prefers; Chinese where it says nothing."""
    for part in header.lower().split(","):
        code = part.split(";")[0].strip()[:2]
        if code in CODES:
            return code
    return "zh"
