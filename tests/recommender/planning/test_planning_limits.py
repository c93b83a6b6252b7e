"""What a plan may ask and cost: the policy's hours in a year, what is left of a school's budget."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from features.errors import InvalidSetting
from recommender.planning import policy
from recommender.planning.horizon import Horizon
from recommender.planning.load import Limits
from recommender.planning.matching import Attributes, Career, Standing
from recommender.planning.options import Candidate, Option
from recommender.planning.plan import Header, Plan, make
from recommender.planning.problem import Inputs
from recommender.planning.rules import Policy

AS_OF = pd.Timestamp("2024-01-01T00:00+08:00")
RULES = replace(
    policy.load("national-2011"),
    budget_funding=("school",),
    requirement=(policy.load("national-2011").requirement[1],),
)
VETERAN = Career((Standing(dt.date(2005, 9, 1)),), dt.date(2005, 9, 1))


def planned(funding: tuple[str, ...], limits: Limits, rules: Policy = RULES) -> Plan:
    """Plan with one course of 20 hours and 500.5 yuan for each source, in every term."""
    horizon = Horizon.of(rules, AS_OF, least_years=1)
    candidates = tuple(
        Candidate(
            f"c{number}",
            tuple(
                Option(
                    term,
                    day,
                    Attributes(),
                    Decimal(20),
                    cost=Decimal("500.5"),
                    funding=source,
                )
                for term, day in enumerate(horizon.last_days)
            ),
        )
        for number, source in enumerate(funding)
    )
    utility = np.ones((len(candidates), len(horizon.years)))
    inputs = Inputs(rules, VETERAN, horizon, (), candidates, utility, limits=limits)
    return make(inputs, Header("t", AS_OF, "m"))


def test_a_budget_below_nothing_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="budget: expected 0 or more yuan, got -1"):
        Limits(budget=Decimal(-1))


@pytest.mark.parametrize(("budget", "courses"), [("2002", 4), ("2001.99", 3), ("0", 0), (None, 6)])
def test_a_plan_costs_no_more_than_is_left(budget: str | None, courses: int) -> None:
    left = None if budget is None else Decimal(budget)
    plan = planned(("school",) * 6, Limits(budget=left))
    assert len(plan.items) == courses


def test_what_another_source_pays_costs_the_school_nothing() -> None:
    plan = planned(("school", "nation", "", "school"), Limits(budget=Decimal(501)))
    assert len(plan.items) == 3
    assert {"c1", "c2"} < {item.course for item in plan.items}


def test_a_policy_caps_the_hours_of_a_year() -> None:
    rules = replace(RULES, hours_per_year=Decimal(50))
    plan = planned(("",) * 12, Limits(hours_per_year=Decimal(200)), rules)
    years = [item.year for item in plan.items]
    assert (years.count("2024"), years.count("2025")) == (2, 2)
