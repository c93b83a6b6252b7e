"""A plan as the command line orders it: first or again, and other plans beside it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pandas as pd

from features.dataset import Dataset
from features.errors import InvalidSetting
from recommender.model import Model
from recommender.planning.alternatives import Alternative, alternatives
from recommender.planning.amounts import exact
from recommender.planning.asked import Asked
from recommender.planning.difference import Difference
from recommender.planning.plan import Header, Plan, make
from recommender.planning.problem import Inputs
from recommender.planning.school import School
from recommender.plans import inputs_of, next_stage_courses
from recommender.revisions import revise


@dataclass(frozen=True, slots=True)
class Order:
    """What a plan is to be.

    Parameters
    ----------
    policy, policies
        Name of the rules, found for the teacher where it is ``None``; a folder of further ones.
    budget
        Yuan that are left of the school's allotment; ``None``: no limit.
    school
        What the school sets for all of its plans.
    earlier
        The file of the plan that this one replaces.
    free
        Courses of which nothing is asked any more.
    alternatives
        How many other plans are shown at most.
    """

    teacher: str
    policy: str | None
    policies: Path | None
    asked: Asked
    budget: float | None
    school: School
    earlier: Path | None
    free: tuple[str, ...]
    alternatives: int


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, what it was made from, and what stands beside it.

    Parameters
    ----------
    difference
        From the earlier plan; ``None`` for a first one.
    """

    plan: Plan
    inputs: Inputs
    difference: Difference | None
    others: tuple[Alternative, ...]


def planned(model: Model, dataset: Dataset, order: Order, as_of: pd.Timestamp) -> Planned:
    """Make a plan as ordered.

    Raises
    ------
    ZixuanError
        As :func:`~recommender.plans.inputs_of` and :func:`~recommender.revisions.revise` do, and
        ``InvalidSetting`` if the earlier plan is another teacher's.
    """
    earlier = None if order.earlier is None else _earlier(order)
    plan, inputs, difference = (
        _first(model, dataset, order, as_of)
        if earlier is None
        else _again(model, dataset, order, as_of, earlier)
    )
    others = alternatives(
        inputs,
        Header(order.teacher, as_of, model.version, plan.revision),
        plan,
        order.alternatives,
        next_stage=next_stage_courses(dataset, inputs),
    )
    return Planned(plan, inputs, difference, others)


def _earlier(order: Order) -> Plan:
    plan = Plan.from_json(Path(order.earlier or "").read_text("utf-8"))
    if plan.teacher_id != order.teacher:
        raise InvalidSetting(
            f"the earlier plan, {order.earlier}",
            expected=f"one of teacher {order.teacher!r}",
            got=f"one of teacher {plan.teacher_id!r}",
            remedy="name the plan of this teacher with --revise",
        )
    return plan


def _first(
    model: Model, dataset: Dataset, order: Order, as_of: pd.Timestamp
) -> tuple[Plan, Inputs, None]:
    if order.free:
        raise InvalidSetting(
            "--free", expected="an earlier plan beside it", remedy="name it with --revise"
        )
    inputs = inputs_of(
        model,
        dataset,
        teacher_id=order.teacher,
        as_of=as_of,
        policy_name=order.policy,
        policy_folder=order.policies,
        wishes=order.asked.wishes(),
        limits=order.asked.limits(_allotment(order)),
        school=order.school,
    )
    return make(inputs, Header(order.teacher, as_of, model.version)), inputs, None


def _again(
    model: Model, dataset: Dataset, order: Order, as_of: pd.Timestamp, earlier: Plan
) -> tuple[Plan, Inputs, Difference]:
    change = revise(
        model,
        dataset,
        earlier,
        as_of=as_of,
        more=order.asked,
        free=order.free,
        policy_name=order.policy,
        policy_folder=order.policies,
        budget=_allotment(order),
        school=order.school,
    )
    return change.plan, change.inputs, change.difference


def _allotment(order: Order) -> Decimal | None:
    return None if order.budget is None else exact(order.budget)
