"""How sure a share is."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

#: Of the standard normal distribution, so that 95 of 100 intervals hold the truth.
Z95: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Share:
    """A share and its 95% interval, each from 0 to 1."""

    count: int
    of: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself."""
        return self.count / self.of


def wilson(count: int, of: int) -> Share | None:
    """Return a share with its score interval (Wilson, 1927); None of nobody.

    Unlike the textbook's interval it holds what it promises for small groups and for shares near 0
    and 1, and never leaves them.

    Examples
    --------
    >>> share = wilson(8, 10)
    >>> round(share.low, 3), round(share.high, 3)
    (0.49, 0.943)
    """
    if not of:
        return None
    p, n, z = count / of, of, Z95
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return Share(count, of, max(0.0, middle - half), min(1.0, middle + half))
