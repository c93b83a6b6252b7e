"""The hybrid keeps the contract, and is what its parts make it."""

from __future__ import annotations

import pandas as pd
import pytest

from features.dataset import Dataset
from recommender.model import Model
from recommender.scorers import hybrid
from recommender.scorers.hybrid import GROUPS
from recommender.scorers.popularity import Popularity
from tests.builders import at, checkerboard, course, teacher, took, world
from tests.recommender.scorer_contract import NOW, ScorerContract

LIGHT = ("popularity", "content", "sequence")


class TestHybrid(ScorerContract):
    scorer = "hybrid"

    @classmethod
    def parts(cls) -> tuple[str, ...]:
        return LIGHT

    def test_one_part_alone_is_the_hybrid(self) -> None:
        board = checkerboard()
        model = Model.fit(board, as_of=NOW, scorers=("sequence",))

        assert model.hybrid.weights_ == {group: {"sequence": 1.0} for group in GROUPS}

    def test_where_few_can_judge_all_parts_count_alike(self) -> None:
        model = self.fit(checkerboard(n_teachers=8))

        assert model.hybrid.weights_["warm"] == dict.fromkeys(LIGHT, 1.0)

    def test_a_part_that_foresees_nothing_gets_no_weight(self, monkeypatch) -> None:
        """Every teacher goes on in the order of the shelf; popularity looks the wrong way."""
        monkeypatch.setattr(hybrid, "MIN_TEACHERS", 10)
        dataset = in_order_of_the_shelf()

        model = self.fit(dataset)

        assert model.hybrid.preferred_ == "sequence"
        assert set(model.hybrid.weights_["warm"]) == {"sequence"}

    def test_many_teachers_are_judged_by_a_sample(self, monkeypatch) -> None:
        monkeypatch.setattr(hybrid, "MIN_TEACHERS", 5)
        monkeypatch.setattr("recommender.scorers.validation.MAX_TEACHERS", 20)
        dataset = in_order_of_the_shelf()

        assert self.fit(dataset).version == self.fit(dataset).version

    def test_groups_large_enough_are_weighed_apart(self, monkeypatch) -> None:
        monkeypatch.setattr(hybrid, "MIN_TEACHERS", 5)
        monkeypatch.setattr(hybrid, "MIN_GROUP", 5)

        model = self.fit(in_order_of_the_shelf())

        assert set(model.hybrid.weights_) == set(GROUPS)


def in_order_of_the_shelf() -> Dataset:
    """Forty teachers who each take five of eight courses in their order, from anywhere on."""
    events = [
        took(f"t{n:02d}", f"c{(n + place) % 8}", at("2025-01-01") + pd.Timedelta(days=9 * place))
        for n in range(40)
        for place in range(5)
    ]
    return world(events, courses=[course(f"c{n}") for n in range(8)])


@pytest.mark.parametrize("dated", [True, False])
def test_a_first_instant_of_choices_leaves_nothing_to_validate_on(dated: bool) -> None:
    since = "2024-01-01" if dated else None
    dataset = world(
        [took(f"t{n}", f"c{n % 4}", "2025-01-01") for n in range(40)],
        teachers=[teacher(f"t{n}") for n in range(40)],
        courses=[course("new", available_from="2025-03-01")]
        + [course(f"c{n}", available_from=since) for n in range(4)],
    )

    model = Model.fit(dataset, as_of=NOW, scorers=LIGHT)

    assert model.hybrid.weights_["warm"] == dict.fromkeys(LIGHT, 1.0)
    assert isinstance(model.scorers["popularity"], Popularity)
