"""Training and evaluating end to end on a small world, and what is kept of it."""

import numpy as np
import pandas as pd
import pytest

from features.dataset import Dataset
from features.errors import InvalidSetting, NotEnoughData
from training.evaluate import evaluate
from training.evaluation import PREFERRED
from training.split import FileSplit, LastSplit, TimeSplit
from training.train import train

SCORERS = ["popularity", "content", "sequence"]
START = pd.Timestamp("2024-01-01", tz="UTC")


@pytest.fixture(scope="module")
def world():
    """Half of 40 teachers take even courses only, half odd ones only, in any order."""
    rng = np.random.default_rng(0)
    events = [
        (f"t{t:02}", f"c{c:02}", START + pd.Timedelta(hours=int(rng.integers(9_000))))
        for t in range(40)
        for c in rng.permutation(np.arange(t % 2, 16, 2))[:6]
    ]
    courses = [f"c{c:02}" for c in range(16)]
    return Dataset.of(
        {
            "teachers": pd.DataFrame({"teacher_id": [f"t{t:02}" for t in range(41)]}),
            "courses": pd.DataFrame({"course_id": courses}),
            "events": pd.DataFrame(events, columns=["teacher_id", "course_id", "occurred_at"]),
        }
    )


@pytest.fixture(scope="module")
def judged(world):
    steps = []
    found = evaluate(world, TimeSplit(0.7), [*SCORERS, "hybrid"], k=5, report=steps.append)
    return found, steps


def test_an_unknown_model_is_refused_before_anything_is_trained(world):
    with pytest.raises(InvalidSetting, match="oracle"):
        evaluate(world, TimeSplit(0.7), ["popularity", "oracle"])


def test_no_model_at_all_is_refused(world):
    with pytest.raises(InvalidSetting, match="got none"):
        evaluate(world, TimeSplit(0.7), [])


def test_lists_of_no_course_are_refused(world):
    with pytest.raises(InvalidSetting, match="at least 1"):
        evaluate(world, TimeSplit(0.7), ["popularity"], k=0)


def test_nothing_can_be_trained_on_the_time_before_the_first_event(world):
    with pytest.raises(NotEnoughData):
        train(world, until=START, scorers=["popularity"])


def test_every_model_is_judged_on_the_same_teachers(judged):
    found, _ = judged
    assert found.models == (*SCORERS, "hybrid")
    assert found.values.shape == (len(found.teachers), 4, len(found.metrics))
    right = found.values[:, :, [n for n, m in enumerate(found.metrics) if "novelty" not in m]]
    assert ((right >= 0) & (right <= 1) | np.isnan(right)).all()
    assert found.gini.keys() == found.coverage.keys() == set(found.models)
    assert {row.against for row in found.differences()} == {*SCORERS, PREFERRED}


def test_a_model_that_sees_order_and_taste_beats_popularity_where_tastes_differ(judged):
    found, _ = judged
    rows = [row for row in found.rows() if (row.group, row.metric) == ("all", "auc")]
    mean = {row.model: row.figure.mean for row in rows}
    assert mean["sequence"] > mean["popularity"] + 0.1


def test_the_record_names_the_split_the_moment_and_what_was_not_judged(judged):
    found, steps = judged
    assert found.facts["split"] == "time:0.7"
    assert found.facts["preferred_part"] in SCORERS
    assert found.facts["teachers_not_judged"] == 41 - len(found.teachers)
    assert steps[0] == "split"
    assert steps[-1] == "judge"


def closed_to(world, teachers):
    """The same world, its courses for senior schools alone, and these teachers of primary ones."""
    own = world.table("teachers")["teacher_id"]
    tables = {
        "teachers": pd.DataFrame(
            {"teacher_id": own, "phase": np.where(own.isin(teachers), "primary", "senior")}
        ),
        "courses": world.table("courses").assign(phases="senior"),
        "events": world.table("events"),
    }
    return Dataset.of({**world.tables, **tables})


def test_teachers_all_of_whose_choices_the_rules_close_are_not_judged_but_counted(world, judged):
    open_, _ = judged
    shut = [f"t{t:02}" for t in range(0, 40, 4)]
    found = evaluate(closed_to(world, shut), TimeSplit(0.7), SCORERS, k=5)
    kept = ~np.isin(world.teachers.outside(open_.teachers), shut)

    assert open_.facts["closed_by_rules"] == 0
    assert found.teachers.tolist() == open_.teachers[kept].tolist()
    assert found.facts["closed_by_rules"] == len(open_.teachers) - len(found.teachers) > 0
    assert found.facts["teachers_not_judged"] == open_.facts["teachers_not_judged"]
    assert not np.isnan(found.values[:, :, 0]).any()


def test_nobody_can_be_judged_where_the_rules_close_every_choice(world):
    everyone = world.table("teachers")["teacher_id"]
    with pytest.raises(NotEnoughData, match="the rules close"):
        evaluate(closed_to(world, everyone), TimeSplit(0.7), SCORERS)


def test_the_same_seed_gives_the_same_evaluation(world, judged):
    again = evaluate(world, TimeSplit(0.7), [*SCORERS, "hybrid"], k=5)
    np.testing.assert_array_equal(again.values, judged[0].values)


def test_lists_longer_than_the_catalogue_find_everything(world):
    found = evaluate(world, TimeSplit(0.7), ["popularity"], k=50)
    recall = found.values[:, 0, found.metrics.index("recall@50")]
    assert (recall == 1).all()
    assert found.coverage == {"popularity": 1.0}


@pytest.mark.parametrize("k", [1, 2])
def test_teachers_held_out_by_file_or_by_their_last_choice_are_judged(world, tmp_path, k):
    pairs = pd.DataFrame({"teacher_id": ["t00", "t40"], "course_id": ["c01", "c03"]})
    pairs.to_csv(tmp_path / "test.csv", index=False)
    found = evaluate(world, FileSplit(tmp_path / "test.csv"), ["content"], k=k)
    assert found.cold.tolist() == [False, True]
    assert len(evaluate(world, LastSplit(1), ["content"], k=k).teachers) == 40


def test_training_sees_all_events_unless_told_until_when(world):
    until = START + pd.Timedelta(days=200)
    model = train(world, scorers=["popularity"])
    assert model.trained_until == world.log.end
    assert train(world, until=until, scorers=["popularity"]).trained_until == until
