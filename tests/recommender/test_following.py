"""Transitions keep the contract, and count what followed what."""

from __future__ import annotations

import numpy as np

from tests.builders import took, world
from tests.recommender.scorer_contract import ScorerContract


class TestFollowing(ScorerContract):
    scorer = "following"

    def test_chances_are_counts_of_what_came_after(self) -> None:
        dataset = world(
            [took("ann", c, f"2025-01-0{n + 1}") for n, c in enumerate("abc")]
            + [took("bob", c, f"2025-02-0{n + 1}") for n, c in enumerate("ab")]
        )
        following = self.fit(dataset).scorers["following"]

        chances = following.chances_.toarray()

        half, shrunk = following.discount, following.shrinkage
        expected = [[0, 2 / (2 + shrunk), half / (2 + shrunk)], [0, 0, 1 / (2 + shrunk)], [0] * 3]
        np.testing.assert_allclose(chances, expected, rtol=1e-6)
