"""The next-course model over what was learned of late: histories that fade with the days."""

from __future__ import annotations

from scipy import sparse

from features.histories import Histories
from recommender.scorers.sequence import Sequence


class Season(Sequence):
    """As ``sequence``, but a course taken long ago says little however few came since.

    For a teacher who has been away it falls back on what such teachers choose now.
    """

    name = "season"

    def _past(self, histories: Histories) -> tuple[sparse.csr_array, ...]:
        return histories.by_days
