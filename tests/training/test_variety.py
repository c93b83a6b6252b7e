"""Novelty, diversity, calibration and exposure, against slow, obvious oracles."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from training.variety import diversity, gini, information, miscalibration, novelty

N_COURSES = 5
LISTS = st.lists(
    st.permutations([*range(N_COURSES), -1, -1]).map(lambda order: order[:4]),
    min_size=1,
    max_size=4,
).map(np.array)
NOTHING = np.array([[-1, -1]])
CONTENT = hnp.arrays(np.float64, (N_COURSES, 3), elements=st.sampled_from([0.0, 0.5, 1.0]))


def of_length_one(rows):
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, length, out=np.zeros_like(rows), where=length > 0)


def shown(row):
    return [course for course in row.tolist() if course >= 0]


def mean(numbers):
    return sum(numbers) / len(numbers) if numbers else math.nan


def test_an_empty_list_has_no_value():
    content = sparse.csr_array(np.eye(2))
    assert np.isnan(novelty(NOTHING, np.array([1.0, 2.0]))).all()
    assert np.isnan(diversity(NOTHING, content)).all()
    assert np.isnan(miscalibration(NOTHING, content, content[:1])).all()
    assert math.isnan(gini(NOTHING, np.array([True, True])))


def test_a_list_of_one_course_has_no_diversity_and_a_teacher_without_history_no_calibration():
    content = sparse.csr_array(np.eye(2))
    assert np.isnan(diversity(np.array([[0, -1]]), content)).all()
    nobody = sparse.csr_array((1, 2))
    assert np.isnan(miscalibration(np.array([[0, 1]]), content, nobody)).all()


@given(hnp.arrays(np.int64, N_COURSES, elements=st.integers(0, 9)), LISTS)
def test_novelty_is_the_mean_surprise_of_the_courses_shown(takers, lists):
    bits = [-math.log2(max(count, 1) / 9) for count in takers.tolist()]
    expected = [mean([bits[course] for course in shown(row)]) for row in lists]
    np.testing.assert_allclose(novelty(lists, information(takers, 9)), expected, atol=1e-12)


@given(CONTENT, LISTS)
def test_diversity_is_one_less_the_mean_cosine_of_all_pairs(rows, lists):
    content = of_length_one(rows)
    expected = [
        1 - mean([content[a] @ content[b] for a, b in itertools.combinations(described, 2)])
        for described in ([c for c in shown(row) if content[c].any()] for row in lists)
    ]
    got = diversity(lists, sparse.csr_array(content))
    np.testing.assert_allclose(got, expected, atol=1e-12)


@given(
    hnp.arrays(bool, (N_COURSES, 3)),
    LISTS.flatmap(lambda lists: st.tuples(st.just(lists), hnp.arrays(bool, (len(lists), 5)))),
)
def test_miscalibration_is_the_divergence_of_two_mixes(holds, lists_and_history):
    lists, history = lists_and_history
    of = [[bool(h) / sum(row) for h in row] if any(row) else None for row in holds.tolist()]

    def mix(courses):
        told = [of[course] for course in courses if of[course] is not None]
        return [mean([row[g] for row in told]) for g in range(3)] if told else [math.nan] * 3

    expected = []
    for row, chose in zip(lists, history, strict=True):
        p, q = mix(np.flatnonzero(chose).tolist()), mix(shown(row))
        terms = [
            a * math.log(a / (0.99 * b + 0.01 * a)) if a != 0 else b * 0
            for a, b in zip(p, q, strict=True)
        ]
        expected.append(sum(terms))
    categories = sparse.csr_array(np.array([row or [0, 0, 0] for row in of], float))
    got = miscalibration(lists, categories, sparse.csr_array(history.astype(float)))
    np.testing.assert_allclose(got, expected, atol=1e-12)


@given(LISTS, hnp.arrays(bool, N_COURSES))
def test_gini_is_half_the_mean_difference_of_exposures_over_their_mean(lists, candidates):
    lists = np.where((lists >= 0) & candidates[lists], lists, -1)
    exposure = [int((lists == course).sum()) for course in np.flatnonzero(candidates)]
    differences = [abs(a - b) for a, b in itertools.product(exposure, repeat=2)]
    expected = mean(differences) / (2 * mean(exposure)) if sum(exposure) else math.nan
    assert gini(lists, candidates) == pytest.approx(expected, nan_ok=True)


def test_showing_one_course_to_all_is_as_unequal_as_can_be():
    assert gini(np.zeros((7, 1), int), np.ones(4, bool)) == (4 - 1) / 4
