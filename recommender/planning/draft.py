"""One labelled sparse matrix, drafted rule by rule.

Every row knows the rule and the requirement it stands for; the solver, the explanation and the
checks read the same rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse


@dataclass(frozen=True, slots=True)
class Label:
    """What a row stands for.

    Parameters
    ----------
    rule
        ``once``, ``repeat``, ``equivalent``, ``after``, ``clash``, ``free``, ``absence``,
        ``presence``, ``away``, ``share``, ``load``, ``even``, ``pin``, ``budget``,
        ``minimum``, ``maximum``, ``cap`` or ``gap``; in a curriculum ``count`` and ``largest``;
        in the relaxation ``cover``.
    of
        The course, the group, the requirement or the counting rule.
    period
        Key of the term, year or cycle, or a day; empty where the rule has none.
    """

    rule: str
    of: str
    period: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Columns x rows: maximise ``gain`` where ``lower <= rows @ x <= upper``.

    Parameters
    ----------
    rows
        Coefficients, shape (n_rows, n_columns); whole numbers.
    lower, upper
        Bounds of the rows, shape (n_rows,).
    labels
        What each row stands for.
    column_lower, column_upper
        Bounds of the columns, shape (n_columns,).
    whole
        Which columns must be whole numbers.
    gain
        What is maximised, in thousandths of utility.
    levels
        Costs of falling short, shape (n_levels, n_columns): each is as small as can be before
        the next is looked at, and all before ``gain``.
    rough
        Costs of an uneven plan, shape (n_columns,): looked at after ``gain``.
    """

    rows: sparse.csr_array
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    labels: tuple[Label, ...]
    column_lower: NDArray[np.float64]
    column_upper: NDArray[np.float64]
    whole: NDArray[np.bool_]
    gain: NDArray[np.float64]
    levels: NDArray[np.float64]
    rough: NDArray[np.float64]

    def worth(self, chosen: NDArray[np.bool_]) -> float:
        """Return the gain of a choice of the whole columns, which come first; shape (n,).

        What a further course adds to a competency, less each time, is in it: a ``gap`` row gives
        the gain of its column for each course up to as many as the column has room for.
        """
        gain = float(self.gain[: len(chosen)][chosen].sum())
        for row in self.gaps:
            columns = self.rows.indices[self.rows.indptr[row] : self.rows.indptr[row + 1]]
            filled = columns[~self.whole[columns]][0]
            taken = chosen[columns[self.whole[columns]]].sum()
            gain += float(self.gain[filled] * min(taken, self.column_upper[filled]))
        return gain

    @property
    def gaps(self) -> NDArray[np.int64]:
        """The rows that only give gain: any choice keeps them."""
        return np.flatnonzero([label.rule == "gap" for label in self.labels])


@dataclass(slots=True)
class Draft:
    """A matrix being written: columns and rows are appended, never changed.

    Examples
    --------
    >>> draft = Draft()
    >>> both = draft.columns(upper=[1, 1], gain=[3, 2], whole=True)
    >>> draft.row(Label("once", "c1"), both, [1, 1], upper=1)
    >>> draft.matrix().rows.toarray().tolist()
    [[1.0, 1.0]]
    """

    _lower: list[float] = field(default_factory=list)
    _upper: list[float] = field(default_factory=list)
    _whole: list[bool] = field(default_factory=list)
    _gain: list[float] = field(default_factory=list)
    _costs: list[tuple[int, int, float]] = field(default_factory=list)
    _rough: dict[int, float] = field(default_factory=dict)
    _labels: list[Label] = field(default_factory=list)
    _row_bounds: list[tuple[float, float]] = field(default_factory=list)
    _sizes: list[int] = field(default_factory=list)
    _cells: list[tuple[NDArray[np.int64], NDArray[np.float64]]] = field(default_factory=list)

    def columns(
        self, *, upper: ArrayLike, gain: ArrayLike, whole: bool = False, lower: ArrayLike = 0.0
    ) -> NDArray[np.int64]:
        """Append columns and return their numbers; ``upper`` and ``gain`` have shape (n,)."""
        highest = np.asarray(upper, dtype=np.float64).reshape(-1).tolist()
        first = len(self._upper)
        self._upper += highest
        self._lower += np.broadcast_to(lower, len(highest)).astype(float).tolist()
        self._whole += [whole] * len(highest)
        self._gain += np.asarray(gain, dtype=np.float64).reshape(-1).tolist()
        return np.arange(first, len(self._upper), dtype=np.int64)

    def shortage(self, level: int, most: float, cost: float) -> int:
        """Append a column for what is missing, up to ``most``, and return its number."""
        number = self._one(most)
        self._costs.append((level, number, cost))
        return number

    def roughness(self, cost: float) -> int:
        """Append a column for what makes a plan uneven and return its number."""
        number = self._one(np.inf)
        self._rough[number] = cost
        return number

    def _one(self, upper: float) -> int:
        """Append one column that gains nothing and need not be whole."""
        self._upper.append(upper)
        self._lower.append(0.0)
        self._whole.append(False)
        self._gain.append(0.0)
        return len(self._upper) - 1

    def row(
        self,
        label: Label,
        columns: NDArray[np.int64] | Sequence[int],
        coefficients: ArrayLike,
        *,
        lower: float = -np.inf,
        upper: float = np.inf,
    ) -> None:
        """Append one row."""
        cells = np.asarray(columns, dtype=np.int64), np.asarray(coefficients, dtype=np.float64)
        self._labels.append(label)
        self._row_bounds.append((lower, upper))
        self._sizes.append(len(cells[0]))
        self._cells.append(cells)

    def rows(
        self,
        labels: Sequence[Label],
        sizes: Sequence[int],
        columns: NDArray[np.int64],
        coefficients: NDArray[np.float64],
        *,
        lower: float = -np.inf,
        upper: ArrayLike = np.inf,
    ) -> None:
        """Append rows of one lower bound: the first takes the first ``sizes[0]`` cells, and so on.

        ``columns`` and ``coefficients`` hold the cells of all rows, one row after the other;
        ``upper`` is of each row, or the same for all.
        """
        self._labels += labels
        highest = np.broadcast_to(upper, len(labels)).astype(float).tolist()
        self._row_bounds += [(lower, each) for each in highest]
        self._sizes += sizes
        self._cells.append((columns, coefficients))

    def matrix(self) -> Matrix:
        """Return what has been drafted."""
        bounds = np.array(self._row_bounds, dtype=np.float64).reshape(-1, 2)
        return Matrix(
            rows=self._rows(len(self._upper)),
            lower=bounds[:, 0],
            upper=bounds[:, 1],
            labels=tuple(self._labels),
            column_lower=np.array(self._lower),
            column_upper=np.array(self._upper),
            whole=np.array(self._whole, dtype=bool),
            gain=np.array(self._gain),
            levels=self._levels(),
            rough=self._roughness(),
        )

    def added_to(self, matrix: Matrix) -> Matrix:
        """Return a matrix with the rows drafted here below its own; they are of its columns."""
        if not self._labels:
            return matrix
        bounds = np.array(self._row_bounds, dtype=np.float64)
        return replace(
            matrix,
            rows=sparse.vstack([matrix.rows, self._rows(len(matrix.gain))], format="csr"),
            lower=np.concatenate([matrix.lower, bounds[:, 0]]),
            upper=np.concatenate([matrix.upper, bounds[:, 1]]),
            labels=(*matrix.labels, *self._labels),
        )

    def _rows(self, columns: int) -> sparse.csr_array:
        starts = np.concatenate([[0], np.cumsum(self._sizes, dtype=np.int64)])
        indices = np.concatenate([np.zeros(0, np.int64), *(cell for cell, _ in self._cells)])
        data = np.concatenate([np.zeros(0), *(values for _, values in self._cells)])
        return sparse.csr_array((data, indices, starts), shape=(len(self._sizes), columns))

    def _levels(self) -> NDArray[np.float64]:
        used = sorted({level for level, _, _ in self._costs})
        levels = np.zeros((len(used), len(self._upper)))
        for level, column, cost in self._costs:
            levels[used.index(level), column] = cost
        return levels

    def _roughness(self) -> NDArray[np.float64]:
        rough = np.zeros(len(self._upper))
        rough[list(self._rough)] = list(self._rough.values())
        return rough
