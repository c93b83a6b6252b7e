"""The truth of a simulated province shows in its choices: taste, drift, popularity, noise."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from features.dataset import Dataset
from features.events import EventLog
from training.simulate import Simulation, Truth, simulate


@cache
def _province(noise: float = 1.0, drift: float = 1.0) -> tuple[Dataset, Truth]:
    settings = Simulation(teachers=1_500, courses=200, noise=noise, drift=drift)
    return simulate(settings, seed=11)


def _wishes(dataset: Dataset) -> EventLog:
    log = dataset.log.of_kinds("selected")
    return log.where(log.self_selected)


def _rank_of_chosen(dataset: Dataset, truth: Truth) -> float:
    """Return the mean share of eligible courses that the truth puts below the chosen one."""
    log = _wishes(dataset)
    ranks = []
    for year in (2022, 2023, 2024):
        first, last = (np.datetime64(f"{y}-01-01", "us").astype(np.int64) for y in (year, year + 1))
        now = log.where((log.occurred_at >= first) & (log.occurred_at < last))
        utility = truth.utility(now.teacher, np.arange(len(dataset.courses)), year)
        able = truth.eligible[truth.segment_in(now.teacher, year - 1)]
        own = utility[np.arange(len(now)), now.course][:, None]
        ranks.append(((utility < own) & able).sum(axis=1) / np.maximum(able.sum(axis=1) - 1, 1))
    return float(np.concatenate(ranks).mean())


def _follow_lift(dataset: Dataset, truth: Truth) -> float:
    """Return how much oftener than at random a choice is a follower of the one before."""
    log = _wishes(dataset)
    order = np.lexsort([log.occurred_at, log.teacher])
    teacher, course = log.teacher[order], log.course[order]
    same = teacher[1:] == teacher[:-1]
    before, after = course[:-1][same], course[1:][same]

    def hits(previous: np.ndarray) -> float:
        return float((truth.followers[previous] == after[:, None]).any(axis=1).mean())

    return hits(before) / hits(np.random.default_rng(0).permutation(before))


def test_the_mean_number_of_events_is_near_the_setting() -> None:
    dataset, _ = _province()
    assert len(dataset.log) / len(dataset.teachers) == pytest.approx(20, rel=0.08)


def test_activity_has_a_heavy_tail_and_some_teachers_did_nothing() -> None:
    dataset, _ = _province()
    many = np.bincount(dataset.log.teacher, minlength=len(dataset.teachers))
    assert 0 < (many == 0).mean() < 0.1
    assert np.quantile(many, 0.99) > 3 * np.median(many)


def test_the_truth_ranks_chosen_courses_far_above_the_middle() -> None:
    assert _rank_of_chosen(*_province()) > 0.65


def test_more_noise_leaves_less_signal() -> None:
    assert _rank_of_chosen(*_province()) > _rank_of_chosen(*_province(noise=6.0)) + 0.05


def test_the_course_before_tells_of_the_next() -> None:
    assert _follow_lift(*_province()) > 1.5


def test_drift_is_a_matter_of_its_weight() -> None:
    """Likeness of one choice to the one before grows with the weight of drift."""

    def likeness(province: tuple[Dataset, Truth]) -> float:
        dataset, truth = province
        log = _wishes(dataset)
        order = np.lexsort([log.occurred_at, log.teacher])
        teacher, course = log.teacher[order], log.course[order]
        same = teacher[1:] == teacher[:-1]
        pairs = truth.vectors[course[:-1][same]] * truth.vectors[course[1:][same]]
        return float(pairs.sum(axis=1).mean())

    assert likeness(_province(drift=2.0)) > likeness(_province(drift=0.0)) + 0.02


def test_drift_adds_likeness_and_a_bonus_for_what_follows() -> None:
    _, truth = _province()
    course = int(np.flatnonzero(truth.followers[:, 1] >= 0)[0])
    follower = truth.followers[course, 1]
    expected = (
        truth.weights.drift * float(truth.vectors[course] @ truth.vectors[follower])
        + truth.weights.follow
    )
    found = truth.drift(np.array([course]), np.array([follower]))
    assert found == pytest.approx(expected, rel=1e-5)


def test_newness_and_fashion_change_what_is_popular_from_round_to_round() -> None:
    _, truth = _province()
    between = np.corrcoef(truth.appeal[0], truth.appeal[-1])[0, 1]
    assert 0.1 < between < 0.95
