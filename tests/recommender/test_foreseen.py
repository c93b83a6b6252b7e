"""A list for a year to come is made for the stage that is likely then."""

from __future__ import annotations

import pandas as pd
import pytest

from features.dossiers import Dossier, log_of
from features.moments import NEVER, instant
from recommender.backdrop import Backdrop
from recommender.foreseen import foresee
from recommender.model import Model
from tests.recommender.test_ahead import HORIZON, NOW, county


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.fit(county(), as_of=NOW, scorers=("popularity", "content"))


@pytest.fixture(scope="module")
def backdrop(model: Model) -> Backdrop:
    dataset = county()
    return Backdrop.of(model, dataset, model.catalogue(dataset, NOW), NOW)


def novice(**more: object) -> Dossier:
    """A novice since the autumn of 2022, of whom nothing else is known."""
    state = {
        "valid_from": NEVER,
        "career_stage": "novice",
        "employed_on": pd.Timestamp("2022-09-01").date(),
        "personalisation": None,
        "title": None,
        **more,
    }
    return Dossier("new", (state,), log_of([], {}, {}, []), {})


def test_a_novice_is_developing_by_the_year_in_which_most_are(model: Model, backdrop: Backdrop):
    last = HORIZON.years[-1]
    then = foresee(model, novice(), HORIZON, last, instant(NOW))
    assert then.stage == "developing"
    assert then.chance > 0.5
    found = {
        each.course_id
        for each in backdrop.recommend(then.dossier, as_of=NOW, k=20, explain=False, year=last)
    }
    assert "for developing" in found
    assert "for novices" not in found
    today = backdrop.recommend(novice(), as_of=NOW, k=20, explain=False)
    assert "for novices" in {each.course_id for each in today}


def test_who_is_not_advised_personally_is_not_so_in_a_year_to_come(model: Model):
    then = foresee(model, novice(personalisation=False), HORIZON, HORIZON.years[1], instant(NOW))
    assert not then.dossier.personal(instant(NOW))


def test_of_a_teacher_without_a_stage_nothing_is_foreseen(model: Model):
    unknown = novice(career_stage=None, employed_on=None, years_of_service=None)
    then = foresee(model, unknown, HORIZON, HORIZON.years[0], instant(NOW))
    assert (then.stage, then.chance) == ("", 1.0)
