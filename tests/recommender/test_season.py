"""The season scorer keeps the contract, and forgets with the days."""

from __future__ import annotations

from tests.recommender.scorer_contract import ScorerContract


class TestSeason(ScorerContract):
    scorer = "season"
