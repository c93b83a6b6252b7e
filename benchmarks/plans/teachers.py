"""Simulated teachers with 200 candidates each, under a policy with every kind of rule.

The generator and its figures were fixed before any solver was measured with them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd

from recommender.planning import policy
from recommender.planning.horizon import Horizon
from recommender.planning.lines import Line
from recommender.planning.load import Limits
from recommender.planning.matching import Attributes, Career, Standing
from recommender.planning.options import Candidate, Option
from recommender.planning.problem import Inputs
from recommender.planning.rules import Policy

AS_OF = pd.Timestamp("2026-01-02T00:00+08:00")
MODES = ("face_to_face", "blended", "online", "school_based")
TIERS = ("provincial", "city", "county", "school")
KINDS = ("knowledge", "practice", "self_study")
THEMES = ("ethics", "law", "security", "digital", "experiments", "")
HOURS = (4, 6, 8, 10, 12, 16, 20, 24, 30, 40, 60, 90)
OFTEN = (14, 12, 14, 12, 10, 10, 8, 6, 5, 4, 3, 2)
#: A year's delay takes this from a utility, as in ``recommender/plans.py``.
DISCOUNT = 0.97


def rules() -> Policy:
    """Return the policy of the measurement."""
    return policy.load("all-rules-2026", Path(__file__).parent)


def teacher(number: int, rules: Policy, candidates: int = 200, *, short: bool = False) -> Inputs:
    """Return all that one teacher's plan is made from; ``short``: too few hours a year for it."""
    rng = np.random.default_rng([2026, number])
    horizon = Horizon.of(rules, AS_OF)
    stated = Decimal(int(rng.integers(90, 161))) if rng.random() < 0.5 else None
    drawn = tuple(_candidate(rng, horizon, at) for at in range(candidates))
    taste = rng.beta(2, 4, candidates)[:, None] * DISCOUNT ** np.arange(len(horizon.years))
    drift = rng.normal(1, 0.05, (candidates, len(horizon.years)))
    inputs = Inputs(
        policy=rules,
        career=_career(rng),
        horizon=horizon,
        ledger=_ledger(rng),
        candidates=drawn,
        utility=np.clip(taste * drift, 0, 1),
        limits=Limits(hours_per_year=stated),
    )
    if not short:
        return inputs
    tight = Limits(hours_per_year=Decimal(int(rng.integers(30, 61))))
    return replace(inputs, limits=tight)


def _career(rng: np.random.Generator) -> Career:
    subject = str(rng.choice(["science", "chinese", "mathematics"]))
    kind = rng.random()
    if kind < 0.1:
        day = dt.date(2025, 9, 1)
        return Career((Standing(day, stage="novice", subjects=(subject,)),), day)
    first = dt.date(2006, 9, 1)
    known = Standing(first, stage="backbone", subjects=(subject,))
    if kind < 0.2:
        promoted = replace(known, since=dt.date(2025, 11, 1), role="principal", stage="principal")
        return Career((known, promoted), first)
    return Career((known,), first)


def _ledger(rng: np.random.Generator) -> tuple[Line, ...]:
    day = dt.date(2026, 1, 1)
    return tuple(
        Line(
            f"l{at}",
            day,
            _attributes(rng, kind="activity"),
            credits=Decimal(int(rng.integers(1, 9))),
        )
        for at in range(int(rng.integers(0, 4)))
    )


def _attributes(rng: np.random.Generator, kind: str = "offering") -> Attributes:
    theme = str(rng.choice(THEMES, p=(0.1, 0.08, 0.06, 0.12, 0.06, 0.58)))
    return Attributes(
        kind=kind,
        domain="ethics" if theme == "ethics" else "teaching",
        credit_kind=str(rng.choice(KINDS)),
        theme=(theme,) if theme else (),
        mode=str(rng.choice(MODES, p=(0.35, 0.15, 0.3, 0.2))),
        tier=str(rng.choice(TIERS)),
    )


def _candidate(rng: np.random.Generator, horizon: Horizon, number: int) -> Candidate:
    about = _attributes(rng)
    hours = Decimal(int(rng.choice(HOURS, p=np.array(OFTEN) / sum(OFTEN))))
    seasons = rng.choice(3, p=(0.4, 0.4, 0.2))
    terms = [at for at in range(len(horizon.terms)) if seasons == 2 or at % 2 == seasons]
    options = tuple(Option(term, horizon.last_days[term], about, hours) for term in terms)
    needs = number > 0 and rng.random() < 0.15
    grouped = rng.random() < 0.1
    return Candidate(
        course=f"k{number:03}",
        options=options,
        prerequisites=(f"k{int(rng.integers(0, number)):03}",) if needs else (),
        equivalence=f"g{int(rng.integers(0, 8))}" if grouped else "",
        repeatable=str(rng.choice(["never", "yearly", "18"], p=(0.85, 0.1, 0.05))),
    )
