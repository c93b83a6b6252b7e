"""Lines of the ledger and of a plan, what each is worth, and many of them as arrays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from recommender.planning.amounts import Measure
from recommender.planning.matching import Attributes, Clause, fits_any
from recommender.planning.rules import Policy


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the ledger, or one planned course as the entry it is expected to become.

    Parameters
    ----------
    earned_on
        The day it counts for; that of a planned course is the day on which it ends.
    hours, credits
        What is known of its amount; a policy reads its own unit, else converts the other.
    state
        ``recognised`` counts; ``claimed`` and ``verified`` wait, ``expired`` is lost, and
        ``planned`` is counted apart.
    """

    line_id: str
    earned_on: dt.date
    attributes: Attributes
    hours: Decimal | None = None
    credits: Decimal | None = None
    state: str = "recognised"
    course: str = ""

    @property
    def planned(self) -> bool:
        """Whether it is still to come."""
        return self.state == "planned"


@dataclass(frozen=True, slots=True)
class Worth:
    """What a line is worth in a policy's unit, in steps; or why that cannot be said.

    ``fault`` is ``no_amount``, ``no_conversion`` or ``inexact``; empty where ``steps`` holds.
    """

    steps: int
    fault: str = ""


def worth(
    policy: Policy, hours: Decimal | None, credits: Decimal | None, attributes: Attributes
) -> Worth:
    """Value an amount in a policy's unit: as it stands, or by the first conversion that fits.

    An amount that is no whole number of the declared step is refused, not rounded.
    """
    amounts = {"hour": hours, "credit": credits}
    own = amounts[policy.unit]
    declared = Measure(policy.unit, policy.step)
    if own is not None:
        return Worth(policy.measure.steps(own)) if declared.holds(own) else Worth(0, "inexact")
    if hours is None and credits is None:
        return Worth(0, "no_amount")
    for rule in policy.conversion:
        amount = amounts[rule.unit]
        if amount is not None and fits_any(rule.where, attributes):
            given = Fraction(amount) / Fraction(rule.each) * Fraction(rule.gives)
            whole = declared.whole_steps(given) * declared.step
            return Worth(policy.measure.steps(whole))
    return Worth(0, "no_conversion")


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Lines, or possible lines, as arrays of shape (n,).

    Parameters
    ----------
    attributes
        The distinct attributes among them.
    which
        For each line, the index of its attributes.
    days
        Its day, as ``date.toordinal``.
    amounts
        Its worth in steps of the policy's measure.
    courses
        1 for a course, 0 for anything else: what a requirement that counts courses sees.
    """

    attributes: tuple[Attributes, ...]
    which: NDArray[np.int64]
    days: NDArray[np.int64]
    amounts: NDArray[np.int64]
    courses: NDArray[np.int64]
    # A requirement asks the same of the same lines in each of its periods.
    _fitting: dict[tuple[Clause, ...], NDArray[np.bool_]] = field(default_factory=dict, repr=False)
    _words: dict[tuple[str, str], NDArray[np.bool_]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        attributes: Sequence[Attributes],
        days: Sequence[dt.date],
        amounts: Sequence[int],
    ) -> Batch:
        """Build a batch; all sequences have one item for each line."""
        numbers: dict[Attributes, int] = {}
        # The options of a course share one object: comparing it by its words is slow.
        same = {id(each): each for each in attributes}
        known = {key: numbers.setdefault(each, len(numbers)) for key, each in same.items()}
        which = [known[id(each)] for each in attributes]
        worth_something = np.array(amounts, dtype=np.int64) > 0
        is_course = np.array([each.kind == "offering" for each in attributes], dtype=bool)
        return cls(
            attributes=tuple(numbers),
            which=np.array(which, dtype=np.int64),
            days=np.array([day.toordinal() for day in days], dtype=np.int64),
            amounts=np.array(amounts, dtype=np.int64),
            courses=(is_course & worth_something).astype(np.int64),
        )

    def __len__(self) -> int:
        return len(self.which)

    def valued(self, amounts: Sequence[int]) -> Batch:
        """Return the same lines with other amounts; one item for each line."""
        steps = np.array(amounts, dtype=np.int64)
        is_course = np.array([each.kind == "offering" for each in self.attributes], dtype=bool)
        courses = (is_course[self.which] & (steps > 0)).astype(np.int64)
        return replace(self, amounts=steps, courses=courses)

    def fitting(self, where: tuple[Clause, ...]) -> NDArray[np.bool_]:
        """Say which lines fit one of the clauses, shape (n,)."""
        if where not in self._fitting:
            fits = np.full(len(self.attributes), not where)
            for clause in where:
                fits |= self._fits(clause)
            self._fitting[where] = fits[self.which]
        return self._fitting[where].copy()

    def _fits(self, clause: Clause) -> NDArray[np.bool_]:
        """Apply :meth:`Clause.fits` to all distinct attributes at once."""
        fits = np.ones(len(self.attributes), dtype=bool)
        for name in _ATTRIBUTES:
            words = getattr(clause, name)
            if words:
                fits &= np.any([self._having(name, word) for word in words], axis=0)
        return fits

    def _having(self, name: str, word: str) -> NDArray[np.bool_]:
        """Say which of the distinct attributes have a word."""
        if (name, word) not in self._words:
            values = [getattr(each, name) for each in self.attributes]
            has = [word in value if isinstance(value, tuple) else word == value for value in values]
            self._words[name, word] = np.array(has, dtype=bool)
        return self._words[name, word]


_ATTRIBUTES = tuple(each.name for each in fields(Clause))
