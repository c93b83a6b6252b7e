"""A teacher's plan: what the model finds relevant, set into the years under the rules in force."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.dataset import Dataset
from recommender.ahead import look_ahead, planned_career
from recommender.gaps import gaps_of
from recommender.model import Model
from recommender.planning import intake, offered, plan, policy
from recommender.planning.horizon import Horizon
from recommender.planning.load import Limits
from recommender.planning.problem import Inputs, Wishes
from recommender.planning.rules import Policy
from recommender.planning.solve import Effort

#: How many of the best courses compete for a place in a plan, and how many more of those that
#: each requirement asks for.
PLANNED_FROM, PER_REQUIREMENT = 120, 15
#: What a year's delay takes from a course's utility: of two like plans the earlier is better.
YEARLY_DISCOUNT = 0.97


def make_plan(
    model: Model,
    dataset: Dataset,
    *,
    teacher_id: str,
    as_of: pd.Timestamp,
    policy_name: str | None = None,
    policy_folder: Path | None = None,
    wishes: Wishes | None = None,
    limits: Limits | None = None,
    effort: Effort | None = None,
    catalogue: Catalogue | None = None,
) -> plan.Plan:
    """Return a teacher's plan for the rest of the cycle; see :func:`inputs_of`.

    Raises
    ------
    UnknownId
        If there is no such teacher.
    InvalidPolicy
        If no policy is in force for the teacher, or the named one is broken.
    """
    inputs = inputs_of(
        model,
        dataset,
        teacher_id=teacher_id,
        as_of=as_of,
        policy_name=policy_name,
        policy_folder=policy_folder,
        wishes=wishes,
        limits=limits,
        catalogue=catalogue,
    )
    return plan.make(inputs, plan.Header(teacher_id, as_of, model.version), effort)


def inputs_of(
    model: Model,
    dataset: Dataset,
    *,
    teacher_id: str,
    as_of: pd.Timestamp,
    policy_name: str | None = None,
    policy_folder: Path | None = None,
    wishes: Wishes | None = None,
    limits: Limits | None = None,
    catalogue: Catalogue | None = None,
) -> Inputs:
    """Return everything that a teacher's plan is made from.

    Parameters
    ----------
    policy_name
        Of a policy shipped or in ``policy_folder``; found from the teacher's dated place, stage
        and role when left out.
    wishes
        Pins, bans, and an earlier plan to keep to.
    limits
        The hours that the teacher takes on, and what is left of the school's allotment.
    catalogue
        What ``model.catalogue`` returned for this data set and moment, where it is at hand.

    Raises
    ------
    UnknownId
        If there is no such teacher.
    InvalidPolicy
        If no policy is in force for the teacher, or the named one is broken.
    """
    wishes = wishes or Wishes()
    career = intake.career(dataset, teacher_id, as_of)
    rules = policy.in_force(career, as_of, policy_name, policy_folder)
    horizon = Horizon.of(rules, as_of)
    catalogue = model.catalogue(dataset, as_of) if catalogue is None else catalogue
    ahead = look_ahead(model, dataset, teacher_id, as_of, horizon=horizon, catalogue=catalogue)
    assumed = ahead.assumed(horizon.years, career.standings[-1].stage)
    found = offered.candidates(
        dataset,
        teacher_id,
        as_of,
        _competing(dataset, ahead.relevance.max(axis=1), rules, wishes),
        policy=rules,
        horizon=horizon,
    )
    candidates = ahead.open_candidates(found, dataset.courses, horizon)
    utility = ahead.relevance[dataset.courses.positions([each.course for each in candidates])]
    discount = YEARLY_DISCOUNT ** np.arange(len(horizon.years))
    return Inputs(
        policy=rules,
        career=planned_career(career, assumed),
        horizon=horizon,
        ledger=intake.ledger(dataset, teacher_id, as_of),
        candidates=candidates,
        utility=np.maximum(utility, 0) * discount,
        done=frozenset(offered.completions(dataset, teacher_id, as_of)),
        limits=limits or Limits(),
        wishes=wishes,
        gaps=gaps_of(dataset, teacher_id, as_of, ahead.last_stage) if ahead.personal else (),
        assumed=assumed,
    )


def _competing(
    dataset: Dataset, scores: NDArray[np.float64], rules: Policy, wishes: Wishes
) -> NDArray[np.int64]:
    """Return the courses that compete for a place: the best, some for each duty, the wished.

    A wish opens no course that a rule keeps from the teacher.
    """
    order = np.argsort(-scores, kind="stable")
    order = order[scores[order] >= 0]
    chosen: list[NDArray[np.integer]] = [order[:PLANNED_FROM]]
    for fitting in offered.fitting(dataset, rules).values():
        chosen.append(order[np.isin(order, fitting)][:PER_REQUIREMENT])
    wished = [course for course, _ in (*wishes.pins, *wishes.keep)]
    chosen.append(order[np.isin(order, dataset.courses.positions(wished))])
    return np.unique(np.concatenate(chosen)).astype(np.int64)
