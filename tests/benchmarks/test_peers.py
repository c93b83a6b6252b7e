"""The peers that are written here are right, and the splits of a comparison leak nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse

from comparison import baselines
from comparison.leads import leads
from comparison.task import ShareSplit, Task
from features.dataset import Dataset
from recommender.scorers.contract import Choices
from tests.builders import at, checkerboard, left_out, took, world
from training.evaluation import Evaluation
from training.split import TimeSplit

WALKS: dict[str, Callable[[Task], object]] = {
    "item-KNN": lambda task: baselines.item_knn(task.pairs, neighbours=5, shrinkage=1.0),
    "RP3beta": lambda task: baselines.rp3beta(task.pairs, alpha=1.0, beta=0.5, neighbours=5),
    "EASE": lambda task: baselines.ease(task.pairs, reg=1.0),
    "transitions": lambda task: baselines.transitions(
        task.choices, task.pairs.shape[1], discount=0.9, shrinkage=1.0
    ),
}


def _task(dataset: Dataset) -> Task:
    """All of a data set as the past: what follows is one event that matters to nobody."""
    split = TimeSplit(0.99)(dataset)
    return Task.of(split)


def _dense(weights: object) -> NDArray[np.float64]:
    return weights.toarray() if sparse.issparse(weights) else np.asarray(weights)


def _choices(*courses: int) -> Choices:
    """One teacher's choices, in this order."""
    places = np.arange(len(courses))
    return Choices(np.zeros(len(courses), np.int32), np.array(courses, np.int32), places)


@pytest.mark.parametrize("name", WALKS)
def test_the_course_left_out_of_a_checkerboard_is_found(name: str) -> None:
    dataset = checkerboard()
    task = _task(dataset)

    scores = _dense(task.pairs) @ _dense(WALKS[name](task))
    best = np.where(_dense(task.pairs) > 0, -np.inf, scores).argmax(axis=1)

    wanted = [left_out(number) for number in range(len(best))]
    assert (dataset.courses.outside(best) == wanted).mean() > 0.9


def test_ease_is_a_ridge_regression_of_each_course_on_the_others() -> None:
    pairs = _task(checkerboard()).pairs
    x = pairs.toarray().astype(float)

    weights = baselines.ease(pairs, reg=2.0)

    others = np.delete(x, 3, axis=1)
    solved = np.linalg.solve(others.T @ others + 2.0 * np.eye(others.shape[1]), others.T @ x[:, 3])
    assert np.allclose(np.delete(weights[:, 3], 3), solved, atol=1e-5)
    assert (np.diag(weights) == 0).all()


def test_a_transition_counts_less_the_further_ahead_it_leads() -> None:
    weights = baselines.transitions(_choices(0, 1, 2), 3, discount=0.5, shrinkage=1.0).toarray()

    assert weights.tolist() == [[0, 1 / 2, 0.5 / 2], [0, 0, 1 / 2], [0, 0, 0]]


def test_the_last_choice_of_a_decayed_history_counts_most() -> None:
    history = baselines.decayed(_choices(2, 0, 1), (1, 3), decay=0.5).toarray()

    assert history.tolist() == [[0.5, 1.0, 0.25]]


def test_a_neighbourhood_keeps_the_nearest_only() -> None:
    weights = baselines.item_knn(_task(checkerboard()).pairs, neighbours=2, shrinkage=0.0)

    assert (np.diff(weights.tocsc().indptr) <= 2).all()


def test_fusion_prefers_what_both_rank_high() -> None:
    one, other = np.array([[3.0, 2.0, 1.0]]), np.array([[1.0, 3.0, 2.0]])

    assert baselines.fused([one, other]).argmax(axis=1).tolist() == [1]


def test_each_teachers_last_share_is_held_out() -> None:
    ann = [took("ann", course, f"2025-01-0{n + 1}") for n, course in enumerate("abcde")]
    bob = [took("bob", course, f"2025-02-0{n + 1}") for n, course in enumerate("ab")]

    split = ShareSplit(0.4)(world([*ann, *bob]))

    assert split.truth.toarray().tolist() == [[False, False, False, True, True], [False] * 5]
    assert len(split.train.log) == 5


def test_popularity_counts_the_last_days_only() -> None:
    events = [took("ann", "a", "2024-01-01"), took("bob", "a", "2024-01-01")]
    events += [took("ann", "b", "2025-01-01"), took("eve", "b", at("2025-02-01"))]

    task = Task.of(TimeSplit(0.9)(world(events)))

    assert task.popularity(np.inf).tolist() == [2, 1]
    assert task.popularity(90).tolist() == [0, 1]


def test_the_hybrids_lead_is_taken_from_the_best_of_each_kind() -> None:
    models = ("popularity", "EASE", "part: sequence", "rank fusion", "hybrid")
    of_models = np.array([0.1, 0.2, 0.3, 0.25, 0.4])
    evaluation = Evaluation(
        facts={},
        seed=0,
        models=models,
        metrics=("ndcg@10",),
        teachers=np.arange(4),
        cold=np.zeros(4, bool),
        values=np.broadcast_to(of_models[None, :, None], (4, 5, 1)),
        coverage=dict.fromkeys(models, 1.0),
        preferred=np.full(4, 2),
    )

    found = {(lead.group, lead.of): lead for lead in leads(evaluation)}

    assert {key: lead.best for key, lead in found.items()} == {
        ("all", "peers"): "EASE",
        ("all", "own parts"): "part: sequence",
        ("warm", "peers"): "EASE",
        ("warm", "own parts"): "part: sequence",
    }
    assert found["all", "peers"].ratio == pytest.approx(0.4 / 0.2)
    assert found["all", "own parts"].difference.low == pytest.approx(0.4 - 0.3)
