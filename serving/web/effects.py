"""What a change does to a plan, in figures."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from recommender.planning.plan import Plan


@dataclass(frozen=True, slots=True)
class Effect:
    """One figure before and after.

    Parameters
    ----------
    name
        ``courses``, ``hours`` or ``missing``: courses planned, their hours, and what the plan
        leaves short of its requirements in the policy's unit.
    """

    name: str
    before: Decimal
    after: Decimal


def effects(before: Plan, after: Plan) -> list[Effect]:
    """Return the figures of two plans."""
    figures = {"courses": _courses, "hours": _hours, "missing": _missing}
    return [Effect(name, count(before), count(after)) for name, count in figures.items()]


def is_worse(before: Plan, after: Plan) -> bool:
    """Say whether more is missing than before."""
    return _missing(after) > _missing(before)


def _courses(plan: Plan) -> Decimal:
    return Decimal(len(plan.items))


def _hours(plan: Plan) -> Decimal:
    return sum((Decimal(each.hours or "0") for each in plan.items), Decimal(0))


def _missing(plan: Plan) -> Decimal:
    own = (each for each in plan.unmet if each.unit == plan.unit)
    return sum((Decimal(each.missing) for each in own), Decimal(0))
