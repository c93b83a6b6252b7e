"""How a candidate's lists do beside the champion's: whether it is to be given up.

A window is a hundred lists of the candidate, and those that the champion has made meanwhile: what
slows both, such as a rush, is held against neither.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

#: A window ends when each model has made so many lists.
LEAST: Final = 100
#: Of the champion's lists so many are kept of a window, the latest.
MOST: Final = 10_000
#: By so much may the share of the candidate's lists that fail be above the champion's.
MORE_FAILURES: Final = 0.05
#: So many times the champion's 95th percentile, and so many seconds more, may the candidate's be.
TIMES_SLOWER, SECONDS_SLOWER = 1.5, 0.01
#: So often in a row may the candidate fail or be late before a window ends.
STRIKES: Final = 5
_SLOWEST: Final = 95


class Side:
    """What one of the two has made within a window."""

    def __init__(self) -> None:
        self.times: deque[float] = deque(maxlen=MOST)
        self.lists = 0
        self.failures = 0

    def take(self, seconds: float | None) -> None:
        """Count a list by what it took; None for one that failed."""
        self.lists += 1
        if seconds is None:
            self.failures += 1
        else:
            self.times.append(seconds)

    @property
    def failing(self) -> float:
        """The share of its lists that failed."""
        return self.failures / max(self.lists, 1)

    @property
    def slowest(self) -> float:
        """The 95th percentile of its times, in seconds; 0 without any."""
        return float(np.percentile(self.times, _SLOWEST)) if self.times else 0.0


class Beside:
    """Two models side by side, one window after another.

    Parameters
    ----------
    budget
        Seconds that a list may take.
    """

    def __init__(self, budget: float) -> None:
        self._budget = budget
        self._strikes = 0
        self._champion, self._candidate = Side(), Side()

    def champion(self, seconds: float | None) -> None:
        """Count a list of the champion's; None for one that failed."""
        self._champion.take(seconds)

    def candidate(self, seconds: float | None) -> str:
        """Count a list of the candidate's; return why it is to be given up, empty if it is not."""
        self._candidate.take(seconds)
        well = seconds is not None and seconds <= self._budget
        self._strikes = 0 if well else self._strikes + 1
        if self._strikes >= STRIKES:
            return f"failed or late {STRIKES} times in a row"
        if min(self._champion.lists, self._candidate.lists) < LEAST:
            return ""
        why = _worse(self._champion, self._candidate)
        self._champion, self._candidate = Side(), Side()
        return why


def _worse(champion: Side, candidate: Side) -> str:
    if candidate.failing > champion.failing + MORE_FAILURES:
        return (
            f"{candidate.failing:.1%} of its lists failed, {champion.failing:.1%} by the champion"
        )
    if candidate.slowest > champion.slowest * TIMES_SLOWER + SECONDS_SLOWER:
        both = f"{candidate.slowest * 1000:.1f} ms, the champion's {champion.slowest * 1000:.1f} ms"
        return f"95th percentile {both}"
    return ""
