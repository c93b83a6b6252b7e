"""The years ahead: courses of the stage to come are for its years, and nothing is taken for granted
that is not nearly sure."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.dataset import Dataset
from features.dossiers import Dossier
from features.errors import UnknownId
from recommender.ahead import Ahead, look_ahead, planned_career
from recommender.backdrop import Backdrop
from recommender.eligibility import Eligibility
from recommender.model import Model
from recommender.planning import intake, policy
from recommender.planning.horizon import Horizon
from recommender.plans import make_plan
from tests.builders import Row, at, course, teacher, took, world

NOW = at("2025-01-01")
NATION = policy.load("national-2011")
HORIZON = Horizon.of(NATION, NOW)


def careers(count: int = 300) -> list[Row]:
    """Novices who become developing after three years, with the school year."""
    return [
        teacher(f"t{number:03}", since, career_stage=stage, employed_on="2020-09-01")
        for number in range(count)
        for since, stage in (("2020-09-01", "novice"), ("2023-09-01", "developing"))
    ]


def county(*more: Row) -> Dataset:
    events = [
        took(f"t{number:03}", f"c{(number + place) % 6}", f"2024-0{1 + place}-01")
        for number in range(60)
        for place in range(3)
    ]
    courses = [
        *(course(f"c{number}", hours=20) for number in range(6)),
        course("for novices", stages="novice", hours=20, repeatable="yearly"),
        course("for developing", stages="developing", hours=20, repeatable="yearly"),
    ]
    events += [took("t000", name, "2024-05-01") for name in ("for novices", "for developing")]
    return world(events, teachers=[*careers(), *more], courses=courses)


NOVICE = teacher("new", "2022-09-01", career_stage="novice", employed_on="2022-09-01")


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.fit(county(NOVICE), as_of=NOW, scorers=("popularity", "content"))


def seen(model: Model, dataset: Dataset, who: str) -> Ahead:
    backdrop = Backdrop.of(model, dataset, model.catalogue(dataset, NOW), NOW)
    return look_ahead(backdrop, Dossier.of(dataset, who), NOW, HORIZON)


def test_an_unknown_teacher_is_refused(model: Model) -> None:
    with pytest.raises(UnknownId, match="teacher 'nobody'"):
        seen(model, county(), "nobody")


def test_courses_are_for_the_years_of_their_stage(model: Model) -> None:
    dataset = county(NOVICE)
    ahead = seen(model, dataset, "new")

    open_ = ahead.relevance >= 0
    later, now = ([value] * (len(HORIZON.years) - 1) for value in (False, True))
    assert open_[dataset.courses.position("for novices")].tolist() == [True, *later]
    assert open_[dataset.courses.position("for developing")].tolist() == [False, *now]
    assert open_[dataset.courses.position("c0")].all()


def test_who_stays_is_scored_as_today(model: Model) -> None:
    dataset = county()
    ahead = seen(model, dataset, "t001")
    row = np.array([dataset.teachers.position("t001")])
    catalogue = model.catalogue(dataset, NOW)
    allowed = Eligibility.of(dataset, NOW).open_to(row)
    profile = model.profiles(dataset, NOW, catalogue, row)
    today = model.score(profile, catalogue, allowed=allowed)[0]

    kept = allowed[0]
    best = today[kept].max()
    np.testing.assert_allclose(ahead.relevance[kept, 0], today[kept] / best, atol=1e-6)
    assert (ahead.relevance[~kept, 0] == -1).all()


def test_of_whom_no_stage_is_known_nothing_is_foreseen(model: Model) -> None:
    ahead = seen(model, county(teacher("plain")), "plain")

    assert ahead.outlook is None
    assert ahead.last_stage == ""
    assert (ahead.relevance >= 0).all()
    assert ahead.assumed(HORIZON.years, "") == ()


def test_a_stage_to_come_is_planned_for_from_the_first_day_of_its_first_whole_year(
    model: Model,
) -> None:
    (assumed,) = seen(model, county(NOVICE), "new").assumed(HORIZON.years, "novice")

    assert (assumed.stage, assumed.since) == ("developing", HORIZON.years[1].since)
    assert assumed.chance > 0.9
    career = planned_career(intake.career(county(NOVICE), "new", NOW), (assumed,))
    assert career.on(HORIZON.today).stage == "novice"
    assert career.on(assumed.since).stage == "developing"


def test_the_plan_says_what_it_takes_for_granted_and_keeps_to_the_years(model: Model) -> None:
    plan = make_plan(model, county(NOVICE), teacher_id="new", as_of=NOW)

    assert [each.stage for each in plan.assumed] == ["developing"]
    years = {item.course: item.year for item in plan.items if item.course.startswith("for ")}
    first = HORIZON.years[0].key
    assert years.get("for novices", first) == first
    assert years["for developing"] != first


def test_with_personalisation_off_rules_follow_the_stage_to_come_all_the_same(
    model: Model,
) -> None:
    dataset = county(teacher("new", personalisation=False, **_without_id(NOVICE)))
    ahead = seen(model, dataset, "new")

    assert ahead.relevance[dataset.courses.position("for novices"), 1] == -1


def _without_id(state: Row) -> dict[str, object]:
    return {name: value for name, value in state.items() if name != "teacher_id"}


def test_a_plan_of_today_knows_nothing_of_a_stage_that_was_reached_later(model: Model) -> None:
    later = teacher("new", "2025-06-01", career_stage="lead", employed_on="2022-09-01")

    found = seen(model, county(NOVICE, later), "new")

    np.testing.assert_array_equal(found.relevance, seen(model, county(NOVICE), "new").relevance)
    assert pd.notna(found.relevance).all()
