"""How differently groups of teachers are served: means by group, and the widest gap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from training.bootstrap import Figure, Sample, interval, sample

#: A group of fewer teachers is shown but not compared: its mean says little.
SMALLEST = 30
#: How often words are dealt anew to see what gap chance makes.
DEALS = 200
#: Highest and lowest group, gap, gap by chance, p-value.
Found: TypeAlias = tuple[str, str, Figure, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Values of the teachers of several groups.

    Parameters
    ----------
    values
        Shape (n_rows, n_columns); NaN where a teacher could not be judged.
    words
        The group of each row, ``""`` where unknown; shape (n_rows,).
    samples
        Word -> means of each column, and the same with the group's teachers drawn anew. Groups
        are drawn apart from each other, so their sizes stay.
    """

    values: NDArray[np.float64]
    words: NDArray[np.str_]
    samples: Mapping[str, Sample]

    @classmethod
    def of(
        cls,
        values: NDArray[np.float64],
        teachers: NDArray[np.integer],
        words: NDArray[np.str_],
        seed: int,
    ) -> Groups:
        """Draw the teachers of each group; ``teachers`` has shape (n_rows,)."""
        names = np.unique(words[words != ""]).tolist()
        # A source of its own for each: groups of one size would else be drawn alike.
        sources = np.random.default_rng(seed).spawn(len(names))
        samples = {}
        for word, rng in zip(names, sources, strict=True):
            own = words == word
            samples[word] = sample(values[own], teachers[own], rng)
        return cls(values, words, samples)

    def gaps(self, seed: int) -> Iterator[tuple[int, Found]]:
        """Yield column and gap wherever two groups have :data:`SMALLEST` judged teachers."""
        if len(self.samples) < 2:
            return
        names, drawn = list(self.samples), list(self.samples.values())
        behind = np.array([each.teachers for each in drawn])
        large = behind >= SMALLEST
        means = np.where(large, [each.means for each in drawn], np.nan)
        columns = np.flatnonzero(large.sum(axis=0) >= 2)
        if not len(columns):
            return
        again = [
            np.where(mine, each.drawn, np.nan) for mine, each in zip(large, drawn, strict=True)
        ]
        of_draws = _spread(np.array(again)[:, :, columns])
        by_chance = self._by_chance(columns, large[:, columns], seed)
        for place, column in enumerate(columns.tolist()):
            own = means[:, column]
            gap = float(np.nanmax(own) - np.nanmin(own))
            teachers = int(behind[large[:, column], column].sum())
            chance = by_chance[:, place]
            p = (1 + int((chance >= gap - 1e-12).sum())) / (1 + len(chance))
            figure = Figure(gap, *interval(of_draws[:, place]), teachers)
            highest, lowest = names[int(np.nanargmax(own))], names[int(np.nanargmin(own))]
            yield column, (highest, lowest, figure, float(chance.mean()), p)

    def _by_chance(
        self, columns: NDArray[np.intp], large: NDArray[np.bool_], seed: int
    ) -> NDArray[np.float64]:
        """Return gaps with words dealt anew among the rows that have one, (DEALS, n_columns)."""
        rng = np.random.default_rng(seed)
        known = self.words != ""
        values = self.values[np.ix_(known, columns)]
        judged = ~np.isnan(values)
        filled = np.where(judged, values, 0.0)
        # Counts of judged rows go the same way as sums of values.
        both = np.hstack([filled, judged])
        words = np.array(list(self.samples))[:, None] == self.words[known]
        gaps = np.empty((DEALS, len(columns)))
        for deal in range(DEALS):
            sums, rows = np.hsplit(rng.permutation(words, axis=1).astype(float) @ both, 2)
            means = np.divide(sums, rows, out=np.full(sums.shape, np.nan), where=rows > 0)
            gaps[deal] = _spread(np.where(large, means, np.nan))
        return gaps


def _spread(means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the highest less the lowest along the first axis, leaving NaN out."""
    return np.fmax.reduce(means, axis=0) - np.fmin.reduce(means, axis=0)
