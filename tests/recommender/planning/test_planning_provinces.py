"""Plans under Shanghai's crossed minima and Zhejiang's dated rules leave nothing unmet."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from recommender.planning import policy
from recommender.planning.horizon import Horizon
from recommender.planning.load import Limits
from recommender.planning.matching import Attributes, Career, Standing
from recommender.planning.options import Candidate, Option
from recommender.planning.plan import Header, Plan, make
from recommender.planning.problem import Inputs
from recommender.planning.rules import Policy
from recommender.planning.solve import Effort

SHANGHAI, ZHEJIANG = policy.load("shanghai-2021"), policy.load("zhejiang-2016")
AS_OF = pd.Timestamp("2021-09-02T00:00+08:00")
BEGAN, LONG_AGO = dt.date(2021, 9, 1), dt.date(2005, 9, 1)
SCIENCE = ("municipal-experiments", "district-experiments")


def teacher(first: dt.date, *standings: Standing) -> Career:
    return Career(standings or (Standing(first, subjects=("maths",)),), first)


TEACHERS = {
    "new": teacher(BEGAN),
    "backbone": teacher(LONG_AGO, Standing(LONG_AGO, stage="backbone", subjects=("physics",))),
    "principal": teacher(LONG_AGO, Standing(LONG_AGO), Standing(BEGAN, role="principal")),
}


def planned(
    rules: Policy, career: Career, about: list[tuple[Attributes, str]], as_of: pd.Timestamp = AS_OF
) -> Plan:
    """Plan with courses of these attributes and credits, offered in every term."""
    horizon = Horizon.of(rules, as_of)
    candidates = tuple(
        Candidate(
            f"c{number:03}",
            tuple(
                Option(term, day, attributes, Decimal(amount), Decimal(amount))
                for term, day in enumerate(horizon.last_days)
            ),
            repeatable="yearly",
        )
        for number, (attributes, amount) in enumerate(about)
    )
    # Every course costs something, so that nothing is taken but what the rules ask for.
    utility = -np.linspace(0.2, 1, len(candidates))[:, None] * np.ones(len(horizon.years))
    limits = Limits(hours_per_year=Decimal(400))
    inputs = Inputs(rules, career, horizon, (), candidates, utility, limits=limits)
    return make(inputs, Header("t", as_of, "m"), Effort(gap=0.2))


def shanghai_courses() -> list[tuple[Attributes, str]]:
    """Two courses for each crossed minimum, of a tier, kind and theme that it asks for."""
    found = [(Attributes(credit_kind="self_study"), "2"), (Attributes(domain="ethics"), "1")]
    for requirement in SHANGHAI.requirement:
        for clause in requirement.where[:1]:
            if not clause.tier:
                continue
            kinds = clause.credit_kind or ("knowledge", "practice")
            for kind in kinds:
                about = Attributes(tier=clause.tier[0], credit_kind=kind, theme=clause.theme)
                found.append((about, "1.5"))
    return found


@pytest.mark.parametrize("name", TEACHERS)
def test_shanghai_is_planned_without_anything_unmet(name: str) -> None:
    plan = planned(SHANGHAI, TEACHERS[name], shanghai_courses())
    assert [(each.requirement, each.missing) for each in plan.unmet] == []
    asked = {each.requirement for each in plan.outcomes}
    assert (set(SCIENCE) <= asked) == (name == "backbone")


def zhejiang_courses() -> list[tuple[Attributes, str]]:
    return [
        (Attributes(domain="ethics"), "2"),
        *((Attributes(credit_kind="practice"), "20") for _ in range(4)),
        *((Attributes(mode="face_to_face"), "30") for _ in range(4)),
        *((Attributes(mode="online"), "15") for _ in range(8)),
    ]


@pytest.mark.parametrize("name", TEACHERS)
def test_zhejiang_is_planned_without_anything_unmet(name: str) -> None:
    plan = planned(ZHEJIANG, TEACHERS[name], zhejiang_courses())
    assert [(each.requirement, each.missing) for each in plan.unmet] == []
    needed = {each.requirement: each.needed for each in plan.outcomes}
    assert needed["total"] == {"new": "216", "backbone": "360", "principal": "360"}[name]
    assert needed.get("induction") == ("180" if name == "new" else None)
    assert needed.get("new-principal") == ("300" if name == "principal" else None)


@pytest.mark.parametrize(
    ("rules", "courses", "before", "after"),
    [
        (ZHEJIANG, zhejiang_courses, "CN-SH", "CN-ZJ"),
        (SHANGHAI, shanghai_courses, "CN-ZJ", "CN-SH"),
    ],
)
def test_who_moved_in_mid_cycle_is_planned_what_is_owed_there(rules, courses, before, after):
    moved = dt.date(2023, 9, 1)
    career = Career((Standing(BEGAN, region=before), Standing(moved, region=after)), BEGAN)
    assert policy.find(policy.shipped(), career, pd.Timestamp(moved, tz="Asia/Shanghai")) == rules
    plan = planned(rules, career, courses(), pd.Timestamp("2023-09-02T00:00+08:00"))
    assert plan.unmet == ()
    needed = {each.requirement: each.needed for each in plan.outcomes}
    assert needed["total"] == {"zhejiang-2016": "144", "shanghai-2021": "14.5"}[rules.id]
