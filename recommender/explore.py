"""Exploration: some places of a list go to courses that might be better than they look.

Of what a course is worth to a teacher the model is only so sure: the fewer have taken it, the
less. A course's worth is believed to be normal about its place in the teacher's order, with a
variance that falls with its takers. Thompson sampling (Thompson 1933; Chapelle and Li 2011) shows
each course with the chance that it is the best of those left. Here that chance is computed
instead of sampled, and the course is drawn from it, so that the logged chance is exactly the one
it was drawn with, and never 0: an even share is mixed in.

The chance of a shown course is that of this course standing at this rank, *given the courses
above it*. It is 1 where the order decides, and below 1 where chance did.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr, ndtri
from scipy.stats import rankdata

from features.errors import InvalidSetting
from recommender.scorers.top import top

#: Courses that compete for an explored place: those with the highest optimistic worth.
POOL = 100
#: Spread of the believed worth, where the worths of all eligible courses spread by 1: what no
#: number of takers tells, for a teacher's own taste is known only so well, and what is added
#: for a course that nobody has taken and falls with the root of its takers.
TASTE_SPREAD, NEW_SPREAD = 0.5, 2.0
#: Share of the chance that is dealt out evenly: no course of the pool is shown with less than
#: EVEN / POOL, so that no logged course weighs more than POOL / EVEN in replay.
EVEN = 0.1
#: How many spreads above its mean a course's worth may lie to compete.
_OPTIMISM = 2.0
_CELLS = 64
_ROWS_AT_ONCE = 128


def explored_ranks(share: float, k: int) -> NDArray[np.bool_]:
    """Say which ranks of a list explore: evenly spread, the last of each stretch; shape (k,).

    Raises
    ------
    InvalidSetting
        If the share is not from 0 to 1.

    Examples
    --------
    >>> (np.flatnonzero(explored_ranks(0.2, 12)) + 1).tolist()
    [5, 10]
    >>> explored_ranks(0, 12).any(), explored_ranks(1, 3).all()
    (np.False_, np.True_)
    """
    if not 0 <= share <= 1:
        raise InvalidSetting(
            "explore",
            expected="a share of 0 to 1",
            got=f"{share:g}",
            remedy="choose 0 to explore nothing, 0.1 for one place in ten",
        )
    # A hair more, lest 0.29 * 100 fall short of 29.
    whole = np.floor(share * np.arange(k + 1) + 1e-9)
    return np.asarray(np.diff(whole) > 0)


def normal_scores(scores: NDArray[np.float32], allowed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return where each course stands among a row's eligible ones, as a standard normal value.

    The van der Waerden score of its rank; like scores rank alike. What is not eligible stands
    below all that is. Shape (n, n_courses), as ``scores`` and ``allowed``.

    >>> normal_scores(np.array([[9, 5]], np.float32), np.ones((1, 2), bool)).round(2).tolist()
    [[0.67, -0.67]]
    """
    rank = rankdata(np.where(allowed, -scores, np.float32(np.inf)), axis=1)
    share = (rank - 0.5) / np.maximum(allowed.sum(axis=1, keepdims=True), 1)
    return np.asarray(-ndtri(np.clip(share, 1e-9, 1 - 1e-9)))


@dataclass(frozen=True, slots=True, eq=False)
class Beliefs:
    """What is believed of the courses that compete for the explored places of some teachers.

    Parameters
    ----------
    courses
        Positions in the catalogue, shape (n, n_pool).
    mean, spread
        Of the believed worth, shape (n, n_pool).
    left
        Which may still be shown, shape (n, n_pool).
    """

    courses: NDArray[np.int64]
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    left: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        scores: NDArray[np.float32],
        allowed: NDArray[np.bool_],
        takers: NDArray[np.integer],
    ) -> Self:
        """Believe what scores and takers tell.

        The mean is the normal score of a course, so that it does not matter on which scale a
        scorer scores.

        Parameters
        ----------
        scores, allowed
            Of all courses and whether they are eligible, shape (n, n_courses).
        takers
            Shape (n_courses,).
        """
        mean = normal_scores(scores, allowed)
        spread = np.sqrt(TASTE_SPREAD**2 + NEW_SPREAD**2 / (1.0 + takers))
        hoped = np.where(allowed, mean + _OPTIMISM * spread, -np.inf).astype(np.float32)
        pool = top(hoped, min(POOL, hoped.shape[1]))
        return cls(
            courses=pool,
            mean=np.take_along_axis(mean, pool, axis=1),
            spread=spread[pool],
            left=np.take_along_axis(allowed, pool, axis=1),
        )

    def rows(self, chosen: NDArray[np.integer]) -> Beliefs:
        """Return the beliefs of some rows."""
        return Beliefs(
            self.courses[chosen], self.mean[chosen], self.spread[chosen], self.left[chosen]
        )

    def without(self, shown: NDArray[np.bool_]) -> Beliefs:
        """Return the beliefs about what has not been shown; ``shown``: shape (n, n_courses)."""
        return replace(self, left=self.left & ~np.take_along_axis(shown, self.courses, axis=1))

    def chances(self) -> NDArray[np.float64]:
        """Return each course's chance of the next place, shape (n, n_pool).

        A row sums to 1, or is 0 throughout where nothing is left.
        """
        parts = [
            _best_of(self.mean[rows], self.spread[rows], self.left[rows])
            for rows in (
                slice(start, start + _ROWS_AT_ONCE)
                for start in range(0, len(self.courses), _ROWS_AT_ONCE)
            )
        ]
        best = np.concatenate(parts) if parts else np.zeros(self.left.shape)
        even = self.left / np.maximum(self.left.sum(axis=1, keepdims=True), 1)
        return (1 - EVEN) * best + EVEN * even


def _best_of(
    mean: NDArray[np.float64], spread: NDArray[np.float64], left: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the chance of each course that its worth is the highest of those left.

    The integral over the worth x of density_a(x) * prod_b P(worth_b < x), b not a, cell by cell:
    the mass of the cell times the product, taken as the mean of its edges.
    """
    low = np.where(left, mean - 4 * spread, -np.inf).max(axis=1, keepdims=True)
    high = np.where(left, mean + 5 * spread, -np.inf).max(axis=1, keepdims=True)
    low, high = np.nan_to_num(low, neginf=0), np.nan_to_num(high, neginf=1)
    edges = low + (high - low) * np.linspace(0, 1, _CELLS + 1)
    z = (edges[:, None, :] - mean[:, :, None]) / spread[:, :, None]
    log_below = np.where(left[:, :, None], log_ndtr(z), 0.0)
    others = np.exp(log_below.sum(axis=1, keepdims=True) - log_below)
    mass = np.diff(ndtr(z), axis=2) * (others[:, :, 1:] + others[:, :, :-1]) / 2
    chance = np.where(left, mass.sum(axis=2), 0.0)
    total = chance.sum(axis=1, keepdims=True)
    return np.divide(chance, total, out=np.zeros_like(chance), where=total > 0)


def drawn(chances: NDArray[np.float64], luck: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the place of each row's draw; ``luck`` is from 0 to below 1, shape (n,).

    >>> drawn(np.array([[0.2, 0.0, 0.8], [0.2, 0.0, 0.8]]), np.array([0.1, 0.2])).tolist()
    [0, 2]
    """
    reached = np.cumsum(chances, axis=1)
    # Rounding may leave the last sum below 1: it is what luck is a share of.
    over = reached > luck[:, None] * reached[:, -1:]
    return np.asarray(np.argmax(over, axis=1), np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Exploration:
    """How lists of some teachers explore.

    Parameters
    ----------
    ranks
        Which ranks explore, shape (k,).
    luck
        What decides each explored place, from 0 to below 1, shape (n_teachers, ranks.sum()).
    """

    ranks: NDArray[np.bool_]
    luck: NDArray[np.float64]

    @classmethod
    def of(
        cls, share: float, k: int, n_teachers: int, rng: np.random.Generator | None
    ) -> Self | None:
        """Draw all luck at once, so that it does not depend on how teachers are chunked.

        Returns
        -------
        Exploration or None
            None where no rank explores.

        Raises
        ------
        InvalidSetting
            If the share is not from 0 to 1, or nothing is there to draw with.
        """
        ranks = explored_ranks(share, k)
        if not ranks.any():
            return None
        if rng is None:
            raise InvalidSetting(
                "rng", expected="a generator to draw with", got="none", remedy="pass one"
            )
        return cls(ranks, rng.random((n_teachers, int(ranks.sum()))))

    def rows(self, chosen: slice) -> Exploration:
        """Return the exploration of some rows."""
        return Exploration(self.ranks, self.luck[chosen])

    def lists(
        self, order: NDArray[np.int32], beliefs: Beliefs, n_courses: int
    ) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Fill lists place by place.

        Parameters
        ----------
        order
            Each teacher's best k courses, -1 behind the last; shape (n, k).
        beliefs
            About the same teachers' courses; where nothing is left to explore, the order decides.
        n_courses
            Of the catalogue.

        Returns
        -------
        tuple
            The lists and the chance of each place, given those above; shape (n, k) each.
        """
        rows = np.arange(len(order))
        # One column more: what is not there (-1) may be shown as often as need be.
        shown = np.zeros((len(order), n_courses + 1), bool)
        lists, chance = np.full_like(order, -1), np.ones(order.shape)
        luck = iter(self.luck.T)
        for rank, explores in enumerate(self.ranks):
            unshown = ~np.take_along_axis(shown, order.astype(np.int64), axis=1)
            course = order[rows, np.argmax(unshown, axis=1)]
            if explores:
                left = beliefs.without(shown[:, :-1])
                chances = left.chances()
                place = drawn(chances, next(luck))
                found = left.left.any(axis=1)
                course = np.where(found, left.courses[rows, place], course).astype(order.dtype)
                chance[:, rank] = np.where(found, chances[rows, place], 1.0)
            lists[:, rank] = course
            shown[rows, course] = course >= 0
        return lists, chance
