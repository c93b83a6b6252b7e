"""The sequence scorer keeps the contract."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.dataset import Dataset
from recommender.model import Model
from tests.recommender.scorer_contract import NOW, ScorerContract


class TestSequence(ScorerContract):
    scorer = "sequence"


class TestSequenceOfALargeCatalogue(ScorerContract):
    """Targets projected onto their main directions keep every promise of the contract."""

    scorer = "sequence"

    @classmethod
    def fit(cls, dataset: Dataset, as_of: pd.Timestamp = NOW, seed: int = 0) -> Model:
        large = {"sequence": {"dense_courses": 1}}
        return Model.fit(dataset, as_of=as_of, scorers=("sequence",), seed=seed, parameters=large)

    def test_with_all_directions_nothing_is_lost(self, board: Dataset) -> None:
        whole = Model.fit(board, as_of=NOW, scorers=("sequence",))

        np.testing.assert_allclose(
            self.scores(self.fit(board), board), self.scores(whole, board), atol=1e-4
        )
