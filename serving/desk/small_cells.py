"""Counts that may be shown: few people are never told, and cannot be worked out either.

What is shown adds up to totals that are shown beside it, so to hide one count alone hides nothing:
it is the total less the rest. Others are hidden with it, until those that are hidden are at least
two and together are many. See Hundepool et al., *Statistical Disclosure Control* (2012), chapter 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

#: Fewer people than this are few; nobody at all is not.
LEAST: Final = 5
#: A count as it is shown; None where it is hidden.
Shown = int | None


def few(count: int) -> bool:
    """Say whether a count is of a few people, who might be recognised."""
    return 0 < count < LEAST


def shown(counts: Sequence[int]) -> tuple[Shown, ...]:
    """Return counts as they may be shown beside their sum.

    The smallest of the others is hidden with a count that is hidden alone, and then the next, while
    what is hidden is few people altogether. Nobody is hidden last: it is only told apart from a
    few where there is no other way.

    Examples
    --------
    >>> shown([20, 3, 9])
    (20, None, None)
    >>> shown([20, 0, 9])
    (20, 0, 9)
    >>> shown([3])
    (None,)
    """
    hidden = {place for place, count in enumerate(counts) if few(count)}
    others = sorted(set(range(len(counts))) - hidden, key=lambda place: _cost(counts[place]))
    for place in others:
        alone = len(hidden) == 1 or few(sum(counts[each] for each in hidden))
        if not hidden or not alone:
            break
        hidden.add(place)
    return tuple(None if place in hidden else count for place, count in enumerate(counts))


def shown_total(counts: Sequence[int]) -> Shown:
    """Return the sum of counts, None where it is of a few people, or would tell one count.

    >>> shown_total([3, 9]), shown_total([3]), shown_total([3, 0])
    (12, None, None)
    """
    total = sum(counts)
    return None if few(total) else total


def shown_part(count: int, of: int) -> Shown:
    """Return how many of a group something holds for; None where it holds for a few, or not.

    >>> shown_part(20, 60), shown_part(58, 60), shown_part(60, 60), shown_part(4, 4)
    (20, None, 60, None)
    """
    return None if few(count) or few(of - count) or few(of) else count


def _cost(count: int) -> tuple[bool, int]:
    return count == 0, count
