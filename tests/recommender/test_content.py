"""The content scorer keeps the contract."""

from __future__ import annotations

from tests.recommender.scorer_contract import ScorerContract


class TestContent(ScorerContract):
    scorer = "content"
