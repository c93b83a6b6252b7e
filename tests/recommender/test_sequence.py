"""The sequence scorer keeps the contract."""

from __future__ import annotations

from tests.recommender.scorer_contract import ScorerContract


class TestSequence(ScorerContract):
    scorer = "sequence"
