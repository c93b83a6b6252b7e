"""Bootstrap intervals: how far a mean over teachers would move with other teachers.

Whole teachers are drawn, so that rows of one teacher (from several cuts) stand or fall together.
Reference: Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapters 13 and 8.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DRAWS = 1_000
LEVEL = 0.95
#: Weights held in memory at once.
_BLOCK = 5_000_000


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over teachers with its 95% percentile interval.

    ``teachers`` is how many distinct teachers stand behind it; without any, all is NaN.
    """

    mean: float
    low: float
    high: float
    teachers: int


def figures(
    values: NDArray[np.floating],
    teachers: NDArray[np.integer],
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> list[Figure]:
    """Return the mean and interval of each column.

    All columns see the same draws; give the difference of two models as a column of its own and
    its interval is the paired one.

    Parameters
    ----------
    values
        Shape (n_rows, n_columns); NaN where a teacher could not be judged, which is left out.
    teachers
        The teacher of each row, shape (n_rows,).
    rng
        Source of the draws.
    draws
        How many times all teachers are drawn anew.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> figures(np.array([[0.5], [0.5], [np.nan]]), np.array([3, 8, 9]), rng)
    [Figure(mean=0.5, low=0.5, high=0.5, teachers=2)]
    """
    return sample(values, teachers, rng, draws).figures()


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Means of columns, and the same means with the teachers drawn anew many times.

    Parameters
    ----------
    means
        Shape (n_columns,); NaN where no teacher could be judged.
    drawn
        Shape (draws, n_columns).
    teachers
        How many distinct teachers stand behind each column, shape (n_columns,).
    """

    means: NDArray[np.float64]
    drawn: NDArray[np.float64]
    teachers: NDArray[np.integer]

    def figures(self) -> list[Figure]:
        """Return each column's mean and percentile interval."""
        return [
            Figure(float(mean), *interval(column), int(count))
            for mean, column, count in zip(self.means, self.drawn.T, self.teachers, strict=True)
        ]


def sample(
    values: NDArray[np.floating],
    teachers: NDArray[np.integer],
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> Sample:
    """Draw the means of columns; the parameters are those of :func:`figures`."""
    judged = ~np.isnan(values)
    sums, rows = (
        _per_teacher(table, teachers) for table in (np.where(judged, values, 0.0), judged)
    )
    return Sample(
        means=_ratio(sums.sum(axis=0), rows.sum(axis=0)),
        drawn=_drawn_means(sums, rows, rng, draws),
        teachers=(rows > 0).sum(axis=0),
    )


def interval(drawn: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95% percentile interval of draws of one mean, NaN without any."""
    drawn = drawn[~np.isnan(drawn)]
    if not len(drawn):
        return np.nan, np.nan
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return float(low), float(high)


def p_value(drawn: NDArray[np.float64]) -> float:
    """Return the two-sided bootstrap p-value of a mean being 0, NaN without any draw.

    ``min(1, 2 (1 + min(#{draws <= 0}, #{draws >= 0})) / (1 + #draws))``: the level at which the
    percentile interval just touches 0. Reference: Davison and Hinkley (1997), Bootstrap Methods
    and their Application, sections 4.2 and 5.4.

    >>> p_value(np.array([0.1, 0.2, 0.3])), p_value(np.zeros(3))
    (0.5, 1.0)
    """
    drawn = drawn[~np.isnan(drawn)]
    if not len(drawn):
        return np.nan
    beyond = min((drawn <= 0).sum(), (drawn >= 0).sum())
    return min(1.0, float(2 * (1 + beyond) / (1 + len(drawn))))


def _per_teacher(table: NDArray[np.generic], teachers: NDArray[np.integer]) -> NDArray[np.float64]:
    """Sum the rows of each teacher, shape (n_teachers, n_columns)."""
    distinct, of_row = np.unique(teachers, return_inverse=True)
    sums = np.zeros((len(distinct), table.shape[1]))
    np.add.at(sums, of_row, table)
    return sums


def _drawn_means(
    sums: NDArray[np.float64], rows: NDArray[np.float64], rng: np.random.Generator, draws: int
) -> NDArray[np.float64]:
    """Return the mean of each draw, shape (draws, n_columns)."""
    n = len(rows)
    if not n:
        return np.full((draws, rows.shape[1]), np.nan)
    at_once = max(1, _BLOCK // n)
    means = []
    for start in range(0, draws, at_once):
        # How often each teacher is drawn is multinomial: no list of indices is needed.
        times = rng.multinomial(n, np.full(n, 1 / n), size=min(at_once, draws - start))
        means.append(_ratio(times @ sums, times @ rows))
    return np.vstack(means)


def _ratio(over: NDArray[np.float64], under: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(over, under, out=np.full(over.shape, np.nan), where=under > 0)
