"""Tiers: each, when broken, gives way to the next; rules hold in all; what recovers comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from features.dataset import Dataset
from features.errors import UnknownId
from recommender.backdrop import STATIC, Backdrop
from recommender.model import Model
from recommender.scorers.hybrid import Hybrid
from recommender.scorers.popularity import Popularity
from serving.api.app import create_app
from serving.settings import Settings
from serving.store.transfer import import_dataset
from serving.tiers import PAUSE, STRIKES, Tiers, ladder


class Seconds:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def tiers(seconds: Seconds) -> Tiers:
    return Tiers(budget=1.0, now=seconds)


@pytest.fixture(scope="module")
def app(settings: Settings, artifact: Path, county: Dataset, clock: Any) -> Iterator[FastAPI]:
    app = create_app(settings.model_copy(update={"artifact": artifact}), clock=clock)
    import_dataset(app.state.service.store, county, now=clock())
    yield app
    app.state.service.store.close()


def broken(*names: str):
    def make(tier: str) -> str:
        if tier in names:
            raise FloatingPointError(tier)
        return f"by {tier}"

    return make


def test_the_ladder_ends_with_what_needs_no_scorer(model: Model):
    whole = ladder(model)
    assert whole[0] == Hybrid.name
    assert whole[-1] == STATIC
    assert len(set(whole)) == len(whole)


def test_each_tier_that_fails_gives_way_to_the_next(tiers: Tiers, model: Model):
    whole = ladder(model)
    for place, tier in enumerate(whole):
        assert tiers.make(model, broken(*whole[:place])) == (tier, f"by {tier}")


def test_what_is_asked_wrongly_is_refused_and_no_tier_is_blamed(tiers: Tiers, model: Model):
    def refuses(tier: str) -> str:
        raise UnknownId("teacher 'nobody'")

    for _ in range(2 * STRIKES):
        with pytest.raises(UnknownId):
            tiers.make(model, refuses)
    assert tiers.make(model, broken())[0] == Hybrid.name


def test_one_failure_costs_nobody_else_the_best(tiers: Tiers, model: Model):
    for _ in range(STRIKES - 1):
        assert tiers.make(model, broken(Hybrid.name))[0] != Hybrid.name
    assert tiers.make(model, broken())[0] == Hybrid.name
    assert tiers.make(model, broken(Hybrid.name))[0] != Hybrid.name  # counted from the start again
    assert tiers.make(model, broken())[0] == Hybrid.name


def test_what_fails_again_and_again_rests_and_then_one_try_decides(
    tiers: Tiers, model: Model, seconds: Seconds
):
    asked: list[str] = []

    def fails(tier: str) -> str:
        asked.append(tier)
        return broken(Hybrid.name)(tier)

    for _ in range(STRIKES + 3):
        tiers.make(model, fails)
    assert asked.count(Hybrid.name) == STRIKES
    seconds.now += PAUSE
    tiers.make(model, fails)
    tiers.make(model, fails)
    assert asked.count(Hybrid.name) == STRIKES + 1
    seconds.now += PAUSE
    assert tiers.make(model, broken())[0] == Hybrid.name
    assert tiers.make(model, broken())[0] == Hybrid.name


def test_what_is_late_is_told_once_more_and_then_rests(
    tiers: Tiers, model: Model, seconds: Seconds
):
    def late(tier: str) -> str:
        seconds.now += 1.5 if tier == Hybrid.name else 0.001
        return tier

    sources = [tiers.make(model, late)[0] for _ in range(STRIKES + 1)]
    assert sources[:STRIKES] == [Hybrid.name] * STRIKES
    assert sources[STRIKES] != Hybrid.name


def test_a_list_says_which_tier_made_it_and_holds_to_the_rules(
    client: Callable[[], Any], app: FastAPI, monkeypatch: pytest.MonkeyPatch
):
    platform, path = client(), "/v1/teachers/t00/recommendations?k=200"
    before = platform.get(path).json()
    assert (before["source"], before["degraded"]) == ("hybrid", False)
    allowed = {each["course_id"] for each in before["items"]}
    whole, recommend = ladder(app.state.service.models.current().model), Backdrop.recommend

    for place in range(1, len(whole)):

        def fails(self: Backdrop, *args: Any, place: int = place, **named: Any) -> Any:
            if named["scorer"] in whole[:place]:
                raise FloatingPointError(named["scorer"])
            return recommend(self, *args, **named)

        app.state.service.lists._tiers._records.clear()
        app.state.service.lists._lists._things.clear()
        with monkeypatch.context() as patch:
            patch.setattr(Backdrop, "recommend", fails)
            answer = platform.get(path).json()
        assert (answer["source"], answer["degraded"]) == (whole[place], True)
        assert {each["course_id"] for each in answer["items"]} == allowed
        assert all(each["propensity"] == 1 for each in answer["items"])
        if whole[place] == STATIC:
            assert all(each["reasons"] == [] for each in answer["items"])
        if whole[place] == Popularity.name:
            assert any(each["reasons"] for each in answer["items"])

    app.state.service.lists._tiers._records.clear()
    assert platform.get(path).json()["source"] == "hybrid"  # a degraded list is not remembered
