"""A plan as a calendar (RFC 5545): all-day events, the same ones after every change of the plan."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from typing import Final

from icalendar import Calendar, Event

from recommender.planning.terms import ONE_DAY
from serving.takeaway.languages import Language
from serving.takeaway.sheet import Days, Entry, Sheet

#: How often a calendar program may ask anew.
REFRESH: Final = dt.timedelta(hours=12)
MEDIA_TYPE: Final = "text/calendar"


def calendar_of(sheet: Sheet | None, language: Language) -> bytes:
    """Return a plan as a calendar; one without events where there is no plan.

    A course keeps its events' ids through every revision, wherever it moves; ``SEQUENCE`` is the
    revision, so that a program replaces what it has. Only what the platform has given a place in
    is ``CONFIRMED``; what is only expected is ``TENTATIVE``; an announced offering is neither.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//zixuan//plan//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", language.word("plan"))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT12H")
    if sheet is not None:
        calendar.add("x-wr-timezone", sheet.zone)
        for entry in sheet.entries:
            for event in _events(sheet, entry, language):
                calendar.add_component(event)
    return bytes(calendar.to_ical())


def _events(sheet: Sheet, entry: Entry, language: Language) -> Iterator[Event]:
    title = language.of(entry.title)
    marked = f"{title}（{language.word('expected')}）" if entry.expected else title
    for stage, days in enumerate(entry.days, start=1):
        event = _event(sheet, entry, f"stage-{stage}", marked, days)
        event.add("description", _description(sheet, entry, language))
        if entry.expected:
            event.add("status", "TENTATIVE")
        elif entry.placed:
            event.add("status", "CONFIRMED")
        yield event
    if entry.apply_until is not None and not entry.state:
        closing = Days(entry.apply_until, entry.apply_until)
        summary = f"{language.word('apply_until')}：{title}"
        yield _event(sheet, entry, "apply-until", summary, closing)


def _event(sheet: Sheet, entry: Entry, part: str, summary: str, days: Days) -> Event:
    event = Event()
    event.add("uid", _uid(sheet, entry, part))
    event.add("dtstamp", sheet.stored.made_at.to_pydatetime())
    event.add("sequence", sheet.plan.revision - 1)
    event.add("summary", summary)
    event.add("dtstart", days.first)
    event.add("dtend", days.last + ONE_DAY)
    # A course of some weeks does not fill every hour of them.
    event.add("transp", "TRANSPARENT")
    if entry.url:
        event.add("url", entry.url)
    return event


def _uid(sheet: Sheet, entry: Entry, part: str) -> str:
    names = (sheet.stored.plan_id, entry.course, str(entry.number), part)
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()[:32] + "@zixuan"


def _description(sheet: Sheet, entry: Entry, language: Language) -> str:
    unit = language.word(sheet.plan.unit)
    said = [language.said(reason) for reason in entry.reasons]
    worth = f"{language.word('worth')} {entry.amount} {unit}" if entry.amount else ""
    told = (language.of(entry.term), worth, *said, language.word("no_place"))
    return "\n".join(filter(None, told))
