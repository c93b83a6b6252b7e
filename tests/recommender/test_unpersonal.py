"""What has long been chosen, and what is chosen more for its time on offer."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.dataset import Dataset
from recommender.model import Model
from tests.builders import at, took, world
from tests.recommender.scorer_contract import ScorerContract


class SameForAll(ScorerContract):
    """These two know nobody: what the contract asks of taste is asked of them the other way."""

    def test_the_left_out_course_of_a_checkerboard_comes_first(
        self, model: Model, board: Dataset
    ) -> None:
        scores = self.scores(model, board)

        np.testing.assert_array_equal(scores, np.broadcast_to(scores[0], scores.shape))

    def test_a_new_course_borrows_from_those_like_it(
        self, model: Model, strangers: Dataset
    ) -> None:
        scores = self.scores(model, strangers)[0]
        even = strangers.courses.positions(["c00", "c02", "c04", "c06", "c08", "c10"])

        assert scores[even].min() <= scores[strangers.courses.position("novelty")]
        assert scores[strangers.courses.position("novelty")] <= scores[even].max()


class TestLasting(SameForAll):
    scorer = "lasting"

    def test_what_was_loved_a_year_ago_counts_half(self) -> None:
        dataset = world(
            [took(f"t{n}", "then", "2024-06-01") for n in range(4)]
            + [took(f"u{n}", "now", "2025-05-31") for n in range(2)]
        )

        then, now = self.scores(self.fit(dataset), dataset)[0][
            dataset.courses.positions(["then", "now"])
        ]

        np.testing.assert_allclose(then / now, 4 * 2 ** -(365 / 365) / 2, rtol=0.01)


class TestRising(SameForAll):
    scorer = "rising"

    def test_a_new_course_is_not_behind_for_having_come_late(self) -> None:
        weekly = [took(f"t{n}", "old", at("2024-06-01") + pd.Timedelta(weeks=n)) for n in range(50)]
        twice_a_week = [
            took(f"u{n}", "new", at("2025-05-01") + pd.Timedelta(days=3 * n)) for n in range(10)
        ]
        dataset = world(weekly + twice_a_week)

        scores = self.scores(self.fit(dataset), dataset)[0]
        old, new = scores[dataset.courses.positions(["old", "new"])]

        assert new > old
