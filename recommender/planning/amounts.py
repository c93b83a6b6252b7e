"""Exact amounts: whole numbers of a declared step, never floats."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from features.errors import InvalidSetting


@dataclass(frozen=True, slots=True)
class Measure:
    """A unit and the step that its amounts are whole numbers of.

    Parameters
    ----------
    unit
        ``"hour"``, ``"credit"`` or ``"course"``; hours and credits are never mixed.
    step
        The smallest amount, in that unit.

    Examples
    --------
    >>> half_credits = Measure("credit", Fraction(1, 2))
    >>> half_credits.steps(Decimal("1.5"))
    3
    >>> half_credits.text(3)
    '1.5'
    """

    unit: str
    step: Fraction

    def holds(self, amount: Decimal | Fraction) -> bool:
        """Say whether an amount is a whole number of steps."""
        return (Fraction(amount) / self.step).denominator == 1

    def steps(self, amount: Decimal | Fraction) -> int:
        """Return an amount in steps.

        Raises
        ------
        InvalidSetting
            If it is no whole number of steps; nothing is rounded.
        """
        count = Fraction(amount) / self.step
        if count.denominator != 1:
            raise InvalidSetting(
                f"an amount in {self.unit}s",
                expected=f"a multiple of {decimal_text(self.step)}",
                got=decimal_text(Fraction(amount)),
                remedy="correct the amount, or declare a finer step in the policy",
            )
        return count.numerator

    def whole_steps(self, amount: Fraction) -> int:
        """Return the whole steps within an amount: what is left over is dropped."""
        return math.floor(amount / self.step)

    def finer(self, parts: int) -> Measure:
        """Return the measure whose step is this one's, cut into ``parts``."""
        return Measure(self.unit, self.step / parts)

    def text(self, steps: int) -> str:
        """Write an amount the way a teacher reads it: ``54``, ``1.5``."""
        return _text(steps, self.step.numerator, self.step.denominator)


@lru_cache(maxsize=16384)
def _text(steps: int, numerator: int, denominator: int) -> str:
    """Write an amount of steps; every plan writes hundreds, of the same few amounts."""
    return decimal_text(Fraction(steps * numerator, denominator))


COURSES = Measure("course", Fraction(1))


def decimal_text(value: Fraction) -> str:
    """Write a fraction as a decimal where that is exact, else as ``a/b``.

    >>> decimal_text(Fraction(3, 8)), decimal_text(Fraction(1, 3)), decimal_text(Fraction(360))
    ('0.375', '1/3', '360')
    """
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    return f"{Decimal(value.numerator) / Decimal(value.denominator):f}"


def exact(amount: float) -> Decimal:
    """Return the decimal that a table's number was written as.

    A table's amounts have at most two decimals, so the shortest text of the float is exact.

    >>> exact(0.1)
    Decimal('0.1')
    """
    return Decimal(repr(float(amount)))
