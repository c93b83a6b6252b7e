"""Ethics is planned as often as every shipped policy requires, whatever is preferred."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from recommender.planning import policy
from recommender.planning.horizon import Horizon
from recommender.planning.matching import Attributes, Career, Standing
from recommender.planning.options import Candidate, Option
from recommender.planning.plan import Header, Plan, make
from recommender.planning.problem import Inputs
from recommender.planning.rules import Policy

WORDS = ("ethics", "ideology")


def asks_for_ethics(rules: Policy) -> bool:
    return any(_is_ethics(requirement) for requirement in rules.requirement)


def _is_ethics(requirement: object) -> bool:
    words = {
        word
        for clause in requirement.where  # type: ignore[attr-defined]
        for name in ("theme", "domain", "credit_kind")
        for word in getattr(clause, name)
    }
    return bool(words & {*WORDS}) and requirement.minimum is not None  # type: ignore[attr-defined]


def moment(rules: Policy) -> pd.Timestamp:
    """A day in the first full year in which a policy is in force."""
    return pd.Timestamp(f"{rules.since.year + 1}-01-02", tz=rules.cycle.zone)


ASKING = [each for each in policy.shipped() if asks_for_ethics(each)]


def candidates(rules: Policy, horizon: Horizon) -> Iterator[Candidate]:
    """For each tier a course of ethics, repeated yearly, and many courses of anything else."""
    tiers = ("provincial", "city", "county", "school")
    for tier in tiers:
        about = Attributes(domain="ethics", theme=("ethics",), credit_kind="ethics", tier=tier)
        yield course(rules, horizon, f"ethics-{tier}", about, "yearly")
    kinds = ("knowledge", "practice", "self_study", "literacy")
    for number in range(40):
        kind, tier = kinds[number % 4], tiers[number % 3 if number % 4 else 3]
        about = Attributes(domain="teaching", credit_kind=kind, tier=tier, mode="face_to_face")
        yield course(rules, horizon, f"other-{number}", about, "never")


def course(
    rules: Policy, horizon: Horizon, name: str, about: Attributes, repeatable: str
) -> Candidate:
    hours, credits = Decimal(10), Decimal(2 if rules.unit == "credit" else 1)
    options = tuple(
        Option(term, day, about, hours, credits) for term, day in enumerate(horizon.last_days)
    )
    return Candidate(name, options, repeatable=repeatable)


def planned(rules: Policy) -> Plan:
    as_of = moment(rules)
    horizon = Horizon.of(rules, as_of)
    drawn = tuple(candidates(rules, horizon))
    against = np.array([0.0 if each.course.startswith("ethics") else 1.0 for each in drawn])
    utility = np.repeat(against[:, None], len(horizon.years), axis=1)
    since = dt.date(2005, 9, 1)
    career = Career((Standing(since, region=rules.place),), since)
    inputs = Inputs(rules, career, horizon, (), drawn, utility)
    return make(inputs, Header("t", as_of, "m"))


def test_most_shipped_policies_ask_for_ethics() -> None:
    assert {"national-2011", "shanghai-2021", "zhejiang-2016"} <= {each.id for each in ASKING}


@pytest.mark.parametrize("rules", ASKING, ids=lambda each: each.id)
def test_ethics_is_planned_as_often_as_required_with_every_preference_against_it(
    rules: Policy,
) -> None:
    plan = planned(rules)
    wanted = {each.id for each in rules.requirement if _is_ethics(each)}
    asked = [each for each in plan.outcomes if each.requirement in wanted and not each.closed]
    assert asked
    assert [(each.requirement, each.period, each.missing) for each in asked if not each.met] == []
    yearly = [each.period for each in asked if each.requirement == "ethics"]
    taken = {item.year for item in plan.items if item.course.startswith("ethics")}
    assert {*yearly} <= taken
