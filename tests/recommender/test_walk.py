"""Random walks keep the contract, and reach what is not too popular."""

from __future__ import annotations

import numpy as np

from tests.builders import took, world
from tests.recommender.scorer_contract import ScorerContract


class TestWalk(ScorerContract):
    scorer = "walk"

    def test_a_walk_ends_where_the_same_teachers_went_and_nowhere_else(self) -> None:
        dataset = world(
            [took(t, c, "2025-01-01") for t in ("ann", "bob") for c in ("a", "b")]
            + [took("eve", c, "2025-01-01") for c in ("c", "d")]
        )

        scores = self.scores(self.fit(dataset), dataset)
        ann = dict(zip(dataset.courses.ids, scores[dataset.teachers.position("ann")], strict=True))

        assert ann["b"] > 0
        assert ann["c"] == ann["d"] == 0

    def test_chances_are_those_of_walking_step_by_step(self) -> None:
        """From a: to either of its two takers, and from each to one of the courses taken."""
        dataset = world(
            [
                took("ann", "a", "2025-01-01"),
                took("ann", "b", "2025-01-01"),
                took("bob", "a", "2025-01-01"),
            ]
        )
        model = self.fit(dataset)
        walk = model.scorers["walk"]

        chances = walk.chances_.toarray()

        assert walk.alpha == 1
        to_a, to_b = 1 / 2 * 1 / 2 + 1 / 2 * 1, 1 / 2 * 1 / 2
        np.testing.assert_allclose(
            chances[0], [to_a / 2**walk.beta, to_b / 1**walk.beta], rtol=1e-6
        )
