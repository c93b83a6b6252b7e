"""Gaps between groups: which are compared, how wide, and what chance makes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from training.gaps import SMALLEST, Found, Groups


def gap(values: list[float], words: list[str]) -> list[tuple[int, Found]]:
    column = np.array(values)[:, None]
    return list(Groups.of(column, np.arange(len(words)), np.array(words), 0).gaps(0))


def test_one_group_alone_has_no_gap() -> None:
    assert gap([0.1, 0.9] * SMALLEST, ["rural"] * 2 * SMALLEST) == []


def test_a_small_group_and_the_unknown_are_not_compared() -> None:
    words = ["rural"] * SMALLEST + ["town"] * (SMALLEST - 1) + [""] * SMALLEST
    assert gap([0.5] * len(words), words) == []


def test_teachers_who_could_not_be_judged_do_not_make_a_group_large() -> None:
    words = ["rural"] * SMALLEST + ["town"] * SMALLEST
    assert gap([0.5] * (2 * SMALLEST - 1) + [np.nan], words) == []


def test_the_gap_is_between_the_highest_and_the_lowest_mean() -> None:
    words = np.repeat(["rural", "town", "urban"], SMALLEST).tolist()
    values = np.repeat([0.2, 0.9, 0.6], SMALLEST).tolist()

    ((column, (highest, lowest, figure, by_chance, p)),) = gap(values, words)

    assert (column, highest, lowest) == (0, "town", "rural")
    assert (figure.mean, figure.low, figure.high) == pytest.approx((0.7, 0.7, 0.7))
    assert figure.teachers == 3 * SMALLEST
    assert by_chance < 0.3
    assert p == 1 / 201


def test_groups_served_alike_show_no_more_than_a_gap_by_chance() -> None:
    values = np.random.default_rng(1).random(6 * SMALLEST)
    words = np.resize(["rural", "town", "urban"], len(values)).tolist()

    ((_, (_, _, figure, by_chance, p)),) = gap(values.tolist(), words)

    assert figure.mean > 0
    assert by_chance > 0
    assert p > 0.1


@settings(max_examples=20)
@given(
    hnp.arrays(
        np.float64, (3 * SMALLEST + 9, 2), elements=st.sampled_from([0.0, 0.5, 1.0, np.nan])
    ),
    hnp.arrays(np.str_, 3 * SMALLEST + 9, elements=st.sampled_from(["a", "b", ""])),
)
def test_the_gap_is_that_of_the_means_written_out(
    values: np.ndarray[tuple[int, int]], words: np.ndarray[tuple[int]]
) -> None:
    expected = {}
    for column in range(2):
        means = {}
        for word in ("a", "b"):
            own = [v for v, w in zip(values[:, column], words, strict=True) if w == word]
            judged = [value for value in own if value == value]
            if len(judged) >= SMALLEST:
                means[word] = sum(judged) / len(judged)
        if len(means) == 2:
            expected[column] = max(means.values()) - min(means.values())
    found = Groups.of(values, np.arange(len(values)), words, 0).gaps(0)
    assert {column: each[2].mean for column, each in found} == pytest.approx(expected)
