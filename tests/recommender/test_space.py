"""Parameters are refused by name and range before anything is fitted, and reach their scorer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from features.codes import EVENT_WEIGHTS
from features.errors import InvalidSetting
from recommender.artifact import load, save
from recommender.event_weights import SPACE
from recommender.model import Model
from recommender.scorers.registry import SCORERS, made
from recommender.scorers.space import Span, defaults
from tests.builders import at, checkerboard, took, world

NOW = at("2025-06-01")


@pytest.mark.parametrize(("low", "high", "log"), [(2.0, 1.0, True), (1, 1, True), (0.0, 1.0, True)])
def test_a_span_without_room_or_without_ratios_is_refused(
    low: float, high: float, log: bool
) -> None:
    with pytest.raises(InvalidSetting, match="low below high"):
        Span(low, high, log=log)


@pytest.mark.parametrize(
    ("span", "inside", "outside"),
    [
        (Span(1, 12), [1, 12], [0, 13, 2.0, True, "3", None]),
        (Span(0.0, 1.0, log=False), [0.0, 1, 0.5], [-0.1, 1.1, float("nan"), True, "0.5", None]),
    ],
)
def test_a_span_holds_numbers_of_its_kind_between_its_ends(
    span: Span, inside: list[object], outside: list[object]
) -> None:
    assert all(span.holds(value) for value in inside)
    assert not any(span.holds(value) for value in outside)


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"horoscope": {}}, ["some of popularity, lasting", "got horoscope"]),
        ({"content": {"ridge": 1.0}}, ["parameters of content", "some of reg", "got ridge"]),
        ({"content": 20.0}, ["parameters of content", "values by name", "got 20.0"]),
        ({"content": {"reg": -1.0}}, ["parameter reg of content", "0.5 to 2000", "got -1.0"]),
        ({"sequence": {"horizon": 2.5}}, ["a whole number, 1 to 12", "got 2.5"]),
        ({"sequence": {"max_rows": 0}}, ["parameter max_rows of sequence", "got 0"]),
        ({"event_weights": {"liked": 1.0}}, ["parameters of event_weights", "got liked"]),
        ({"event_weights": {"viewed": -3.0}}, ["viewed of event_weights", "0 to 1", "got -3.0"]),
        ({"event_weights": [0.1]}, ["values by name", "got [0.1]"]),
        ({"popularity": {"half_life": "long"}}, ["3 to 1500", "got 'long'", "for 60.0"]),
    ],
)
def test_what_no_scorer_can_be_made_with_is_refused(
    parameters: dict[str, dict[str, object]], told: list[str]
) -> None:
    with pytest.raises(InvalidSetting) as refused:
        Model.fit(checkerboard(), as_of=NOW, scorers=["popularity"], parameters=parameters)
    assert [part for part in told if part not in str(refused.value)] == []


@pytest.mark.parametrize("name", SCORERS)
def test_a_scorer_is_made_with_both_ends_of_its_space(name: str) -> None:
    for end in ("low", "high"):
        values = {key: getattr(span, end) for key, span in SCORERS[name].SPACE.items()}
        scorer = made([name], {name: values})[name]
        assert {key: getattr(scorer, key) for key in values} == values


def test_parameters_reach_their_scorer_and_all_others_keep_defaults() -> None:
    model = Model.fit(
        checkerboard(),
        as_of=NOW,
        scorers=["popularity", "content"],
        parameters={"popularity": {"half_life": 30.0}, "sequence": {"reg": 1.0}},
    )

    popularity, content = model.hybrid.parts.values()
    assert popularity.to_fitted().values == {"half_life": 30.0, "shrinkage": 200.0}
    assert content.to_fitted().values == defaults(SCORERS["content"])


def test_naming_the_defaults_changes_nothing() -> None:
    plain, named = (
        Model.fit(checkerboard(), as_of=NOW, scorers=["content"], parameters=parameters)
        for parameters in (None, {"content": defaults(SCORERS["content"])})
    )

    assert named.version == plain.version
    for name, array in plain.to_fitted().arrays.items():
        np.testing.assert_array_equal(named.to_fitted().arrays[name], array)


def test_weights_of_events_change_what_a_history_says_and_stay_with_the_model(
    tmp_path: Path,
) -> None:
    events = [took("ann", "a", "2025-01-01", "viewed"), took("ann", "b", "2025-01-02")]
    dataset = world([*events, took("bob", "a", "2025-01-03"), took("bob", "b", "2025-01-04")])
    model = Model.fit(
        dataset,
        as_of=NOW,
        scorers=["content"],
        parameters={"event_weights": {"viewed": 0.9, "dismissed": -1}},
    )
    save(model, tmp_path)

    for each in (model, load(tmp_path)):
        profiles = each.profiles(dataset, NOW, each.catalogue(dataset, NOW))
        viewed = profiles.histories.by_days[-1][0, 0]
        assert viewed == pytest.approx(0.9 * 2 ** -(151 / 720), rel=1e-4)
        assert each.profile_encoder.weights == {"viewed": 0.9, "dismissed": -1.0}


def test_weights_of_events_are_looked_for_around_those_declared() -> None:
    assert {**EVENT_WEIGHTS, "completed": 1.0} == EVENT_WEIGHTS
    assert set(SPACE) == set(EVENT_WEIGHTS) - {"completed"}
    assert [kind for kind, span in SPACE.items() if not span.holds(EVENT_WEIGHTS[kind])] == []
