"""The simulated year of benchmarks/regret.py: what is lost is lost against lists none can beat."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

import regret
from recommender.ranking import NONE
from training.simulate import Simulation


@pytest.fixture(scope="module")
def world() -> regret.World:
    return regret.World.of(Simulation(teachers=60, courses=80, years=3), seed=1)


def test_courses_held_back_have_no_taker_and_nothing_later_is_known(world: regret.World) -> None:
    log = world.dataset.log

    assert world.new.any()
    assert not world.new[log.course].any()
    assert log.end <= regret.START


def test_no_order_of_courses_is_worth_more_than_that_of_their_utility() -> None:
    utility = np.array([[0.3, 2.0, 1.1, 4.0]])
    worth = {
        order: float(regret.value(utility, np.array([order]))[0])
        for order in permutations(range(4), 3)
    }

    assert max(worth, key=lambda order: worth[order]) == (3, 1, 2)


def test_an_empty_place_is_worth_nothing() -> None:
    utility = np.array([[1.0, 2.0]])
    one, padded = (regret.value(utility, np.array([shown])) for shown in ([1], [1, NONE]))

    assert padded == one == pytest.approx(np.exp(2) / (np.exp(regret.OUTSIDE) + np.exp(2)))


def test_a_year_is_lived_once_for_each_kind_and_grows_by_what_is_chosen(
    world: regret.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(regret, "MONTHS", 2)
    monkeypatch.setattr(regret, "TRAINED_EVERY", 1)
    kinds = {
        "random": regret.Kind(random=True),
        "static": regret.Kind(folds_in=False),
        "all": regret.Kind(explore=0.4, trains=True),
    }
    years = dict(regret.lived(world, kinds, k=5))

    for year in years.values():
        assert len(year.regret) == 2
        assert min(year.regret) >= -1e-9
        assert len(year.dataset.log) == len(world.dataset.log) + year.chosen
    assert years["all"].model.version != years["static"].model.version
    assert {year.lists for year in years.values()} == {years["all"].lists}
