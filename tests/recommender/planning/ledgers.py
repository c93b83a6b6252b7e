"""A maths teacher since 2005, lines that teachers earn, and what is then missing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from recommender.planning.credits import CreditSheet, sheet
from recommender.planning.lines import Line
from recommender.planning.matching import Attributes, Career, Standing
from recommender.planning.rules import Policy

BEGAN = dt.date(2005, 9, 1)
VETERAN = Career((Standing(BEGAN, subjects=("maths",)),), BEGAN)


def earned(amount: str, on: str = "2023-03-01", unit: str = "hour", **about: object) -> Line:
    theme = about.pop("theme", ())
    themes = (theme,) if isinstance(theme, str) else theme
    attributes = Attributes(theme=themes, **about)  # type: ignore[arg-type]
    words = "/".join(map(str, (on, amount, themes, *about.values())))
    hours = Decimal(amount) if unit == "hour" else None
    credits = Decimal(amount) if unit == "credit" else None
    return Line(words, dt.date.fromisoformat(on), attributes, hours, credits)


def account(rules: Policy, career: Career, lines: list[Line], today: dt.date) -> CreditSheet:
    cycle = rules.cycle.cycle_at(today)
    return sheet(lines, rules, career, cycles=[cycle], today=today)


def missing(rules: Policy, career: Career, lines: list[Line], today: str) -> dict[str, str]:
    found = account(rules, career, lines, dt.date.fromisoformat(today))
    return {
        each.duty.requirement.id: each.duty.measure.text(each.missing or each.excess)
        for each in found.unmet
    }
