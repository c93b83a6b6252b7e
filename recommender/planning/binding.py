"""What a plan is bound by: the rows that have a price where courses could be taken in parts."""

from __future__ import annotations

from dataclasses import dataclass

from recommender.planning.explain import Sentence
from recommender.planning.model import NOTHING
from recommender.planning.problem import Problem
from recommender.planning.relaxation import LIMITS, Relaxation
from recommender.planning.rules import Policy
from recommender.planning.solve import complete

#: What binds and can be told; all other rows only say which courses there are.
TOLD = ("minimum", "maximum", *LIMITS)


@dataclass(frozen=True, slots=True)
class Binding:
    """A row that keeps a plan from suiting better.

    Parameters
    ----------
    rule, of, period
        As in :class:`~recommender.planning.draft.Label`.
    price
        Utility, in thousandths, that one step less of it would bring, at the margin.
    """

    rule: str
    of: str
    period: str
    price: float


def binding(problem: Problem) -> tuple[Binding, ...]:
    """Return what binds a plan that meets everything, the highest price first.

    Nothing is returned where something must fall short: see :mod:`recommender.planning.conflict`.
    """
    if not len(problem.places):
        return ()
    matrix = complete(problem.matrix)
    relaxed = Relaxation(matrix).solve()
    if relaxed is None:
        return ()
    found = [
        Binding(label.rule, label.of, label.period, round(float(price), 3))
        for label, price in zip(matrix.labels, relaxed.prices, strict=True)
        if label.rule in TOLD and price > NOTHING
    ]
    return tuple(sorted(found, key=_dearest))


def _dearest(each: Binding) -> tuple[float, str, str, str]:
    return -each.price, each.rule, each.of, each.period


def binding_sentence(policy: Policy, each: Binding) -> Sentence:
    """Say what a row does to the plan."""
    if each.rule == "load":
        return Sentence(
            "binding_hours",
            f"{each.period} 年度的学时上限起了作用：学时再多，可安排更适合您的课程。",
            f"The hours of {each.period} are a limit: with more, the plan would suit better.",
        )
    if each.rule == "away":
        return Sentence(
            "binding_days_away",
            f"{each.period} 年度的离岗天数上限起了作用：天数再多，可安排更适合您的课程。",
            f"The days away of {each.period} are a limit: with more, the plan would suit better.",
        )
    if each.rule == "budget":
        return Sentence(
            "binding_budget",
            "培训经费额度起了作用：额度再高，可安排更适合您的课程。",
            "The allotment is a limit: with more, the plan would suit better.",
        )
    named = {rule.id: rule for rule in policy.requirement}[each.of]
    return Sentence(
        "binding_requirement",
        f"{each.period}：此项要求影响了选课。{named.zh}",
        f"{each.period}: this requirement decides on courses. {named.en}",
    )
