"""The hybrid keeps the contract, and is what its parts make it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.dataset import Dataset
from features.errors import BadArtifact
from recommender.artifact import load, save
from recommender.model import Model
from recommender.ranking import Ranker
from recommender.scorers import stages
from recommender.scorers.blend import Blend
from recommender.scorers.popularity import Popularity
from recommender.scorers.stages import COLD, NEW, WARM, Stages
from tests.builders import at, checkerboard, course, teacher, took, world
from tests.recommender.scorer_contract import NOW, ScorerContract
from tests.recommender.test_hostile_artifacts import revalue

LIGHT = ("popularity", "content", "sequence")
DAYS = pd.Timedelta(days=9)


class TestHybrid(ScorerContract):
    scorer = "hybrid"

    @classmethod
    def parts(cls) -> tuple[str, ...]:
        return LIGHT

    def test_one_part_alone_is_the_hybrid(self) -> None:
        board = checkerboard()
        model = Model.fit(board, as_of=NOW, scorers=("sequence",))

        assert model.hybrid.weights_ == {stage: {"sequence": 1.0} for stage in (COLD, WARM)}

    def test_where_few_can_judge_all_parts_count_alike(self) -> None:
        model = self.fit(checkerboard(n_teachers=8))

        assert model.hybrid.weights_[WARM] == dict.fromkeys(LIGHT, 1.0)

    def test_a_part_that_foresees_nothing_does_not_lead(self, few_judge: None) -> None:
        """Every teacher goes on in the order of the shelf; popularity looks the wrong way."""
        model = self.fit(in_order_of_the_shelf())

        weights = model.hybrid.weights_[WARM]
        assert model.hybrid.preferred_ == "sequence"
        assert max(weights, key=lambda name: weights[name]) == "sequence"
        assert weights.get("popularity", 0) < weights["sequence"]

    def test_many_teachers_are_judged_by_a_sample(self, few_judge: None, monkeypatch) -> None:
        monkeypatch.setattr("recommender.scorers.validation.MAX_TEACHERS", 20)
        dataset = in_order_of_the_shelf()

        assert self.fit(dataset).version == self.fit(dataset).version

    def test_nothing_learned_ships_that_is_behind_fusion(self, few_judge: None) -> None:
        stages_ = self.fit(in_order_of_the_shelf()).hybrid.stages_

        for stage, found in stages_.found.items():
            learned = stages_.blends[stage].to_fitted().values["form"] == "log"
            assert not learned or found["learned"] > found["fusion"]

    def test_with_what_is_allowed_an_explanation_adds_up_too(self, model: Model, board) -> None:
        ranker = Ranker.of(model, board, as_of=NOW, k=3, teachers=np.array([4]))
        allowed = ranker.eligibility.allowed(np.array([4]))
        (scores,) = model.score(ranker.profiles, ranker.catalogue, allowed=allowed)

        for number in np.flatnonzero(allowed[0]):
            parts = model.explain(ranker.profiles, ranker.catalogue, number, allowed=allowed)
            assert sum(p.value for p in parts) == pytest.approx(scores[number], rel=1e-5)


class TestHybridThatOrdersNewCourses:
    """Two new courses, of which the scorer for new ones prefers the other."""

    @pytest.fixture
    def model(self) -> Model:
        model = Model.fit(checkerboard(), as_of=NOW, scorers=LIGHT)
        by_all = Blend.of_ranks({"popularity": 1.0})
        by_content = Blend.of_ranks({"content": 1.0})
        model.hybrid.stages_ = Stages({WARM: by_all, COLD: by_all, NEW: by_content}, "popularity")
        return model

    @pytest.fixture
    def strangers(self) -> Dataset:
        frames = dict(checkerboard().tables)
        came = [course("odd one", title_en="laboratory safety", domain="odd")]
        came.append(course("even one", title_en="reading aloud in class", domain="even"))
        frames["courses"] = pd.concat([frames["courses"], pd.DataFrame(came)], ignore_index=True)
        return Dataset.of(frames)

    def test_new_courses_change_places_with_each_other_alone(
        self, model: Model, strangers: Dataset
    ) -> None:
        catalogue = model.catalogue(strangers, NOW)
        profiles = model.profiles(strangers, NOW, catalogue)
        stages_ = model.hybrid.stages_
        ours = model.score(profiles, catalogue)
        model.hybrid.stages_ = Stages({WARM: stages_.blends[WARM], COLD: stages_.blends[COLD]}, "")
        before = model.score(profiles, catalogue)

        new = catalogue.position < 0
        assert new.sum() == 2
        np.testing.assert_array_equal(ours[:, ~new], before[:, ~new])
        np.testing.assert_array_equal(np.sort(ours[:, new]), np.sort(before[:, new]))
        even, odd = strangers.courses.positions(["even one", "odd one"])
        assert ours[0, even] >= ours[0, odd]
        assert ours[1, odd] >= ours[1, even]

    def test_an_explanation_of_a_new_course_adds_up(self, model: Model, strangers: Dataset) -> None:
        catalogue = model.catalogue(strangers, NOW)
        profile = model.profiles(strangers, NOW, catalogue, np.array([0]))
        (scores,) = model.score(profile, catalogue)

        for number in np.flatnonzero(catalogue.position < 0):
            parts = model.explain(profile, catalogue, number)
            assert {p.name for p in parts if p.kind == "source"} == {"content"}
            assert sum(p.value for p in parts) == pytest.approx(scores[number], rel=1e-5)


@pytest.fixture
def few_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a handful of teachers judge."""
    monkeypatch.setattr(stages, "MIN_TEACHERS", 5)
    monkeypatch.setattr(stages, "MIN_GROUP", 5)


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

    assert model.hybrid.weights_[WARM] == dict.fromkeys(LIGHT, 1.0)
    assert isinstance(model.scorers["popularity"], Popularity)


def test_where_content_tells_courses_apart_new_ones_have_a_stage(few_judge: None) -> None:
    events = [
        took(f"t{n:02d}", f"c{(7 * n + 3 * place) % 40:02d}", at("2025-01-01") + DAYS * place)
        for n in range(40)
        for place in range(6)
    ]
    told = [course(f"c{n:02d}", domain=f"d{n % 4}") for n in range(40)]

    with_content = Model.fit(world(events, courses=told), as_of=NOW, scorers=LIGHT)
    ids_only = Model.fit(world(events), as_of=NOW, scorers=LIGHT)

    assert NEW in with_content.hybrid.stages_.blends
    assert NEW not in ids_only.hybrid.stages_.blends


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v["hybrid"].update(stage_names=[COLD]),
        lambda v: v["hybrid"]["stage warm"].update(form="magic"),
        lambda v: v["hybrid"]["stage cold"].update(weights={"oracle": 1.0}),
        lambda v: v["hybrid"].update(second_stage="oracle"),
    ],
    ids=["no stage for the warm", "an unknown form", "an unknown scorer", "an unknown learner"],
)
def test_a_stored_hybrid_whose_stages_do_not_fit_is_refused(change, tmp_path: Path) -> None:
    save(Model.fit(checkerboard(), as_of=NOW, scorers=LIGHT), tmp_path)
    revalue(tmp_path, change)

    with pytest.raises(BadArtifact, match="parts that fit together"):
        load(tmp_path)
