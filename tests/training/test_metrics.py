"""Metrics against visible arithmetic and against slow, obvious oracles."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from training.metrics import METRICS, auc, coverage, hits


def of(metric, hit_list, relevant):
    return METRICS[metric](np.array([hit_list], bool), np.array([relevant]))[0]


@pytest.mark.parametrize("metric", METRICS)
def test_a_teacher_without_relevant_courses_cannot_be_judged(metric):
    assert math.isnan(of(metric, [0, 0], 0))


@pytest.mark.parametrize("metric", METRICS)
def test_a_list_without_a_hit_is_worth_nothing(metric):
    assert of(metric, [0, 0, 0], 2) == 0


@pytest.mark.parametrize("metric", METRICS)
def test_a_perfect_list_is_worth_one(metric):
    assert of(metric, [1, 1, 1], 3) == 1


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("ndcg", (1 / math.log2(3) + 1 / math.log2(5)) / (1 + 1 / math.log2(3) + 1 / math.log2(4))),
        ("recall", 2 / 3),
        ("precision", 2 / 4),
        ("hit", 1),
        ("mrr", 1 / 2),
        ("map", (1 / 2 + 2 / 4) / 3),
    ],
)
def test_hits_at_ranks_two_and_four_of_three_relevant_courses(metric, expected):
    assert of(metric, [0, 1, 0, 1], 3) == pytest.approx(expected)


def test_with_more_relevant_courses_than_ranks_recall_stays_below_one_and_ndcg_does_not():
    assert of("recall", [1, 1], 8) == 2 / 8
    assert of("ndcg", [1, 1], 8) == 1


def oracle(metric, hit_list, relevant):
    """The definitions, rank by rank."""
    k = len(hit_list)
    ranks = [rank for rank, hit in enumerate(hit_list, start=1) if hit]
    gain = lambda ranks: sum(1 / math.log2(rank + 1) for rank in ranks)  # noqa: E731
    return {
        "ndcg": gain(ranks) / gain(range(1, min(k, relevant) + 1)),
        "recall": len(ranks) / relevant,
        "precision": len(ranks) / k,
        "hit": float(len(ranks) > 0),
        "mrr": 1 / ranks[0] if ranks else 0.0,
        "map": sum(sum(r <= rank for r in ranks) / rank for rank in ranks) / min(k, relevant),
    }[metric]


@pytest.mark.parametrize("metric", METRICS)
@given(hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, max_side=8)), st.integers(0, 5))
def test_the_fast_metric_equals_the_slow_one(metric, hit_lists, more):
    relevant = hit_lists.sum(axis=1) + more
    expected = [
        oracle(metric, row, count) if count else math.nan
        for row, count in zip(hit_lists.tolist(), relevant.tolist(), strict=True)
    ]
    got = METRICS[metric](hit_lists, relevant)
    np.testing.assert_allclose(got, expected)
    assert ((got >= 0) & (got <= 1) | np.isnan(got)).all()


@given(hnp.arrays(bool, (4, 6)), hnp.arrays(np.int32, (4, 3), elements=st.integers(-1, 5)))
def test_a_recommended_course_is_a_hit_where_the_truth_holds_it(truth, top):
    expected = [[c >= 0 and bool(truth[t, c]) for c in row] for t, row in enumerate(top)]
    assert hits(top, sparse.csr_array(truth)).tolist() == expected


@given(
    hnp.arrays(np.float32, (3, 6), elements=st.sampled_from([-1.0, 0.0, 0.5, 2.0])),
    hnp.arrays(bool, (3, 6)),
    hnp.arrays(bool, (3, 6)),
)
def test_auc_counts_the_pairs_in_the_right_order(scores, relevant, eligible):
    relevant &= eligible
    expected = []
    for row, good, fair in zip(scores, relevant, eligible, strict=True):
        pairs = [(p > n) + (p == n) / 2 for p in row[good] for n in row[fair & ~good]]
        expected.append(np.mean(pairs) if pairs else math.nan)
    np.testing.assert_allclose(auc(scores, relevant, eligible), expected)


def test_coverage_is_the_share_of_candidates_that_anyone_is_shown():
    candidates = np.array([True, True, True, False, True])
    assert coverage(np.array([[0, 1], [1, 2], [1, -1]]), candidates) == 3 / 4
