"""A teacher's credit sheet, from a data set and the rules in force."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from features.dataset import Dataset
from recommender.planning import intake, policy
from recommender.planning.statement import Case, Statement, statement


def credits_of(
    dataset: Dataset,
    *,
    teacher_id: str,
    as_of: pd.Timestamp,
    policy_name: str | None = None,
    policy_folder: Path | None = None,
) -> Statement:
    """Return a teacher's credit sheet for the cycle of a moment; no model is needed.

    Parameters
    ----------
    policy_name
        Of a policy shipped or in ``policy_folder``; found for the teacher when left out.

    Raises
    ------
    UnknownId
        If there is no such teacher.
    InvalidPolicy
        If no policy is in force for the teacher, or the named one is broken.
    """
    career = intake.career(dataset, teacher_id, as_of)
    rules = policy.in_force(career, as_of, policy_name, policy_folder)
    today = rules.cycle.today(as_of)
    case = Case(teacher_id, rules, career, (rules.cycle.cycle_at(today),), today)
    return statement(case, intake.ledger(dataset, teacher_id, as_of))
