"""Dated offerings, one teacher, and a policy with a summer holiday."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from recommender.planning.days import Presence, Stretch
from recommender.planning.horizon import Horizon
from recommender.planning.load import Limits
from recommender.planning.matching import Attributes, Career, Standing
from recommender.planning.options import Candidate, Option
from recommender.planning.plan import Header, Plan, make
from recommender.planning.problem import Inputs
from recommender.planning.rules import Policy, Requirement
from recommender.planning.school import School
from recommender.planning.solve import Effort
from recommender.planning.terms import Cycle, TermRule

AS_OF = pd.Timestamp("2026-01-01T00:00+08:00")
TODAY, ONE_DAY = dt.date(2026, 1, 1), dt.timedelta(days=1)
CYCLE = Cycle(
    years=2,
    starts=TODAY,
    term=(
        TermRule("spring", "春", "spring", "01-01"),
        TermRule("summer", "暑假", "summer", "07-10", holiday=True),
        TermRule("autumn", "秋", "autumn", "09-01"),
    ),
)
TEACHER = Career((Standing(dt.date(2010, 9, 1)),), dt.date(2010, 9, 1))
EXACT = Effort(gap=0.0, nodes=10_000)
HEADER = Header("t", AS_OF, "m")


def rules(least: int = 0, absences: int | None = None, cycle: Cycle = CYCLE) -> Policy:
    return Policy(
        id="days",
        title_zh="天",
        title_en="days",
        place="CN",
        since=dt.date(2020, 1, 1),
        source="-",
        verified="-",
        unit="hour",
        step=Fraction(1),
        cycle=cycle,
        requirement=(Requirement("r", "要求", "requirement", minimum=Decimal(least)),),
        absences_at_once=absences,
    )


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def stretch(
    since: str, last: str, presence: Presence = "every", hours: int | None = None
) -> Stretch:
    """Return the days from one to another, both included."""
    stated = None if hours is None else Decimal(hours)
    return Stretch(day(since), day(last) + ONE_DAY, presence, stated)


def offered(course: str, *days: Stretch, hours: int = 10, **more: Any) -> Candidate:
    """Return a course with one offering, which counts on its last day."""
    ends = max(each.until for each in days) - ONE_DAY
    term = Horizon.of(rules(), AS_OF).term_of(ends)
    option = Option(
        term, ends, Attributes(mode="face_to_face"), Decimal(hours), stretches=days, **more
    )
    return Candidate(course, (option,))


def expected(course: str, *terms: int, mode: str = "face_to_face") -> Candidate:
    last = Horizon.of(rules(), AS_OF).last_days
    return Candidate(
        course,
        tuple(Option(term, last[term], Attributes(mode=mode), Decimal(10)) for term in terms),
    )


def inputs(
    *candidates: Candidate,
    limits: Limits | None = None,
    school: School | None = None,
    policy: Policy | None = None,
) -> Inputs:
    return Inputs(
        policy=policy or rules(),
        career=TEACHER,
        horizon=Horizon.of(rules(), AS_OF),
        ledger=(),
        candidates=candidates,
        utility=np.ones((len(candidates), 2)),
        limits=limits or Limits(hours_per_year=Decimal(1000)),
        school=school or School(),
    )


def courses(plan: Plan) -> list[str]:
    return sorted(item.course for item in plan.items)


def taken(*candidates: Candidate, **more: Any) -> list[str]:
    return courses(make(inputs(*candidates, **more), HEADER, EXACT))
