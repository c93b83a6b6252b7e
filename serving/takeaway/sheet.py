"""A plan as it is taken away: every course with its days, in the order in which they come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pandas as pd
import sqlalchemy as sa

from features.labels import Label
from recommender.planning import policy
from recommender.planning.explain import Sentence, item_sentences
from recommender.planning.horizon import Horizon
from recommender.planning.names import Names
from recommender.planning.plan import Item, Outcome, Plan
from recommender.planning.rules import Policy
from recommender.planning.terms import ONE_DAY, Period
from serving.plans import StoredPlan
from serving.store.records import Record
from serving.store.rows import find, find_any
from serving.store.schema import DATA

#: States of an enrolment in which the platform has given a place.
PLACED: Final = frozenset({"admitted", "attended", "completed"})


@dataclass(frozen=True, slots=True)
class Days:
    """A stretch of whole days, the last one included."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class Entry:
    """One course of a plan.

    Parameters
    ----------
    number
        Which time the plan holds this course, from 1.
    expected
        Whether no offering is announced yet (预计), so that only the term is known.
    days
        Of the stages of its offering, or of the offering, or else of the term; empty where even
        that is not known.
    apply_until
        The last day of the application window.
    state
        What the platform says of the enrolment; empty where it says nothing.
    """

    course: str
    title: Label
    number: int
    term: Label
    expected: bool
    days: tuple[Days, ...]
    apply_until: dt.date | None
    hours: str
    amount: str
    reasons: tuple[Sentence, ...]
    state: str
    url: str

    @property
    def placed(self) -> bool:
        """Whether the platform has given the teacher a place."""
        return self.state in PLACED


@dataclass(frozen=True, slots=True)
class Sheet:
    """A plan with all that is known of its courses.

    Parameters
    ----------
    zone
        In which its days are days: the policy's.
    """

    stored: StoredPlan
    policy: Label
    zone: str
    entries: tuple[Entry, ...]

    @property
    def plan(self) -> Plan:
        """The plan itself."""
        return self.stored.plan

    @property
    def made_on(self) -> dt.date:
        """The day on which it was made."""
        return self.stored.made_at.tz_convert(self.zone).date()

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The requirements of periods that are not over."""
        return tuple(each for each in self.plan.outcomes if not each.closed)


def sheet_of(
    connection: sa.Connection, tenant: str, stored: StoredPlan, folder: Path | None
) -> Sheet:
    """Return a stored plan as it is taken away.

    Parameters
    ----------
    folder
        Of further policies beside those shipped.

    Raises
    ------
    InvalidPolicy
        If the plan's policy is no longer there.
    """
    plan = stored.plan
    rules = policy.load(plan.policy.partition("@")[0], folder)
    cycle = rules.cycle.own(_registered(connection, tenant, plan.teacher_id))
    terms = terms_of(replace(rules, cycle=cycle), plan)
    rows = _Rows.of(connection, tenant, plan)
    seen: dict[str, int] = {}
    entries = []
    for item in plan.items:
        seen[item.course] = seen.get(item.course, 0) + 1
        entries.append(_entry(plan, item, seen[item.course], terms.get(item.term), rows))
    return Sheet(stored, (rules.title_zh, rules.title_en), rules.cycle.zone, tuple(entries))


def terms_of(rules: Policy, plan: Plan) -> dict[str, Period]:
    """Return the terms in which a plan may have placed courses, by their keys, in order."""
    return {term.key: term for term in Horizon.of(rules, pd.Timestamp(plan.as_of)).terms}


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the store holds of a plan's courses."""

    courses: Mapping[str, Record]
    offerings: Mapping[str, Record]
    stages: Mapping[str, Sequence[Record]]
    states: Mapping[str, str]

    @property
    def names(self) -> Names:
        """What the courses are called."""
        rows = self.courses.items()
        return Names({name: (row["title_zh"] or "", row["title_en"] or "") for name, row in rows})

    @classmethod
    def of(cls, connection: sa.Connection, tenant: str, plan: Plan) -> _Rows:
        named = sorted({item.offering for item in plan.items if item.offering})
        taken = sorted({item.course for item in plan.items})
        stages: dict[str, list[Record]] = {}
        for row in find_any(connection, DATA["offering_stages"], tenant, "offering_id", named):
            stages.setdefault(row["offering_id"], []).append(row)
        reached = find(connection, DATA["enrolments"], tenant, teacher_id=plan.teacher_id)
        reached.sort(key=lambda row: row["decided_at"])
        found = find_any(connection, DATA["courses"], tenant, "course_id", taken)
        runs = find_any(connection, DATA["offerings"], tenant, "offering_id", named)
        return cls(
            {row["course_id"]: row for row in found},
            {row["offering_id"]: row for row in runs},
            stages,
            {row["offering_id"]: row["state"] for row in reached},
        )


def _entry(plan: Plan, item: Item, number: int, term: Period | None, rows: _Rows) -> Entry:
    course = rows.courses.get(item.course, {})
    offering = rows.offerings.get(item.offering, {})
    zh, en = course.get("title_zh") or "", course.get("title_en") or ""
    return Entry(
        course=item.course,
        title=(zh or en or item.course, en or zh or item.course),
        number=number,
        term=(term.zh, term.en) if term else (item.term, item.term),
        expected=not item.offering,
        days=_days(offering, rows.stages.get(item.offering, ()), term),
        apply_until=offering.get("apply_until"),
        hours=item.hours,
        amount=item.amount,
        reasons=item_sentences(plan, item, rows.names),
        state=rows.states.get(item.offering, ""),
        url=offering.get("url") or "",
    )


def _days(offering: Record, stages: Sequence[Record], term: Period | None) -> tuple[Days, ...]:
    if stages:
        in_order = sorted(stages, key=lambda row: int(row["stage"]))
        return tuple(Days(row["starts_on"], row["ends_on"]) for row in in_order)
    known = [day for day in (offering.get("starts_on"), offering.get("ends_on")) if day]
    if known:
        return (Days(known[0], known[-1]),)
    return (Days(term.since, term.until - ONE_DAY),) if term else ()


def _registered(connection: sa.Connection, tenant: str, teacher_id: str) -> dt.date | None:
    """Return the day on which the teacher's own cycle begins."""
    states = find(connection, DATA["teachers"], tenant, teacher_id=teacher_id)
    days = [row["registered_on"] for row in states if row["registered_on"] is not None]
    return days[-1] if days else None
