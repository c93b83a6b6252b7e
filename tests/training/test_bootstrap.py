"""Bootstrap intervals: width, pairing, clusters, and what cannot be judged."""

import math

import numpy as np
import pytest

from training import bootstrap
from training.bootstrap import figures


def one(values, teachers=None, seed=0, draws=1000):
    values = np.asarray(values, float)
    teachers = np.arange(len(values)) if teachers is None else np.asarray(teachers)
    return figures(values[:, None], teachers, np.random.default_rng(seed), draws)[0]


def test_without_teachers_there_is_no_figure():
    figure = one([])
    assert math.isnan(figure.mean)
    assert math.isnan(figure.low)
    assert figure.teachers == 0


def test_a_column_that_cannot_be_judged_is_no_number_and_spoils_no_other():
    values = np.array([[math.nan, 1.0], [math.nan, 1.0]])
    empty, full = figures(values, np.arange(2), np.random.default_rng(0))
    assert math.isnan(empty.high)
    assert (full.mean, full.low, full.high, full.teachers) == (1, 1, 1, 2)


def test_the_same_seed_gives_the_same_interval():
    values = np.random.default_rng(1).random(50)
    assert one(values, seed=4) == one(values, seed=4)
    assert one(values, seed=4) != one(values, seed=5)


def test_the_interval_of_many_independent_values_is_that_of_the_normal_law():
    values = np.random.default_rng(2).normal(3, 2, 2000)
    figure = one(values, draws=4000)
    half = 1.96 * values.std() / math.sqrt(len(values))
    assert figure.mean == pytest.approx(values.mean())
    assert figure.low == pytest.approx(figure.mean - half, abs=half / 10)
    assert figure.high == pytest.approx(figure.mean + half, abs=half / 10)


def test_a_constant_difference_has_an_interval_without_width():
    a = np.random.default_rng(3).random(40)
    assert one((a + 0.1) - a).low == pytest.approx(0.1)
    assert one((a + 0.1) - a).high == pytest.approx(0.1)


def test_rows_of_one_teacher_are_drawn_together():
    values = np.random.default_rng(4).normal(size=100)
    alone, repeated = one(values), one(np.tile(values, 9), np.tile(np.arange(100), 9))
    assert repeated.teachers == 100
    assert repeated.high - repeated.low == pytest.approx(alone.high - alone.low)


def test_drawing_in_blocks_changes_nothing_but_the_memory(monkeypatch):
    values = np.random.default_rng(5).random(30)
    whole = one(values)
    monkeypatch.setattr(bootstrap, "_BLOCK", 70)
    assert one(values) == whole
