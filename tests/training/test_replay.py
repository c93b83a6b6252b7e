"""From a log to a judgement: what is read, what is refused, and that the truth is found."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from features.dataset import Dataset
from features.errors import InvalidData, InvalidSetting, NotEnoughData
from recommender.model import Model
from recommender.ranking import NONE, Ranking, rank
from tests.builders import Row, at, teacher, took, world
from training.replay import Replay, read_log, replay
from training.replay.policy import EXPLORING, options

NOW = at("2025-06-01")
LATER = at("2025-06-20")


def shown(list_id: str, course: str, rank: int = 1, **more: object) -> Row:
    """An impression's row: drawn by chance, to ann, unless told."""
    row = {"recommendation_id": list_id, "teacher_id": "ann", "course_id": course, "rank": rank}
    return {**row, "shown_at": NOW, "propensity": 0.5, "model_version": "m", **more}


def log_of(
    impressions: Sequence[Row],
    events: Sequence[Row] = (),
    offerings: Sequence[Row] = (),
    **more: object,
):
    """The log of these rows; a course "old" keeps the data set from being empty."""
    past = [took(who, "old", "2025-01-01") for who in ("ann", "bob")]
    courses = [{"course_id": name} for name in "abc"]
    tables = {"impressions": impressions, "offerings": offerings}
    dataset = world([*past, *events], courses=courses, **tables)
    return read_log(dataset, **({"since": NOW} | more))


def rewarded(*events: Row, **more: object) -> list[bool]:
    """Which of the places a and b of one list the events reward."""
    places = [shown("r", "a"), shown("r", "b", 2)]
    return log_of(places, events, **more).rewarded.tolist()


def test_a_data_set_without_impressions_is_refused() -> None:
    with pytest.raises(NotEnoughData, match=r"impressions: expected what was shown.*zixuan export"):
        log_of([])


@pytest.mark.parametrize("chance", [0.0, None])
def test_an_impression_without_a_propensity_is_refused(chance: float | None) -> None:
    with pytest.raises(InvalidData) as caught:
        log_of([shown("r", "a"), shown("s", "b", 7, propensity=chance)])

    (problem,) = caught.value.problems
    assert (problem.file, problem.column) == ("impressions", "propensity")
    assert problem.value == "1 rows with none or 0, the first s rank 7"


def test_lists_that_explored_nothing_are_refused() -> None:
    with pytest.raises(NotEnoughData, match="1 shown in all, 1 since then, none of these explored"):
        log_of([shown("r", "a", propensity=1)])


def test_lists_that_the_model_has_seen_answered_are_refused() -> None:
    with pytest.raises(NotEnoughData, match="1 shown in all, 0 since then"):
        log_of([shown("r", "a")], since=LATER)


@pytest.mark.parametrize("window", [-1, np.nan, np.inf])
def test_a_window_that_is_none_is_refused(window: float) -> None:
    with pytest.raises(InvalidSetting, match="window: expected 0 days or more"):
        log_of([shown("r", "a")], window=window)


def test_places_that_the_order_filled_are_no_places_but_stand_above() -> None:
    rows = [shown("r", "a", propensity=1), shown("r", "b", 2), shown("s", "c", teacher_id="bob")]
    log = log_of(rows)

    assert log.course.tolist() == [1, 2]
    assert log.rank.tolist() == [2, 1]
    assert log.above.tolist() == [[0], [NONE]]


def test_a_choice_that_echoes_the_list_rewards_its_course() -> None:
    told = {"recommendation_id": "r"}

    assert rewarded(took("ann", "b", LATER, "selected", **told), window=0) == [False, True]
    assert rewarded(took("ann", "b", LATER, "viewed", **told), window=0) == [False, False]
    assert rewarded(took("bob", "b", LATER, "selected", **told), window=0) == [False, False]


@pytest.mark.parametrize("mode", ["assigned", "nominated", "whole_school", "open"])
def test_an_echo_rewards_only_what_the_teacher_chose(mode: str) -> None:
    offerings = [{"offering_id": "o", "course_id": "b", "admission_mode": mode}]
    told = {"recommendation_id": "r", "offering_id": "o"}
    places = [shown("r", "a"), shown("r", "b", 2)]
    event = took("ann", "b", LATER, "selected", **told)
    log = log_of(places, [event], window=0, offerings=offerings)

    assert log.rewarded.tolist() == [False, mode == "open"]


def test_a_choice_within_the_window_rewards_without_an_echo() -> None:
    choice = took("ann", "a", LATER, "selected")

    assert rewarded(choice, window=30) == [True, False]
    assert rewarded(choice, window=7) == [False, False]
    assert rewarded(choice, window=0) == [False, False]


def test_what_came_before_or_from_another_is_no_answer() -> None:
    assert rewarded(took("ann", "a", "2025-05-31", "selected")) == [False, False]
    assert rewarded(took("bob", "a", LATER, "selected")) == [False, False]
    assert rewarded(took("ann", "a", LATER, "dismissed")) == [False, False]


def test_a_reload_counts_once_and_is_rewarded_if_any_showing_was() -> None:
    again = shown("s", "a", shown_at=NOW + pd.Timedelta("1h"))
    echo = took("ann", "a", LATER, "selected", recommendation_id="s")
    log = log_of([again, shown("r", "a")], [echo], window=0)

    assert log.rewarded.tolist() == [True]
    assert log.shown_at.tolist() == [int(NOW.timestamp() * 1e6)]
    assert log.facts["shown_again"] == 1


@pytest.mark.parametrize(
    "other",
    [
        {"shown_at": NOW + pd.Timedelta("1D")},
        {"model_version": "n"},
        {"teacher_id": "bob"},
        {"course_id": "b"},
    ],
    ids=["another day", "another model", "another teacher", "another course"],
)
def test_another_draw_counts_by_itself(other: Row) -> None:
    assert len(log_of([shown("r", "a"), {**shown("s", "a"), **other}])) == 2


def test_an_event_in_between_makes_another_draw() -> None:
    rows = [shown("r", "a"), shown("s", "a", shown_at=NOW + pd.Timedelta("1h"))]

    assert len(log_of(rows)) == 1
    assert len(log_of(rows, [took("ann", "c", NOW + pd.Timedelta("30min"), "viewed")])) == 2


N_TEACHERS, N_COURSES = 360, 16


@pytest.fixture(scope="module")
def board() -> Dataset:
    """Even teachers took some even courses, odd ones some odd."""
    rng = np.random.default_rng(3)
    events = []
    for number in range(N_TEACHERS):
        own = np.arange(number % 2, N_COURSES, 2)
        for place, course in enumerate(rng.choice(own, 3, replace=False)):
            day = at("2025-01-01") + pd.Timedelta(days=30 * place + number % 7)
            events.append(took(f"t{number:03d}", f"c{course:02d}", day))
    phases = [
        teacher(f"t{number:03d}", phase=("primary", "junior")[number % 2])
        for number in range(N_TEACHERS)
    ]
    return world(events, teachers=phases)


@pytest.fixture(scope="module")
def old(board: Dataset) -> Model:
    return Model.fit(board, as_of=NOW, scorers=("popularity",))


@pytest.fixture(scope="module")
def new(board: Dataset) -> Model:
    return Model.fit(board, as_of=NOW, scorers=("content", "sequence", "popularity"))


def liking() -> NDArray[np.float64]:
    """The chance that a teacher chooses a course that is shown: best where parities agree."""
    rng = np.random.default_rng(5)
    alike = np.arange(N_TEACHERS)[:, None] % 2 == np.arange(N_COURSES) % 2
    return np.where(alike, 0.5, 0.15) + rng.uniform(-0.1, 0.1, (N_TEACHERS, N_COURSES))


def logged(board: Dataset, old: Model, seed: int) -> tuple[Dataset, Ranking]:
    """Lists of the old model, every other place explored, and what teachers chose from them."""
    rng = np.random.default_rng(seed)
    (lists,) = rank(old, board, as_of=NOW, k=4, explore=0.5, rng=rng)
    row, place = np.nonzero(lists.courses != NONE)
    course = lists.courses[row, place]
    impressions = pd.DataFrame(
        {
            "recommendation_id": [f"r{number:04d}" for number in row],
            "teacher_id": board.teachers.outside(row),
            "course_id": board.courses.outside(course),
            "rank": place + 1,
            "shown_at": NOW,
            "propensity": lists.chance[row, place],
            "model_version": old.version,
        }
    )
    chosen = impressions[rng.random(len(row)) < liking()[row, course]]
    events = chosen[["recommendation_id", "teacher_id", "course_id"]].assign(
        occurred_at=NOW + pd.Timedelta("1h"), kind="selected"
    )
    tables = {**board.tables, "impressions": impressions}
    tables["events"] = pd.concat([board.table("events"), events], ignore_index=True)
    return Dataset.of(tables), lists


@pytest.fixture(scope="module")
def order(board: Dataset, new: Model) -> Ranking:
    """The new model's order of all courses."""
    (order,) = rank(new, board, as_of=NOW, k=N_COURSES)
    return order


def truth(order: Ranking, lists: Ranking) -> float:
    """What the new model's best course left is worth in the places that chance filled."""
    worth = []
    for row, place in zip(*np.nonzero(lists.chance < 1), strict=True):
        above = lists.courses[row, :place].tolist()
        best = next(course for course in order.courses[row].tolist() if course not in above)
        worth.append(liking()[row, best])
    return float(np.mean(worth))


@pytest.fixture(scope="module")
def judged(board: Dataset, old: Model, new: Model, order: Ranking) -> tuple[Replay, float]:
    dataset, lists = logged(board, old, seed=0)
    return replay(dataset, new), truth(order, lists)


def test_an_unknown_policy_is_refused(board: Dataset, new: Model) -> None:
    with pytest.raises(InvalidSetting, match="policy: expected best or exploring, got worst"):
        replay(board, new, policy="worst")


def test_the_estimates_hold_the_truth(judged: tuple[Replay, float]) -> None:
    found, true = judged

    for name in ("ips", "snips", "dr"):
        figure = found.judged.values[name]
        assert figure.low <= true <= figure.high, name
    assert found.judged.leads["dr"].low > 0
    assert found.judged.support.low <= 1 <= found.judged.support.high
    assert found.notices == ()


def test_over_many_logs_the_mean_estimate_is_the_truth(
    board: Dataset, old: Model, new: Model, order: Ranking
) -> None:
    errors = []
    for seed in range(8):
        dataset, lists = logged(board, old, seed)
        found = replay(dataset, new).judged.values
        errors.append([found[n].mean - truth(order, lists) for n in ("ips", "snips", "dr")])

    error = np.mean(errors, axis=0)
    assert (np.abs(error) < 3 * np.std(errors, axis=0) / np.sqrt(8) + 0.01).all()


def test_a_replay_tells_what_it_stands_on(
    judged: tuple[Replay, float], old: Model, new: Model
) -> None:
    told = json.loads(judged[0].to_json())

    assert told["logged_by"] == [old.version]
    assert (told["model_version"], told["policy"]) == (new.version, "best")
    assert told["places"] == 2 * N_TEACHERS
    assert told["teachers"] == N_TEACHERS
    assert told["values"]["dr"]["teachers"] == N_TEACHERS
    assert 30 < told["effective"] < told["places"]


def test_the_logging_model_exploring_again_is_worth_what_it_was(board: Dataset, old: Model) -> None:
    """Its chances are the logged ones, so that every weight is 1."""
    dataset, _ = logged(board, old, seed=0)
    log = read_log(dataset, since=NOW)

    asked = options(old, dataset, log, EXPLORING)
    found = replay(dataset, old, policy=EXPLORING).judged

    np.testing.assert_allclose(asked.target, log.propensity, rtol=1e-9)
    assert found.effective == pytest.approx(len(log))
    assert found.leads["ips"].mean == pytest.approx(0, abs=1e-9)


def test_what_came_after_a_place_was_filled_is_not_seen(
    board: Dataset, old: Model, new: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does it matter how many places are asked for at once."""
    dataset, _ = logged(board, old, seed=0)
    log = read_log(dataset, since=NOW).where(np.arange(60))
    before = options(new, dataset, log, EXPLORING)
    later = pd.DataFrame([took(name, "c03", LATER) for name in dataset.teachers.ids[:40]]).assign(
        occurred_at=LATER
    )
    events = pd.concat([dataset.table("events"), later], ignore_index=True)
    monkeypatch.setattr("training.replay.policy._AT_ONCE", 7)

    after = options(new, Dataset.of({**dataset.tables, "events": events}), log, EXPLORING)

    np.testing.assert_allclose(after.target, before.target)
    np.testing.assert_allclose(after.chance, before.chance)


def test_a_log_that_could_not_show_what_the_model_would_is_told(
    board: Dataset, old: Model, new: Model
) -> None:
    """Most teachers were only ever tried on courses of the other parity."""
    dataset, lists = logged(board, old, seed=0)
    table = dataset.table("impressions")
    course = dataset.courses.positions(table["course_id"])
    teacher = dataset.teachers.positions(table["teacher_id"])
    barred = (
        (teacher < 5 * N_TEACHERS // 6) & (course % 2 == teacher % 2) & (table["propensity"] < 1)
    )
    left = Dataset.of({**dataset.tables, "impressions": table[~barred]})

    found = replay(left, new)

    assert found.judged.support.high < 0.95
    assert "未能覆盖" in found.notices[0]
    assert "could not show" in found.notices[0]
