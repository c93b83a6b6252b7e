"""Time as a policy cuts it: cycles, policy years, named terms, in the policy's own zone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import pandas as pd
from pydantic import Field, Strict

from features.labels import Label
from recommender.planning.matching import STRICT

ONE_DAY = dt.timedelta(days=1)
#: How the key ends of a term that began before its policy year.
_REST = "-rest"
#: ``MM-DD``, a day that every year has.
MonthDay = Annotated[
    str,
    Field(
        pattern=r"^((0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)$"
    ),
]


@dataclass(frozen=True, slots=True)
class Period:
    """A named stretch of days; ``until`` is the first day after it.

    ``key`` names it in plans and sheets: ``2021-2025``, ``2024``, ``2024-spring``, or the id of
    a policy's window.
    """

    key: str
    since: dt.date
    until: dt.date
    zh: str
    en: str

    def holds(self, day: dt.date) -> bool:
        """Say whether a day lies in the period."""
        return self.since <= day < self.until

    @property
    def middle(self) -> dt.date:
        """The day in the middle: what is in force on it decides for the period."""
        return self.since + (self.until - self.since) // 2

    def nearest(self, day: dt.date) -> dt.date:
        """Return the day of the period that is closest to a day."""
        return min(max(day, self.since), self.until - ONE_DAY)

    def days_within(self, since: dt.date, until: dt.date) -> int:
        """Return how many of its days lie in [since, until)."""
        return max(0, (min(self.until, until) - max(self.since, since)).days)


@dataclass(frozen=True, slots=True)
class TermRule:
    """One term of every policy year: from its first month and day to the next term's.

    ``holiday`` says that there is no school in it.
    """

    __pydantic_config__ = STRICT

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    zh: str
    en: str
    starts: MonthDay
    holiday: Annotated[bool, Strict()] = False


@dataclass(frozen=True, slots=True)
class Cycle:
    """How long a cycle is, when the first one began, and the terms of a policy year.

    Cycles follow one another from ``starts``; a policy year begins on its month and day, and so
    does its first term. Terms follow one another without gap (holidays may be terms).

    Where it ``begins`` with a teacher's own registration, that is so for teachers whose day is
    not known; for each of the others see :meth:`own`.
    """

    __pydantic_config__ = STRICT

    years: Annotated[int, Strict(), Field(ge=1, le=20)]
    starts: dt.date
    term: Annotated[tuple[TermRule, ...], Field(min_length=1)]
    zone: str = "Asia/Shanghai"
    begins: Literal["calendar", "registered"] = "calendar"

    def own(self, registered_on: dt.date | None) -> Cycle:
        """Return the cycle of a teacher: cycles and policy years follow from the own day.

        Terms stay where they are in the calendar: the one under way on that day begins a year
        with its rest, and ends it with what comes before. A 29th of February counts as the 1st
        of March.
        """
        if self.begins == "calendar" or registered_on is None:
            return self
        leap = (registered_on.month, registered_on.day) == (2, 29)
        return replace(self, starts=registered_on + ONE_DAY if leap else registered_on)

    def today(self, as_of: pd.Timestamp) -> dt.date:
        """Return the calendar day that a moment falls on in the policy's zone."""
        aware = as_of.tz_localize("UTC") if as_of.tzinfo is None else as_of
        return aware.tz_convert(ZoneInfo(self.zone)).date()

    def number(self, day: dt.date) -> int:
        """Return which policy year a day is in, counted from ``starts``; negative before it."""
        whole = day.year - self.starts.year
        return whole if day >= self._anniversary(whole) else whole - 1

    def cycle_at(self, day: dt.date) -> Period:
        """Return the cycle that a day is in."""
        first = self.number(day) // self.years * self.years
        since, until = self._anniversary(first), self._anniversary(first + self.years)
        last = (until - ONE_DAY).year
        key = f"{since.year}-{last}"
        return Period(key, since, until, f"{since.year}—{last} 周期", f"the cycle {key}")

    def years_of(self, span: Period) -> tuple[Period, ...]:
        """Return the policy years that begin in a period."""
        numbers = range(self.number(span.since), self.number(span.until - ONE_DAY) + 1)
        return tuple(self._year(number) for number in numbers)

    def terms_of(self, span: Period) -> tuple[Period, ...]:
        """Return the terms of all policy years of a period, in order."""
        return tuple(term for year in self.years_of(span) for _, term in self._terms(year))

    def named(self, key: str) -> Label:
        """Return what a term is called, over or to come, by its key; the key where it is none."""
        rules = {rule.id: rule for rule in self.term}
        stem = key.removesuffix(_REST)
        rule_id = next((each for each in rules if stem.endswith(f"-{each}")), None)
        if rule_id is None:
            return key, key
        called = _called(rules[rule_id], stem.removesuffix(f"-{rule_id}"))
        return called if stem == key else _called_rest(called)

    def season(self, day: dt.date) -> str:
        """Return the id of the term rule that a day falls under."""
        return self._rule(day).id

    @property
    def has_holidays(self) -> bool:
        """Whether it says which of its terms are holidays."""
        return any(rule.holiday for rule in self.term)

    def is_holiday(self, day: dt.date) -> bool:
        """Say whether a day lies in a term that is a holiday."""
        return self.has_holidays and self._rule(day).holiday

    def _rule(self, day: dt.date) -> TermRule:
        terms = self._terms(self._year(self.number(day)))
        return next(rule for rule, term in terms if term.holds(day))

    def _anniversary(self, number: int) -> dt.date:
        return self.starts.replace(year=self.starts.year + number)

    def _year(self, number: int) -> Period:
        since, until = self._anniversary(number), self._anniversary(number + 1)
        last = (until - ONE_DAY).year
        key = str(since.year) if last == since.year else f"{since.year}-{last % 100:02d}"
        return Period(key, since, until, f"{key} 年度", key)

    def _terms(self, year: Period) -> tuple[tuple[TermRule, Period], ...]:
        """Return the terms of a policy year with their rules, the first perhaps under way."""
        starts = sorted(
            ((_first_on(rule.starts, year.since), rule) for rule in self.term), key=_day
        )
        whole = starts[0][0] == year.since
        begins = starts if whole else [(year.since, starts[-1][1]), *starts]
        ends = [*(day for day, _ in begins[1:]), year.until]
        found = [
            (rule, _term(rule, year, (since, until)))
            for (since, rule), until in zip(begins, ends, strict=True)
        ]
        if not whole:
            found[0] = (found[0][0], _rest(found[0][1]))
        return tuple(found)


def _day(start: tuple[dt.date, TermRule]) -> dt.date:
    return start[0]


def _term(rule: TermRule, year: Period, days: tuple[dt.date, dt.date]) -> Period:
    return Period(f"{year.key}-{rule.id}", *days, *_called(rule, year.key))


def _rest(term: Period) -> Period:
    """Return a term that begins before its policy year does, named as its rest."""
    zh, en = _called_rest((term.zh, term.en))
    return replace(term, key=f"{term.key}{_REST}", zh=zh, en=en)


def _called(rule: TermRule, year: str) -> Label:
    return f"{year} {rule.zh}", f"{rule.en} {year}"


def _called_rest(called: Label) -> Label:
    return f"{called[0]}（后段）", f"{called[1]} (rest)"


def _first_on(month_day: str, since: dt.date) -> dt.date:
    """Return the first day with this month and day that is not before ``since``."""
    day = dt.date.fromisoformat(f"{since.year}-{month_day}")
    return day if day >= since else day.replace(year=day.year + 1)


def terms_fault(cycle: Cycle) -> str:
    """Say what was expected of terms that do not follow one another; empty if they do."""
    first = cycle.starts.strftime("%m-%d")
    if cycle.term[0].starts != first:
        return f"the first term to start on {first}, as the cycle does"
    days = [_first_on(rule.starts, cycle.starts) for rule in cycle.term]
    if any(after <= before for before, after in zip(days, days[1:], strict=False)):
        return "terms in the order of their days, each on a day of its own"
    return ""
