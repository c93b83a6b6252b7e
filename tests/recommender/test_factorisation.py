"""LightFM's factorisation keeps the contract; without LightFM it still scores what was stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from features.errors import MissingComponent
from recommender.artifact import load, save
from recommender.model import Model
from recommender.scorers import factorisation, registry
from recommender.scorers.factorisation import Factorisation
from recommender.scorers.registry import SCORERS
from tests.builders import checkerboard, teacher, took, world
from tests.recommender.scorer_contract import NOW, ScorerContract


@pytest.mark.lightfm
class TestFactorisation(ScorerContract):
    scorer = "factorisation"

    def test_teachers_who_come_later_do_not_stir_the_random_numbers(self) -> None:
        events = [took(f"t{n}", f"c{n % 3}", f"2025-01-{n + 1:02d}") for n in range(9)]
        coming = [teacher(f"a{n}", "2026-01-01", phase="senior") for n in range(3)]
        own = [teacher(f"t{n}", phase="primary") for n in range(9)]

        alone = self.fit(world(events, teachers=own))
        together = self.fit(world(events, teachers=[*coming, *own]))

        assert alone.version == together.version


@pytest.fixture
def no_lightfm(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where LightFM is not installed."""
    for module in (factorisation, registry):
        monkeypatch.setattr(module, "available", lambda: False)


@pytest.mark.usefixtures("no_lightfm")
def test_fitting_without_lightfm_says_what_is_missing() -> None:
    with pytest.raises(MissingComponent, match="run 'make lightfm'"):
        Model.fit(checkerboard(), as_of=NOW, scorers=("factorisation",))


@pytest.mark.usefixtures("no_lightfm")
def test_without_lightfm_all_else_is_fitted() -> None:
    model = Model.fit(checkerboard(), as_of=NOW)

    assert list(model.scorers) == [*(name for name in SCORERS if name != "factorisation"), "hybrid"]


@pytest.mark.usefixtures("no_lightfm")
def test_a_stored_factorisation_scores_without_lightfm(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    board = checkerboard()
    monkeypatch.setattr(Factorisation, "_factorise", lambda *args: _Vectors(*args[1:4]))
    model = Model.fit(board, as_of=NOW, scorers=("factorisation",))
    save(model, tmp_path)

    again = load(tmp_path)
    catalogue = again.catalogue(board, NOW)
    profiles = again.profiles(board, NOW, catalogue)

    np.testing.assert_array_equal(
        again.score(profiles, catalogue), model.score(profiles, catalogue)
    )


class _Vectors:
    """What LightFM hands over, made up."""

    def __init__(self, interactions, of_teachers, of_courses) -> None:
        rng = np.random.default_rng(0)
        n_teachers, n_courses = interactions.shape
        self.user_embeddings = rng.normal(size=(n_teachers + of_teachers.shape[1], 4))
        self.item_embeddings = rng.normal(size=(n_courses + of_courses.shape[1], 4))
        self.item_biases = rng.normal(size=len(self.item_embeddings))
