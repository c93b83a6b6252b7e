"""What every scorer promises. A scorer's own test inherits it in two lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.columns import ColumnsFile
from features.dataset import Dataset
from recommender.artifact import load, save
from recommender.model import Model
from recommender.ranking import rank
from recommender.scorers.registry import SCORERS
from recommender.scorers.space import defaults
from tests.builders import at, checkerboard, course, left_out, teacher, took, world

NOW = at("2025-06-01")


def one_teacher() -> Dataset:
    return world([took("ann", c, f"2025-01-0{n + 1}") for n, c in enumerate("abc")])


def one_course() -> Dataset:
    return world([took(t, "a", f"2025-01-0{n + 1}") for n, t in enumerate(("ann", "bob"))])


def no_course_taken_twice() -> Dataset:
    return world([took(f"t{n}", f"c{n}", "2025-01-01") for n in range(6)])


def one_teacher_with_5000_events() -> Dataset:
    start = at("2020-01-01")
    busy = [took("ann", f"c{n % 30}", start + pd.Timedelta(hours=n)) for n in range(5000)]
    return world([*busy, took("bob", "c1", "2025-01-01"), took("eve", "c2", "2025-01-02")])


def all_events_at_one_instant() -> Dataset:
    return world(
        [took(f"t{n}", f"c{n % 4}", "2025-01-01") for n in range(30)],
        courses=[course(f"c{n}", available_from=f"2024-0{n + 1}-01") for n in range(5)],
    )


def constant_features() -> Dataset:
    columns = ColumnsFile(
        features={
            "teachers": {"pupils": "number"},
            "courses": {"weeks": "number", "level": "number"},
        }
    )
    return world(
        [took(f"t{n}", f"c{n % 3}", f"2025-01-{n + 1:02d}") for n in range(8)],
        teachers=[teacher(f"t{n}", phase="primary", pupils=30.0) for n in range(8)],
        courses=[course(f"c{n}", domain="teaching", weeks=4.0, level=None) for n in range(4)],
        columns=columns,
    )


def without_event_kinds() -> Dataset:
    return world(
        [
            {"teacher_id": f"t{n}", "course_id": f"c{n % 3}", "occurred_at": f"2025-01-{n + 1:02d}"}
            for n in range(8)
        ]
    )


def only_dismissed_besides() -> Dataset:
    away = [took(f"t{n}", "a", "2025-01-02", "dismissed") for n in range(4)]
    return world([*away, took("ann", "b", "2025-01-01"), took("ann", "c", "2025-01-03", "failed")])


WORLDS: tuple[Callable[[], Dataset], ...] = (
    one_teacher,
    one_course,
    no_course_taken_twice,
    one_teacher_with_5000_events,
    all_events_at_one_instant,
    constant_features,
    without_event_kinds,
    only_dismissed_besides,
)


class ScorerContract:
    """The promises; ``scorer`` is a scorer's name."""

    scorer: str

    @classmethod
    def fit(cls, dataset: Dataset, as_of: pd.Timestamp = NOW, seed: int = 0) -> Model:
        return Model.fit(dataset, as_of=as_of, scorers=cls.parts(), seed=seed)

    @classmethod
    def parts(cls) -> tuple[str, ...]:
        return (cls.scorer,)

    @pytest.fixture(scope="class")
    @classmethod
    def board(cls) -> Dataset:
        return checkerboard()

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, board: Dataset) -> Model:
        return cls.fit(board)

    @pytest.fixture(scope="class")
    @classmethod
    def strangers(cls, board: Dataset) -> Dataset:
        """The checkerboard with a teacher and a course that came after training."""
        frames = {name: frame for name, frame in board.tables.items()}
        came = {
            "teachers": pd.DataFrame([teacher("newcomer", phase="primary")]),
            "courses": pd.DataFrame([course("novelty", title_en="reading aloud", domain="even")]),
        }
        for name, rows in came.items():
            frames[name] = pd.concat([frames[name], rows], ignore_index=True)
        return Dataset.of(frames)

    def scores(self, model: Model, dataset: Dataset, teachers=None) -> np.ndarray:
        catalogue = model.catalogue(dataset, NOW)
        profiles = model.profiles(dataset, NOW, catalogue, teachers)
        return model.score(profiles, catalogue, self.scorer)

    def lists(self, model: Model, dataset: Dataset, k: int = 3) -> np.ndarray:
        (ranking,) = rank(model, dataset, as_of=NOW, k=k, scorer=self.scorer)
        return ranking.courses

    def test_defaults_lie_where_parameters_are_looked_for(self) -> None:
        for name in self.parts():
            known = defaults(SCORERS[name])
            outside = {
                parameter: str(span)
                for parameter, span in SCORERS[name].SPACE.items()
                if parameter not in known or not span.holds(known[parameter])
            }
            assert outside == {}

    def test_chosen_courses_are_scored_as_among_all(self, model: Model, strangers: Dataset) -> None:
        catalogue = model.catalogue(strangers, NOW)
        profiles = model.profiles(strangers, NOW, catalogue)
        scores = model.score(profiles, catalogue, self.scorer)
        for chosen in ([0], [1, 3, 4], [], range(catalogue.width)):
            some = catalogue.only(np.asarray(chosen, np.intp))
            found = model.scorers[self.scorer].score(profiles, some)
            if self.scorer == model.hybrid.name:  # counts places among the chosen
                assert found.shape == (len(profiles), len(chosen))
            else:
                assert found == pytest.approx(scores[:, list(chosen)], abs=1e-5)

    @pytest.mark.parametrize("make", WORLDS, ids=lambda make: make.__name__)
    def test_a_degenerate_world_gives_a_sane_list(self, make: Callable[[], Dataset]) -> None:
        dataset = make()
        model = self.fit(dataset)

        assert np.isfinite(self.scores(model, dataset)).all()
        _nothing_done_is_ranked(dataset, self.lists(model, dataset))

    def test_scores_are_finite_float32_of_every_teacher_and_course(
        self, model: Model, board: Dataset
    ) -> None:
        scores = self.scores(model, board)

        assert scores.dtype == np.float32
        assert scores.shape == (len(board.teachers), len(board.courses))
        assert np.isfinite(scores).all()

    def test_the_left_out_course_of_a_checkerboard_comes_first(
        self, model: Model, board: Dataset
    ) -> None:
        first = board.courses.outside(self.lists(model, board)[:, 0])

        assert first.tolist() == [left_out(number) for number in range(len(board.teachers))]

    def test_nothing_done_is_ranked(self, model: Model, board: Dataset) -> None:
        _nothing_done_is_ranked(board, self.lists(model, board, k=len(board.courses)))

    def test_a_teacher_alone_scores_as_in_a_batch(self, model: Model, strangers: Dataset) -> None:
        batch = self.scores(model, strangers)
        some = np.array([0, 1, 7, len(batch) - 1])
        alone = [self.scores(model, strangers, np.array([n])) for n in some]

        np.testing.assert_allclose(np.vstack(alone), batch[some], rtol=1e-6, atol=1e-7)

    def test_teachers_score_alike_in_any_order(self, model: Model, board: Dataset) -> None:
        chosen = np.array([5, 2, 5, 0])

        np.testing.assert_allclose(
            self.scores(model, board, chosen),
            self.scores(model, board)[chosen],
            rtol=1e-6,
            atol=1e-7,
        )

    def test_a_saved_model_scores_exactly_as_before(
        self, model: Model, strangers: Dataset, tmp_path: Path
    ) -> None:
        save(model, tmp_path)
        again = load(tmp_path)

        assert again.version == model.version
        np.testing.assert_array_equal(self.scores(again, strangers), self.scores(model, strangers))

    def test_fitted_state_alone_makes_the_same_scorer(self, model: Model, board: Dataset) -> None:
        again = Model.from_fitted(model.to_fitted())

        np.testing.assert_array_equal(self.scores(again, board), self.scores(model, board))

    def test_the_same_seed_gives_the_same_bits(self, model: Model, board: Dataset) -> None:
        again = self.fit(board)

        assert again.version == model.version
        np.testing.assert_array_equal(self.scores(again, board), self.scores(model, board))

    def test_strangers_are_scored_and_listed(self, model: Model, strangers: Dataset) -> None:
        newcomer = strangers.teachers.position("newcomer")

        assert np.isfinite(self.scores(model, strangers)).all()
        assert (self.lists(model, strangers)[newcomer] >= 0).all()

    def test_a_new_course_borrows_from_those_like_it(
        self, model: Model, strangers: Dataset
    ) -> None:
        even = strangers.teachers.position("t00")
        others = strangers.courses.positions(["c01", "c03", "c05", "c07", "c09", "c11"])
        scores = self.scores(model, strangers)[even]

        assert scores[strangers.courses.position("novelty")] > scores[others].max()

    def test_an_explanation_adds_up_to_the_score(self, model: Model, strangers: Dataset) -> None:
        catalogue = model.catalogue(strangers, NOW)
        for name in ("t00", "t01", "newcomer"):
            one = np.array([strangers.teachers.position(name)])
            profile = model.profiles(strangers, NOW, catalogue, one)
            scores = model.score(profile, catalogue, self.scorer)[0]
            told = [
                sum(p.value for p in model.explain(profile, catalogue, c, self.scorer))
                for c in range(len(scores))
            ]
            np.testing.assert_allclose(told, scores, rtol=1e-4, atol=1e-5)


def _nothing_done_is_ranked(dataset: Dataset, lists: np.ndarray) -> None:
    events = dataset.table("events")
    completed = events[events["kind"] == "completed"]
    done = set(zip(completed["teacher_id"], completed["course_id"], strict=True))
    for number, courses in enumerate(lists):
        listed = dataset.courses.outside(courses[courses >= 0])
        assert not done & {(dataset.teachers.ids[number], c) for c in listed}
        assert len(set(listed)) == len(listed)
