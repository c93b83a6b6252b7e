"""Credit carried over and lent from year to year: by hand, and against every possible choice."""

import datetime as dt
import itertools
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import InvalidPolicy
from recommender.planning import policy
from recommender.planning.balances import Balance
from recommender.planning.credits import sheet
from recommender.planning.horizon import Horizon
from recommender.planning.lines import Line
from recommender.planning.load import Limits
from recommender.planning.matching import Attributes, Career, Standing
from recommender.planning.options import Candidate, Option
from recommender.planning.plan import Header, make
from recommender.planning.problem import Inputs
from recommender.planning.rules import Policy, Requirement
from recommender.planning.solve import Effort

NATION = policy.load("national-2011")
VETERAN = Career((Standing(dt.date(2005, 9, 1)),), dt.date(2005, 9, 1))
YEARS = tuple(range(2021, 2026))


def rules(carry_over: int | None, loan: int | None) -> Policy:
    """24 hours every year, nothing else."""
    every_year = Requirement(
        "every-year",
        "每年",
        "every year",
        per="year",
        minimum=Decimal(24),
        carry_over=None if carry_over is None else Decimal(carry_over),
        loan=None if loan is None else Decimal(loan),
    )
    return replace(NATION, requirement=(every_year,), step=NATION.step * 2)


def lines(hours: tuple[int, ...]) -> list[Line]:
    return [
        Line(f"l{year}", dt.date(year, 5, 1), Attributes(), Decimal(each))
        for year, each in zip(YEARS, hours, strict=False)
        if each
    ]


def balances(held: Policy, hours: tuple[int, ...]) -> tuple[Balance, ...]:
    today = dt.date(2026, 1, 1)
    cycle = held.cycle.cycle_at(dt.date(2025, 1, 1))
    return sheet(lines(hours), held, VETERAN, cycles=[cycle], today=today).balances


@pytest.mark.parametrize(
    ("carry_over", "loan", "hours", "missing"),
    [
        (None, None, (40, 8, 24, 24, 24), (0, 16, 0, 0, 0)),
        (16, None, (40, 8, 24, 24, 24), (0, 0, 0, 0, 0)),
        (15, None, (40, 8, 24, 24, 24), (0, 1, 0, 0, 0)),
        # What is carried over and not needed is carried on, as far as the cap lets it.
        (16, None, (40, 24, 8, 24, 24), (0, 0, 0, 0, 0)),
        (16, None, (8, 40, 24, 24, 24), (16, 0, 0, 0, 0)),  # never backwards
        (None, 16, (8, 40, 24, 24, 24), (0, 0, 0, 0, 0)),
        (None, 16, (8, 39, 24, 24, 25), (0, 0, 0, 0, 0)),  # 1 is lent on until 2025
        (None, 15, (8, 39, 24, 24, 24), (1, 0, 0, 0, 0)),
        (None, 16, (24, 24, 24, 24, 8), (0, 0, 0, 0, 16)),  # the last year borrows nothing
        (10, 10, (40, 4, 34, 24, 24), (0, 0, 0, 0, 0)),  # 10 carried, 10 lent, 34 = 24 + 10
    ],
)
def test_a_year_gives_to_the_next_what_the_policy_lets_it(carry_over, loan, hours, missing):
    assert tuple(each.missing for each in balances(rules(carry_over, loan), hours)) == missing


def test_what_is_carried_lent_and_repaid_is_told():
    second, third = balances(rules(10, 10), (40, 4, 34, 24, 24))[1:3]
    assert (second.carried, second.lent, second.needed) == (10, 10, 4)
    assert (third.repaid, third.needed) == (10, 34)


@pytest.mark.parametrize("name", ["carry_over", "loan"])
def test_only_a_minimum_of_a_span_passes_anything_on(name: str, tmp_path: Path):
    text = f"""
id = "here"
title_zh = "此地"
title_en = "Here"
place = "CN-ZJ"
since = 2023-01-01
source = "a test"
verified = "no"
extends = "national-2011"

[[requirement]]
id = "induction"
zh = "试用期"
en = "induction"
per = "induction"
minimum = 120
{name} = 10
"""
    (tmp_path / "here.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidPolicy, match=f"{name}: expected it on a minimum per cycle, year"):
        policy.load_file(tmp_path / "here.toml")


@dataclass(frozen=True)
class Case:
    """A past year's hours, courses of (hours, year), and what the policy lets pass."""

    carry_over: int | None
    loan: int | None
    past: tuple[int, ...]
    courses: tuple[tuple[int, int], ...]
    most: int


cases = st.builds(
    Case,
    carry_over=st.none() | st.integers(0, 20),
    loan=st.none() | st.integers(0, 20),
    past=st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40)),
    courses=st.lists(st.tuples(st.integers(1, 40), st.integers(0, 1)), min_size=1, max_size=7).map(
        tuple
    ),
    most=st.integers(10, 60),
)


def naive(case: Case, hours: list[int]) -> int:
    """Return what is missing over all years, by passing on from each to the next."""
    carried = lent = missing = 0
    for number, here in enumerate(hours):
        left = here + carried - lent - 24
        lent = min(case.loan or 0, max(0, -left)) if number < len(hours) - 1 else 0
        missing += max(0, -left) - lent
        carried = min(case.carry_over or 0, max(0, left))
    return missing


@settings(max_examples=80)
@given(cases)
def test_a_plan_leaves_no_more_unmet_than_the_best_choice_and_counts_it_like_the_naive_sum(case):
    held = rules(case.carry_over, case.loan)
    as_of = pd.Timestamp("2024-01-01T00:00+08:00")
    horizon = Horizon.of(held, as_of, least_years=1)
    candidates = tuple(
        Candidate(
            f"k{number}",
            (Option(2 * year, horizon.last_days[2 * year], Attributes(), Decimal(hours)),),
        )
        for number, (hours, year) in enumerate(case.courses)
    )
    inputs = Inputs(
        held,
        VETERAN,
        horizon,
        tuple(lines(case.past)),
        candidates,
        -np.ones((len(candidates), len(horizon.years))) / 10,
        limits=Limits(hours_per_year=Decimal(case.most)),
    )
    plan = make(inputs, Header("t", as_of, "m"), Effort(gap=0.0, nodes=10_000))

    def of(chosen: tuple[int, ...]) -> list[int]:
        to_come = [
            sum(case.courses[k][0] for k in chosen if case.courses[k][1] == y) for y in (0, 1)
        ]
        return [*case.past, *to_come]

    every = itertools.chain.from_iterable(
        itertools.combinations(range(len(candidates)), size) for size in range(len(candidates) + 1)
    )
    allowed = [each for each in every if max(of(each)[3:]) <= case.most]
    chosen = tuple(int(item.course[1:]) for item in plan.items)
    assert sum(Decimal(each.missing) for each in plan.outcomes) == naive(case, of(chosen))
    assert naive(case, of(chosen)) == min(naive(case, of(each)) for each in allowed)
