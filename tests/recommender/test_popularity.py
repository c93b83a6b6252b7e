"""The popularity scorer keeps the contract."""

from __future__ import annotations

import numpy as np
import pytest

from features.dataset import Dataset
from tests.builders import at, checkerboard, teacher, took, world
from tests.recommender.scorer_contract import NOW, ScorerContract


class TestPopularity(ScorerContract):
    scorer = "popularity"

    @pytest.fixture(scope="class")
    @classmethod
    def board(cls) -> Dataset:
        """A segment has to be large before it is believed."""
        return checkerboard(n_teachers=96)

    def test_a_segment_of_which_nobody_was_seen_in_fitting_gets_what_all_get(self) -> None:
        """Junior and senior teachers had switched personalisation off when it was fitted."""
        off = {"personalisation": False}
        dataset = world(
            [took(name, "a", "2025-01-01") for name in ("pri", "jun", "sen")],
            teachers=[
                teacher("jun", phase="junior", **off),
                teacher("pri", phase="kindergarten"),
                teacher("sen", phase="senior", **off),
                teacher("sen", at("2025-07-01"), phase="senior"),
            ],
        )
        model = self.fit(dataset)
        later = at("2025-08-01")
        catalogue = model.catalogue(dataset, later)
        profiles = model.profiles(dataset, later, catalogue)

        scores = model.score(profiles, catalogue, "popularity")

        np.testing.assert_allclose(scores, 1.0, rtol=1e-6)

    def test_what_is_chosen_lately_counts_for_more(self) -> None:
        dataset = world(
            [
                *(took(f"t{n}", "once loved", "2024-01-01") for n in range(4)),
                *(took(f"u{n}", "now loved", "2025-05-01") for n in range(2)),
            ]
        )

        scores = self.scores(self.fit(dataset), dataset)[0]

        assert scores[dataset.courses.position("now loved")] > 0.9

    def test_choices_of_half_a_century_ago_are_told_apart(self) -> None:
        dataset = world(
            [took(t, "a", "1975-01-01") for t in "xyz"] + [took("z", "b", "1975-01-02")]
        )

        scores = self.scores(self.fit(dataset, NOW), dataset)[0]

        assert scores[0] > 2 * scores[1] > 0
