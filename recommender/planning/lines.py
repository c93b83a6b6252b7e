"""Lines of the ledger and of a plan, what each is worth, and many of them as arrays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from recommender.planning.amounts import Measure
from recommender.planning.matching import (
    EVERYONE,
    Attributes,
    Career,
    Clause,
    Standing,
    fits_any,
    lies_in,
)
from recommender.planning.rules import Conversion, Policy


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
    under
        Id of the policy that its amount was counted under; empty where it is not stated.
    evaluated
        Whether an evaluation of its offering was handed in; ``None`` where that is not known.
    """

    line_id: str
    earned_on: dt.date
    attributes: Attributes
    hours: Decimal | None = None
    credits: Decimal | None = None
    state: str = "recognised"
    course: str = ""
    under: str = ""
    evaluated: bool | None = None

    @property
    def planned(self) -> bool:
        """Whether it is still to come."""
        return self.state == "planned"


@dataclass(frozen=True, slots=True)
class Worth:
    """What a line is worth in a policy's unit, in steps; or why that cannot be said.

    ``fault`` is ``no_amount``, ``no_conversion``, ``other_policy`` (credits of another place,
    without a conversion) or ``inexact``; empty where ``steps`` holds. ``conversion`` is the rule
    that decided; empty where the amount stands as it is.
    """

    steps: int
    fault: str = ""
    conversion: str = ""


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
        if amount is not None and not rule.under and fits_any(rule.where, attributes):
            return _converted(policy, rule, amount)
    return Worth(0, "no_conversion")


def worth_of(policy: Policy, line: Line, career: Career) -> Worth:
    """Value a line of a teacher's ledger or plan in a policy's unit.

    Credits that were counted elsewhere are worth what a conversion for them says, else what
    their hours are worth; conversions may ask for the day, and for the teacher of that day.
    """
    foreign = policy.counted_elsewhere(line.under, career, line.earned_on)
    if not foreign and not any(rule.scope != EVERYONE for rule in policy.conversion):
        return worth(policy, line.hours, line.credits, line.attributes)
    teacher = career.on(line.earned_on)
    open_rules = [
        rule
        for rule in policy.conversion
        if rule.scope.open_on(line.earned_on) and rule.scope.covers(teacher)
    ]
    if foreign and line.credits is not None:
        for rule in open_rules:
            if _for_those(rule, line, teacher) and fits_any(rule.where, line.attributes):
                return _converted(policy, rule, line.credits)
    credits = None if foreign else line.credits
    value = worth(
        replace(policy, conversion=tuple(open_rules)), line.hours, credits, line.attributes
    )
    lost = foreign and line.credits is not None and value.fault in ("no_amount", "no_conversion")
    return Worth(0, "other_policy") if lost else value


def _for_those(rule: Conversion, line: Line, teacher: Standing) -> bool:
    """Say whether a conversion is for credits that were counted where the line was."""
    by_place = any(lies_in(teacher.region, place) for place in rule.under)
    return line.under in rule.under if line.under else by_place


def _converted(policy: Policy, rule: Conversion, amount: Decimal) -> Worth:
    """Apply a conversion; what is left below a step is dropped."""
    declared = Measure(policy.unit, policy.step)
    whole = _whole(amount, rule.each, rule.gives, declared)
    return Worth(policy.measure.steps(whole), conversion=rule.id)


@lru_cache(maxsize=4096)
def _whole(amount: Decimal, each: Decimal, gives: Decimal, declared: Measure) -> Fraction:
    """Convert an amount, down to a whole step; ledgers and catalogues repeat a few amounts."""
    given = Fraction(amount) / Fraction(each) * Fraction(gives)
    return declared.whole_steps(given) * declared.step


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
    # A requirement asks the same of the same lines in each of its periods. No amount is kept
    # here: lines valued anew have the same words.
    _worded: dict[tuple[Clause, ...], NDArray[np.bool_]] = field(default_factory=dict, repr=False)
    _words: dict[str, dict[str, list[int]]] = field(default_factory=dict, repr=False)

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

    def valued(self, amounts: ArrayLike) -> Batch:
        """Return the same lines with other amounts; one item for each line."""
        steps = np.array(amounts, dtype=np.int64)
        is_course = np.array([each.kind == "offering" for each in self.attributes], dtype=bool)
        courses = (is_course[self.which] & (steps > 0)).astype(np.int64)
        return replace(self, amounts=steps, courses=courses)

    def fitting(self, where: tuple[Clause, ...], measure: Measure) -> NDArray[np.bool_]:
        """Say which lines fit one of the clauses, amounts being in steps of a measure."""
        if all(clause.least is None for clause in where):
            return self.worded(where)
        found = np.zeros(len(self), dtype=bool)
        for clause in where:
            enough = 0 if clause.least is None else measure.steps(clause.least)
            found |= self.worded((clause,)) & ((self.amounts >= enough) | (clause.least is None))
        return found

    def worded(self, where: tuple[Clause, ...]) -> NDArray[np.bool_]:
        """Say which lines have the words of one of the clauses, whatever they are worth."""
        return self._fitting(where)[self.which]

    def alike(self, rules: Iterable[tuple[Clause, ...]]) -> NDArray[np.int64]:
        """Return a number for each line, the same where the same rules have its words."""
        fits = np.array([self._fitting(where) for where in rules], dtype=bool)
        numbers: dict[bytes, int] = {}
        kinds = [numbers.setdefault(column.tobytes(), len(numbers)) for column in fits.T]
        return np.array(kinds or [0] * len(self.attributes), dtype=np.int64)[self.which]

    def _fitting(self, where: tuple[Clause, ...]) -> NDArray[np.bool_]:
        """Apply :func:`fits_any` to all distinct attributes at once."""
        if where not in self._worded:
            fits = np.full(len(self.attributes), not where)
            for clause in where:
                fits |= self._fits(clause)
            self._worded[where] = fits
        return self._worded[where]

    def _fits(self, clause: Clause) -> NDArray[np.bool_]:
        """Apply :meth:`Clause.fits` to all distinct attributes at once."""
        fits = np.ones(len(self.attributes), dtype=bool)
        for name, words in clause.words:
            having = self._having(name)
            named = np.zeros(len(self.attributes), dtype=bool)
            named[[at for word in words for at in having.get(word, ())]] = True
            fits &= named
        return fits

    def _having(self, name: str) -> dict[str, list[int]]:
        """Return, for each word of an attribute, which of the distinct attributes have it."""
        if name not in self._words:
            found: dict[str, list[int]] = {}
            for at, each in enumerate(self.attributes):
                value = getattr(each, name)
                for word in value if isinstance(value, tuple) else (value,):
                    found.setdefault(word, []).append(at)
            self._words[name] = found
        return self._words[name]
