"""Counts that may be shown: few people are never told, and cannot be worked out either.

What is shown adds up to totals that are shown beside it, so to hide one count alone hides nothing:
it is the total less the rest. Others are hidden with it, until those that are hidden are together
many and could be other numbers to somebody who knows this rule as well: those of two sizes could
have changed places, and those of one size, not the least or the largest of a few, could be one more
here and one less there. See Hundepool et al., *Statistical Disclosure Control* (2012), chapter 4.
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

    The smallest of the others are hidden with those that would give themselves away, and then the
    next. Those of one size are hidden or shown together, so that their places tell nothing. Nobody
    is hidden last: it is only told apart from a few where there is no other way.

    Examples
    --------
    >>> shown([20, 3, 9])
    (20, None, None)
    >>> shown([20, 0, 9])
    (20, 0, 9)
    >>> shown([20, 3, 3]), shown([20, 4, 4])
    ((20, None, None), (None, None, None))
    """
    hidden = [count for count in counts if few(count)]
    for size in sorted(set(counts) - set(hidden), key=lambda size: (size == 0, size)):
        if not _given_away(hidden):
            break
        hidden += [count for count in counts if count == size]
    return tuple(None if count in hidden else count for count in counts)


def shown_total(counts: Sequence[int]) -> Shown:
    """Return the sum of counts, None where it is of a few people, or would tell the counts.

    >>> shown_total([3, 9]), shown_total([3, 0]), shown_total([4, 4])
    (12, None, None)
    """
    hidden = [count for count, cell in zip(counts, shown(counts), strict=True) if cell is None]
    return None if _given_away(hidden) else sum(counts)


def shown_part(count: int, of: int) -> Shown:
    """Return how many of a group something holds for; None where it holds for a few, or not.

    >>> shown_part(20, 60), shown_part(58, 60), shown_part(60, 60), shown_part(4, 4)
    (20, None, 60, None)
    """
    return None if few(count) or few(of - count) or few(of) else count


def _given_away(hidden: Sequence[int]) -> bool:
    """Say whether the sum of hidden counts, which can be worked out, tells what they are."""
    if few(sum(hidden)):
        return True
    alike = len(set(hidden)) == 1
    return alike and (len(hidden) == 1 or hidden[0] in (1, LEAST - 1))
