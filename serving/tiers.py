"""Tiers: what makes a list when what should make it fails or is slow.

The whole model, then the one of its scorers that is best alone, then what the teacher's segment
chooses, then what was chosen most. Rules are not tiers: whoever makes a list, it holds only what
the teacher may be shown. A tier that fails or is late again and again rests for a while, so that
nobody waits for it in vain; then it is tried once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

import structlog

from features.errors import ZixuanError
from recommender.backdrop import STATIC
from recommender.model import Model
from recommender.scorers.popularity import Popularity

Made = TypeVar("Made")
#: So often in a row may a tier fail or be late before it rests.
STRIKES: Final = 5
#: Seconds that it rests.
PAUSE: Final = 30.0


@dataclass(slots=True)
class _Record:
    """How a tier has done of late."""

    strikes: int = 0
    rests_until: float = 0.0


class Tiers:
    """Chooses what makes each list, in one thread.

    Parameters
    ----------
    budget
        Seconds that a list may take.
    now
        Tells seconds, from any start.
    """

    def __init__(self, budget: float, now: Callable[[], float]) -> None:
        self._budget = budget
        self._now = now
        self._records: dict[tuple[str, str], _Record] = {}

    def make(self, model: Model, make: Callable[[str], Made]) -> tuple[str, Made]:
        """Return a list, and the tier that made it: the best that can.

        Work under way is not broken off, for it is the thread's own; what is late counts
        against the next list, not against this one.

        Raises
        ------
        ZixuanError
            If what was asked for is wrong: then no tier could answer it.
        """
        *better, last = ladder(model)
        for tier in better:
            record = self._records.setdefault((model.version, tier), _Record())
            if self._now() < record.rests_until:
                continue
            began = self._now()
            try:
                made = make(tier)
            except ZixuanError:
                raise
            except Exception as error:
                structlog.get_logger().error("tier failed", tier=tier, exc_info=error)
                self._strike(tier, record)
                continue
            if self._now() - began > self._budget:
                self._strike(tier, record)
            else:
                record.strikes = 0
            return tier, made
        return last, make(last)

    def _strike(self, tier: str, record: _Record) -> None:
        record.strikes += 1
        if record.strikes >= STRIKES:
            record.rests_until = self._now() + PAUSE
            record.strikes = STRIKES - 1  # after the pause, one try decides
            structlog.get_logger().error("tier rests", tier=tier, seconds=PAUSE)


def ladder(model: Model) -> tuple[str, ...]:
    """Return what can make lists by a model, the best first; the last one cannot fail."""

    def names() -> Iterator[str]:
        yield model.hybrid.name
        yield model.hybrid.preferred_
        if Popularity.name in model.hybrid.parts:
            yield Popularity.name
        yield STATIC

    return tuple(dict.fromkeys(names()))
