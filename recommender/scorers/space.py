"""Where a scorer's parameters are looked for, and how scorers are made with parameters."""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from features.errors import InvalidSetting


@dataclass(frozen=True, slots=True)
class Span:
    """The range of one parameter, both ends in it; whole numbers only if ``low`` is one.

    Parameters
    ----------
    low, high
        The ends.
    start
        Where looking starts, if not at the default of the constructor.
    log
        Whether steps are taken by ratios, as suits what spans several powers of ten.

    Examples
    --------
    >>> print(Span(0.5, 200.0), "|", Span(1, 12))
    0.5 to 200 | a whole number, 1 to 12
    >>> Span(0.5, 200.0).holds(7), Span(1, 12).holds(1.5), Span(1, 12).holds(13)
    (True, False, False)
    """

    low: float
    high: float
    start: float | None = None
    log: bool = True

    def __post_init__(self) -> None:
        if not self.low < self.high or (self.log and self.low <= 0):
            raise InvalidSetting(
                "span",
                expected="low below high, and above 0 where steps are ratios (log)",
                got=f"{self.low} to {self.high}",
                remedy="mend the ends, or write log=False",
            )

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are meant."""
        return isinstance(self.low, int)

    def holds(self, value: object) -> bool:
        """Say whether a value is a number of this range."""
        kind = int if self.whole else (int, float)
        return (
            isinstance(value, kind)
            and not isinstance(value, bool)
            and self.low <= value <= self.high
        )

    def __str__(self) -> str:
        ends = f"{self.low:g} to {self.high:g}"
        return f"a whole number, {ends}" if self.whole else ends


def defaults(kind: type) -> dict[str, Any]:
    """Return the parameters of a class's constructor with their defaults.

    >>> class Half:
    ...     def __init__(self, of: float = 2.0) -> None: ...
    >>> defaults(Half)
    {'of': 2.0}
    """
    return {
        name: parameter.default for name, parameter in inspect.signature(kind).parameters.items()
    }


def check_parameters(
    what: str, known: Mapping[str, object], space: Mapping[str, Span], parameters: object
) -> None:
    """Refuse parameters that are unknown or out of range.

    Parameters
    ----------
    what
        Whose they are, for the message.
    known
        All parameters that there are, with their defaults.
    space
        Their ranges; one without must be above 0, and whole if its default is.
    parameters
        What was given, of any type.

    Raises
    ------
    InvalidSetting
        Naming the first that is wrong.
    """
    if not isinstance(parameters, Mapping) or not parameters.keys() <= known.keys():
        got = sorted(set(parameters) - set(known)) if isinstance(parameters, Mapping) else None
        raise InvalidSetting(
            f"parameters of {what}",
            expected=f"values by name, some of {', '.join(known)}",
            got=repr(parameters) if got is None else ", ".join(map(str, got)),
            remedy="correct the name, or leave it out",
        )
    for name, value in parameters.items():
        span = space.get(name) or _above_zero(known[name])
        if not span.holds(value):
            raise InvalidSetting(
                f"parameter {name} of {what}",
                expected=str(span),
                got=repr(value),
                remedy=f"choose one in this range, or leave it out for {known[name]}",
            )


def _above_zero(default: object) -> Span:
    return Span(1, 2**53) if isinstance(default, int) else Span(math.ulp(0.0), sys.float_info.max)
