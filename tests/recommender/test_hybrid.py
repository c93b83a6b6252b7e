"""The hybrid keeps the contract, and is what its parts make it."""

from __future__ import annotations

from tests.recommender.scorer_contract import ScorerContract


class TestHybrid(ScorerContract):
    scorer = "hybrid"

    @classmethod
    def parts(cls) -> tuple[str, ...]:
        return ("popularity", "content", "sequence")
