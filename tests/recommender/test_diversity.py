"""A varied list: what its formula says, place by place."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from features.encoding import unit_rows
from recommender.diversity import varied


def slowly(scores: np.ndarray, content: np.ndarray, k: int, share: float) -> list[int]:
    """Maximal marginal relevance, one course at a time; of equals the more relevant."""
    low, high = scores.min(), scores.max()
    found: list[int] = []
    while len(found) < min(k, len(scores)):
        worth = {}
        for course in sorted(set(range(len(scores))) - set(found), key=lambda n: -scores[n]):
            alike = max((float(content[course] @ content[above]) for above in found), default=0)
            relevance = (scores[course] - low) / max(high - low, 1e-12)
            worth[course] = (1 - share) * relevance - share * alike
        found.append(max(worth, key=lambda course: worth[course]))
    return found


@pytest.fixture
def content() -> sparse.csr_array:
    rng = np.random.default_rng(2)
    return unit_rows(sparse.csr_array(rng.random((30, 6)) * (rng.random((30, 6)) < 0.4)))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 1.0])
def test_each_place_goes_to_the_course_of_the_highest_marginal_relevance(content, share: float):
    scores = np.random.default_rng(3).random(30).astype(np.float32)
    found = varied(scores, content, 12, share).tolist()
    assert found == slowly(scores.astype(float), content.toarray(), 12, share)


def test_no_share_ranks_by_score(content):
    scores = np.random.default_rng(4).random(30).astype(np.float32)
    assert varied(scores, content, 30, 0).tolist() == np.argsort(-scores).tolist()


def test_of_nothing_nothing_is_listed():
    assert varied(np.zeros(0, np.float32), sparse.csr_array((0, 3)), 5, 0.5).tolist() == []


def test_likeness_moves_the_like_down_as_the_share_grows(content):
    scores = np.random.default_rng(5).random(30).astype(np.float32)

    def likeness(share: float) -> float:
        own = content[varied(scores, content, 8, share)]
        return float((own @ own.T).toarray().sum())

    assert likeness(0.9) < likeness(0.5) < likeness(0.0)
