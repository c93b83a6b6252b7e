"""The peers that are written here are right, and the splits of a comparison leak nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import sparse

from comparison import baselines, hindsight
from comparison.compare import compare
from comparison.judging import judged_teachers, lists, values
from comparison.leads import leads
from comparison.methods import METHODS, Method
from comparison.table import choices, figures_table, goals_table
from comparison.task import ShareSplit, Task
from comparison.tuning import starts
from comparison.verdicts import CLASSICS, LIGHTFM, PARTS, PEERS, verdicts
from features.dataset import Dataset
from recommender.eligibility import Eligibility
from recommender.scorers.contract import Choices
from tests.builders import at, checkerboard, left_out, took, world
from training.evaluation import Evaluation
from training.newcomers import NewTeachers
from training.split import Split, TimeSplit

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


def _series(n_teachers: int = 60, n_courses: int = 20) -> Dataset:
    """Every teacher takes one course after the other in order, each from a place of its own."""
    events = []
    for number in range(n_teachers):
        for step in range(8):
            day = at("2025-01-01") + pd.Timedelta(days=10 * step, minutes=number)
            events.append(took(f"t{number:02d}", f"c{(number * 7 + step) % n_courses:02d}", day))
    return world(events)


def _method(name: str) -> Method:
    return next(method for method in METHODS if method.name == name)


def _ndcg(name: str, task: Task) -> float:
    method = _method(name)
    scores = method.fit(task, 0, **starts(method.space))
    teachers = judged_teachers(task.split)
    return float(values(lists(scores, task.split, teachers, 10), task.split, teachers)[:, 0].mean())


def test_transitions_win_where_one_course_leads_to_the_next() -> None:
    task = Task.of(TimeSplit(0.8)(_series()))

    found = {name: _ndcg(name, task) for name in ("transitions", "EASE", "item-KNN", "popularity")}

    assert max(found, key=lambda name: found[name]) == "transitions"
    assert found["transitions"] > 0.9


def test_recent_popularity_wins_where_fashion_changed() -> None:
    old = [took(f"t{n}", "abcdefghijkl"[n % 12], f"2023-0{1 + n % 9}-01") for n in range(60)]
    new = [took(f"u{n}", "mno"[n % 3], f"2025-01-{1 + n % 9:02d}") for n in range(12)]
    later = [took(f"v{n}", "mno"[n % 3], "2025-02-01") for n in range(9)]
    task = Task.of(TimeSplit(0.88)(world([*old, *new, *later])))

    assert _ndcg("popularity 90 days", task) > 2 * _ndcg("popularity", task)


def test_what_no_neighbour_leads_to_stands_in_the_order_of_popularity() -> None:
    pairs = [("ann", "a"), ("ann", "b"), ("bob", "a"), ("bob", "b"), ("eve", "a")]
    pairs += [("joe", "y"), ("kim", "z"), ("lee", "z")]
    events = [took(who, what, f"2025-01-{1 + day:02d}") for day, (who, what) in enumerate(pairs)]
    task = Task.of(TimeSplit(0.99)(world([*events, took("end", "a", "2025-02-01")])))
    eve, courses = task.split.train.teachers, task.split.train.courses

    scores = _method("item-KNN").fit(task, 0, neighbours=5, shrinkage=1.0)
    shown = lists(scores, task.split, eve.positions(["eve"]), 3)

    assert courses.outside(shown[0]).tolist() == ["b", "z", "y"]


def test_what_a_new_teacher_had_done_is_not_shown_though_it_is_withheld() -> None:
    split = NewTeachers(0.6, folds=2)(_series())
    teachers = judged_teachers(split)

    scores = _method("popularity").fit(Task.of(split), 0)
    shown = lists(scores, split, teachers, 10)

    done = split.done[teachers].toarray()
    assert done.any(axis=1).all()
    assert not np.take_along_axis(done, shown.astype(np.int64), axis=1)[shown >= 0].any()


def _only_done(done: NDArray[np.bool_]) -> Eligibility:
    """Rules that close what was done and nothing else."""
    n_courses = done.shape[1]
    return Eligibility(
        done=sparse.csr_array(done),
        completed=sparse.csr_array(done),
        groups=sparse.csr_array((n_courses, 0), dtype=np.float32),
        prerequisites=sparse.csr_array((n_courses, n_courses), dtype=np.int32),
        closed={},
        matches=(),
    )


def _small(done: NDArray[np.bool_], truth: NDArray[np.bool_]) -> Split:
    """A split of which only what is asked for by lists is real."""
    whole = TimeSplit(0.8)(_series())
    n, n_courses = truth.shape
    return replace(
        whole,
        truth=sparse.csr_array(truth & ~done),
        rules=_only_done(done),
        candidates=np.ones(n_courses, bool),
        cold=np.zeros(n, bool),
    )


def _mean_of_list(order: Sequence[int], split: Split) -> float:
    row = np.zeros(len(split.candidates), np.float32)
    row[list(order)] = np.arange(len(order), 0, -1)
    teachers = judged_teachers(split)
    shown = lists(lambda asked: np.tile(row, (len(asked), 1)), split, teachers, 10)
    return float(values(shown, split, teachers)[:, 0].mean())


@pytest.mark.parametrize("seed", range(5))
def test_no_other_list_for_all_beats_the_best_in_hindsight(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.random((9, 5)) < 0.4
    split = _small(np.zeros_like(truth), truth)

    best = _mean_of_list(hindsight.best_list(split).tolist(), split)

    assert best >= max(_mean_of_list(order, split) for order in permutations(range(5))) - 1e-12


@pytest.mark.parametrize("seed", range(5))
def test_nor_does_any_drawn_list_where_some_courses_are_done(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, done = rng.random((2, 30, 16)) < np.array([0.2, 0.3])[:, None, None]
    split = _small(done, truth)

    best = _mean_of_list(hindsight.best_list(split).tolist(), split)

    popular = np.argsort(-(truth & ~done).sum(axis=0))
    drawn = [popular, *(rng.permutation(16) for _ in range(200))]
    assert best >= max(_mean_of_list(order, split) for order in drawn)


def _evaluation(means: dict[str, float], spread: float = 0.0) -> Evaluation:
    """Twenty teachers; the hybrid's values are spread around its mean."""
    n, models = 20, tuple(means)
    table = np.tile(np.array(list(means.values())), (n, 1))
    table[:, models.index("hybrid")] += np.tile([-spread, spread], n // 2)
    return Evaluation(
        facts={},
        seed=0,
        models=models,
        metrics=("ndcg@10",),
        teachers=np.arange(n),
        cold=np.zeros(n, bool),
        values=table[:, :, None],
        coverage=dict.fromkeys(models, 1.0),
        preferred=np.full(n, -1),
    )


@pytest.mark.parametrize(
    ("hybrid", "spread", "words"),
    [
        (0.24, 0.0, "reached, surely"),
        (0.24, 0.2, "reached"),
        (0.22, 0.0, "missed by 0.050, surely"),
        (0.22, 0.2, "missed by 0.050, within chance"),
    ],
)
def test_a_verdict_says_how_far_and_how_sure(hybrid: float, spread: float, words: str) -> None:
    means = {"popularity": 0.1, "EASE": 0.2, "hindsight list": 0.5, "hybrid": hybrid}

    (verdict,) = verdicts(_evaluation(means, spread), [PEERS])

    assert (verdict.best, verdict.words) == ("EASE", words)
    assert verdict.ratio == pytest.approx(hybrid / 0.2)


def test_each_goal_names_its_own_rivals() -> None:
    means = {"transitions": 0.3, "EASE": 0.1, "iALS (irspack)": 0.2, "LightFM hybrid": 0.15}
    means |= {"part: walk": 0.05, "rank fusion": 0.35, "hybrid": 0.4}

    found = verdicts(_evaluation(means), [PEERS, CLASSICS, LIGHTFM, PARTS])

    names = ["transitions", "iALS (irspack)", "LightFM hybrid", "rank fusion"]
    assert [verdict.best for verdict in found] == names


def test_a_goal_without_rivals_is_left_out() -> None:
    assert list(verdicts(_evaluation({"EASE": 0.1, "hybrid": 0.2}), [LIGHTFM])) == []


def test_a_comparison_shows_and_keeps_all_that_it_found() -> None:
    methods = [_method("popularity"), _method("transitions")]
    split = TimeSplit(0.8)

    found = compare(_series(), split, split, methods, trials=2, seed=0, report=lambda step: None)

    document = json.loads(json.dumps(found.document([PEERS, PARTS]), allow_nan=False))
    assert [verdict["against"] for verdict in document["verdicts"]] == [
        "best external peer",
        "best own part",
    ]
    assert document["verdicts"][0]["best"] == "transitions"
    assert document["chosen"]["time:0.8"]["warm"]["weights"]
    table = figures_table("", found.evaluation, found.costs)
    assert table.row_count == len(found.evaluation.models)
    assert "hindsight list" in found.evaluation.models
    met = list(verdicts(found.evaluation, [PEERS]))
    assert goals_table("", [(("data", "plan"), verdict) for verdict in met]).row_count == 1
    assert [line.split(":")[0] for line in choices(found.chosen)] == ["hybrid, time"] * 2


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
