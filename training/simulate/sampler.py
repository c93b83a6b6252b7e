"""Draws courses for many segments of teachers at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class Sampler:
    """Draws courses for segments, in proportion to weights of shape (n_segments, n_courses).

    ``has_any`` says which segments have a course of positive weight.
    """

    def __init__(self, weights: NDArray[np.float64]) -> None:
        """Prepare one ascending list of all segments' shares, zeros left out."""
        segment, self._course = np.nonzero(weights)
        total = weights.sum(axis=1)
        share = np.cumsum(weights[segment, self._course])
        before = np.concatenate([[0.0], np.cumsum(total)])
        self._upper = segment + (share - before[segment]) / total[segment]
        self.has_any = total > 0

    def draw(
        self, segments: NDArray[np.integer], size: int, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Return ``size`` courses for each segment, repeats allowed, (len(segments), size)."""
        mark = segments[:, None] + rng.random((len(segments), size))
        at = np.searchsorted(self._upper, mark.ravel(), side="right")
        return self._course[np.minimum(at, len(self._course) - 1)].reshape(mark.shape)
