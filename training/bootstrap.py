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
    judged = ~np.isnan(values)
    sums, rows = (
        _per_teacher(table, teachers) for table in (np.where(judged, values, 0.0), judged)
    )
    behind = (rows > 0).sum(axis=0)
    means = _ratio(sums.sum(axis=0), rows.sum(axis=0))
    drawn = _drawn_means(sums, rows, rng, draws)
    tail = (1 - LEVEL) / 2
    return [
        Figure(float(mean), *_percentiles(column, tail), int(count))
        for mean, column, count in zip(means, drawn.T, behind, strict=True)
    ]


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


def _percentiles(drawn: NDArray[np.float64], tail: float) -> tuple[float, float]:
    drawn = drawn[~np.isnan(drawn)]
    if not len(drawn):
        return np.nan, np.nan
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return float(low), float(high)


def _ratio(over: NDArray[np.float64], under: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(over, under, out=np.full(over.shape, np.nan), where=under > 0)
