"""Courses that may go into a plan, where each can go, and what it is worth there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from recommender.planning.days import Stretch
from recommender.planning.lines import Batch, Line, worth_of
from recommender.planning.matching import Attributes, Career
from recommender.planning.rules import Policy


@dataclass(frozen=True, slots=True)
class Option:
    """A course in a term: a concrete offering, or (no ``offering``) one that is expected.

    Parameters
    ----------
    term
        Index into the horizon's terms.
    earned_on
        The day it counts for; it lies in that term.
    cost, funding
        Yuan, and who pays; empty where that is not known.
    stretches
        The days of the offering; none where it is only expected.
    days_away
        Days away from school; ``None`` where that is not known.
    fixed
        It is in the plan whatever else is: the whole school does it.
    """

    term: int
    earned_on: dt.date
    attributes: Attributes
    hours: Decimal | None = None
    credits: Decimal | None = None
    offering: str = ""
    cost: Decimal | None = None
    funding: str = ""
    stretches: tuple[Stretch, ...] = ()
    days_away: Decimal | None = None
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A course that may go into the plan, and where.

    Parameters
    ----------
    prerequisites
        Courses to be done in an earlier term, or before today.
    equivalence
        Group of which at most one is taken; empty for none.
    repeatable
        ``never``, ``yearly``, or a number of months.
    """

    course: str
    options: tuple[Option, ...]
    prerequisites: tuple[str, ...] = ()
    equivalence: str = ""
    repeatable: str = "never"


def valued(policy: Policy, career: Career, options: Sequence[Option]) -> Batch:
    """Return options as the lines that they become, each with what it is worth to a teacher."""
    attributes = [option.attributes for option in options]
    batch = Batch.of(attributes, [option.earned_on for option in options], [0] * len(options))
    first, alike = np.unique(
        _kinds(policy, career, options, batch), return_index=True, return_inverse=True
    )[1:]
    steps = [worth_of(policy, _planned(options[at]), career).steps for at in first.tolist()]
    return batch.valued(np.array(steps, dtype=np.int64)[alike])


def _planned(option: Option) -> Line:
    """Return the line that an option becomes."""
    return Line(
        "", option.earned_on, option.attributes, option.hours, option.credits, state="planned"
    )


def _kinds(
    policy: Policy, career: Career, options: Sequence[Option], batch: Batch
) -> NDArray[np.int64]:
    """Return a number for each option; those of one number are worth the same.

    Worth comes from the amounts and the conversions: which of them fit the words, which hold on
    the day, and in what state the teacher is then.
    """
    rules = policy.conversion
    days = {
        day: (career.on(day), tuple(rule.scope.open_on(day) for rule in rules))
        for day in {option.earned_on for option in options}
    }
    numbers = {circumstance: at for at, circumstance in enumerate(days.values())}
    of_day = {day: numbers[circumstance] for day, circumstance in days.items()}
    kinds = batch.alike([rule.where for rule in rules])
    for column in (
        [of_day[each.earned_on] for each in options],
        _numbered([each.hours for each in options]),
        _numbered([each.credits for each in options]),
    ):
        kinds = kinds * (max(column, default=0) + 1) + np.array(column, dtype=np.int64)
    return kinds


def _numbered(values: Sequence[Hashable]) -> list[int]:
    """Return a number for each value, from 0, the same for equal ones."""
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(value, len(numbers)) for value in values]
