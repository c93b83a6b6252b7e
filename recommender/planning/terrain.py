"""A labelled matrix as the local search walks it: what each option does to each row."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.planning.draft import Matrix
from recommender.planning.relaxation import Relaxed, proven

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Breaking a row costs at least this much of a gain for each largest part; dear at first.
LEAST_PRICE, FIRST_PRICE = 40.0, 200.0
#: And it costs at least so much more than the relaxation pays for it; dear at first.
LEAST_ABOVE, FIRST_ABOVE = 1.1, 1.2
#: Beyond these a relaxed amount is rounding of the solver.
DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Walk:
    """How a walk goes.

    Parameters
    ----------
    narrow
        Options that the relaxation likes less than this share of its bound are left out.
    rest
        Steps for which a flipped option rests; up to twice as many more, at random.
    steps, enough
        The most steps, and the gap to the bound at which it ends.
    tried
        The gap of the plan so far above which it is tried.
    anew
        Whether it starts at the beginning, not where the walk before it ended.
    """

    narrow: float
    rest: int
    steps: int
    enough: float
    tried: float
    anew: bool = True


#: A brief walk does for most plans and goes on for the others. Where it has found nothing near,
#: others start anew by other draws, and the last among more options: several short walks find more
#: than one long one. Measured in docs/decisions/0017-fast-plans.md.
WALKS = (
    Walk(0.003, 2, 200, 0.012, np.inf),
    Walk(0.003, 2, 700, 0.02, 0.02, anew=False),
    *(Walk(0.003, 2, 700, 0.025, 0.027),) * 8,
    Walk(0.01, 2, 1000, 0.025, 0.027),
)


@dataclass(frozen=True, slots=True, eq=False)
class Terrain:
    """The options of a matrix and their effects on its rows, nothing falling short.

    What counts under a cap is no column here: the effect of a capped option on its requirement
    ends where the cap is filled. What periods give to each other stays as :meth:`passing_on`
    has set it, at first nothing.

    Parameters
    ----------
    starts
        Effects of option i are those from ``starts[i]`` to ``starts[i + 1]``.
    rows, coefficients, caps
        Of each effect: the row, the amount, and the cap it fills (-1: none).
    lower, upper
        Bounds of the rows, infinite for rows that only shape others.
    worth
        What a unit of each row gives, of those that give gain as far as they are filled, else 0.
    room
        Of each cap.
    largest
        The largest part of each row, 1 or more.
    terms, loads, shares
        Of each option its term and load; the even share of each term. All terms are one, with
        a share without end, where the matrix has none.
    long
        Options whose load is spread over several terms: they stay where they are when loads are
        evened.
    passing
        Columns of the matrix for what one period gives to another.
    """

    starts: Ints
    rows: Ints
    coefficients: Floats
    caps: Ints
    lower: Floats
    upper: Floats
    worth: Floats
    room: Floats
    largest: Floats
    terms: Ints
    loads: Floats
    shares: Floats
    long: NDArray[np.bool_]
    passing: Ints

    @classmethod
    def of(cls, matrix: Matrix) -> Terrain:
        """Read a matrix whose first columns are its whole ones."""
        options = int(matrix.whole.sum())
        kinds = np.array([label.rule for label in matrix.labels])
        row = np.repeat(np.arange(len(kinds)), np.diff(matrix.rows.indptr))
        column, data = matrix.rows.indices.astype(np.int64), matrix.rows.data
        numbers, parents, room = _caps(matrix, kinds, row, column)
        shaping = (kinds == "even") | (kinds == "cap")
        worth, filled = _worths(matrix)
        inside = (column < options) & (kinds != "even")[row]
        cap = numbers[row[inside]]
        target = np.where(cap >= 0, parents[np.maximum(cap, 0)], row[inside])
        amount = np.where(cap >= 0, -data[inside], data[inside])
        order = _by_column(column[inside], options)
        sizes = np.bincount(column[inside], minlength=options)
        largest = np.ones(len(kinds))
        np.maximum.at(largest, target, np.abs(amount))
        terms, loads, shares, long = _evenness(matrix, kinds, row, column)
        return cls(
            starts=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            rows=target[order].astype(np.int64),
            coefficients=amount[order],
            caps=cap[order],
            lower=np.where(shaping, -np.inf, matrix.lower),
            upper=np.where(shaping, np.inf, matrix.upper - filled),
            worth=worth,
            room=room,
            largest=largest,
            terms=terms,
            loads=loads,
            shares=shares,
            long=long,
            passing=np.unique(column[(kinds == "minimum")[row] & (data < 0)]),
        )

    def passing_on(self, matrix: Matrix, values: Floats) -> Terrain:
        """Return the terrain on which periods give to each other what a solution says.

        A choice that keeps these rows keeps those of the matrix, with these values.
        """
        if not len(self.passing):
            return self
        given = np.round(values[self.passing], DECIMALS)
        return replace(self, lower=self.lower - matrix.rows[:, self.passing] @ given)

    def land(
        self, matrix: Matrix
    ) -> tuple[Floats, Ints, Ints, Floats, Ints, Floats, Floats, Floats, Floats]:
        """Return what the compiled search reads, with the gains of a matrix of this shape."""
        gain = matrix.gain[: len(self.starts) - 1].copy()
        effects = (self.rows, self.coefficients, self.caps)
        return gain, self.starts, *effects, self.lower, self.upper, self.room, self.worth


def _worths(matrix: Matrix) -> tuple[Floats, Floats]:
    """Return what a unit of each row gives, and how many units do; 0 for rows that give none.

    A gain that ends where a column is full is the same as a price on what is missing until then.
    """
    worth, filled = np.zeros(len(matrix.labels)), np.zeros(len(matrix.labels))
    gaps = matrix.gaps
    if len(gaps):
        cells = matrix.rows[gaps].tocoo()
        own = ~matrix.whole[cells.col]
        worth[gaps[cells.row[own]]] = matrix.gain[cells.col[own]]
        filled[gaps[cells.row[own]]] = matrix.column_upper[cells.col[own]]
    return worth, filled


def _by_column(column: Ints, options: int) -> Ints:
    """Return the order of cells column by column, as a stable sort would give it."""
    numbers = np.arange(len(column))
    cells = sparse.csr_array((numbers, column, [0, len(column)]), shape=(1, options))
    order: Ints = cells.tocsc().data
    return order


def _evenness(
    matrix: Matrix, kinds: NDArray[np.str_], row: Ints, column: Ints
) -> tuple[Ints, Floats, Floats, NDArray[np.bool_]]:
    """Read the rows that keep terms even."""
    options = int(matrix.whole.sum())
    even = np.flatnonzero(kinds == "even")
    terms, loads = np.zeros(options, dtype=np.int64), np.zeros(options)
    if not len(even):
        return terms, loads, np.array([np.inf]), np.zeros(options, dtype=bool)
    numbers = np.full(len(kinds), -1, dtype=np.int64)
    numbers[even] = np.arange(len(even))
    here = (column < options) & (numbers[row] >= 0)
    terms[column[here]] = numbers[row[here]]
    loads[column[here]] = matrix.rows.data[here]
    long = np.bincount(column[here], minlength=options) > 1
    return terms, loads, matrix.upper[even], long


def _caps(
    matrix: Matrix, kinds: NDArray[np.str_], row: Ints, column: Ints
) -> tuple[Ints, Ints, Floats]:
    """Return each row's number among the caps (-1: none), and each cap's requirement and room."""
    caps = np.flatnonzero(kinds == "cap")
    numbers = np.full(len(kinds), -1, dtype=np.int64)
    numbers[caps] = np.arange(len(caps))
    counted = ~matrix.whole[column]
    parent_of = np.full(len(matrix.gain), -1, dtype=np.int64)
    direct = counted & (numbers[row] < 0)
    parent_of[column[direct]] = row[direct]
    capped = counted & (numbers[row] >= 0)
    parents, room = np.zeros(max(1, len(caps)), dtype=np.int64), np.zeros(max(1, len(caps)))
    parents[numbers[row[capped]]] = parent_of[column[capped]]
    room[numbers[row[capped]]] = matrix.column_upper[column[capped]]
    return numbers, parents, room


def near(matrix: Matrix, relaxed: Relaxed, options: int, narrow: float) -> Ints:
    """Return the options that a walk looks at: allowed, and not far from worth taking."""
    allowed = matrix.column_upper[:options] > matrix.column_lower[:options]
    liked = relaxed.reduced[:options] > -narrow * max(1.0, abs(relaxed.bound))
    return np.flatnonzero(allowed & (liked | (relaxed.values[:options] > 0.5))).astype(np.int64)


def walked(
    terrain: Terrain,
    matrix: Matrix,
    relaxed: Relaxed,
    *,
    start: NDArray[np.bool_],
    seed: int,
) -> NDArray[np.bool_] | None:
    """Walk from a choice towards the best one that keeps every row, ``None`` if none was met."""
    # numba takes a fifth of a second to import: only those who search wait for it.
    from recommender.planning import tabu

    land, bound = terrain.land(matrix), proven(relaxed.bound)
    held = matrix.column_lower[: len(start)] > 0
    begun = start | held
    best, kept = -np.inf, begun
    for number, walk in enumerate(WALKS):
        if np.isfinite(best) and best >= bound - walk.tried * abs(bound):
            break
        if walk.anew:
            # Where nothing near was found from a plan that was, it is looked for elsewhere.
            chosen = begun.copy() if number == 0 else (relaxed.values[: len(start)] > 0.5) | held
            state, prices = tabu.activities(land, chosen), _prices(terrain, relaxed)
        stop = (walk.steps, bound - walk.enough * abs(bound), walk.rest, seed + number)
        free = near(matrix, relaxed, len(start), walk.narrow)
        value, choice = tabu.walk(land, chosen, free, state, prices, stop)
        if value > best:
            best, kept = value, choice
    return kept if np.isfinite(best) else None


def _prices(terrain: Terrain, relaxed: Relaxed) -> tuple[Floats, Floats, Floats]:
    """Return what breaking each row costs at first and at least, and its largest part."""
    return (
        np.where(
            terrain.worth > 0,
            terrain.worth,
            np.maximum(FIRST_ABOVE * relaxed.prices, FIRST_PRICE / terrain.largest),
        ),
        np.maximum(LEAST_ABOVE * relaxed.prices, LEAST_PRICE / terrain.largest),
        terrain.largest,
    )


def spread(
    terrain: Terrain, matrix: Matrix, kept: NDArray[np.bool_], slots: Ints
) -> NDArray[np.bool_]:
    """Spread the load over the terms of each year, without loss of gain.

    ``slots`` has the same number for options of a course in the same year.
    """
    from recommender.planning import tabu

    load = np.zeros(len(terrain.shares))
    np.add.at(load, terrain.terms[kept], terrain.loads[kept])
    if terrain.long.any():
        even = [row for row, label in enumerate(matrix.labels) if label.rule == "even"]
        load = matrix.rows[even][:, : len(kept)] @ kept.astype(np.float64)
    fixed = matrix.column_upper[: len(slots)] <= matrix.column_lower[: len(slots)]
    alone = np.where(fixed | terrain.long, -1 - np.arange(len(slots)), slots)
    loads = (terrain.loads, load, terrain.shares)
    return tabu.spread(terrain.land(matrix), kept.copy(), alone, terrain.terms, loads)
