"""Advice for one teacher: it changes at once with what the teacher does, and with nothing else."""

from __future__ import annotations

import pandas as pd
import pytest

from features.dataset import Dataset
from features.errors import InvalidSetting, UnknownId
from recommender.advise import Recommendation, WhyNot, recommend, why_not
from recommender.model import Model
from recommender.planning.problem import Wishes
from recommender.plans import make_plan
from tests.builders import Row, at, checkerboard, course, left_out, teacher, took

NOW = at("2025-06-01")
NEXT = at("2025-06-02")


@pytest.fixture(scope="module")
def board() -> Dataset:
    return checkerboard()


@pytest.fixture(scope="module")
def model(board: Dataset) -> Model:
    return Model.fit(board, as_of=NOW, scorers=("popularity", "content", "sequence"))


def with_rows(dataset: Dataset, **rows: list[Row]) -> Dataset:
    """The same data set with more rows."""
    tables = dict(dataset.tables)
    for name, added in rows.items():
        frame = pd.DataFrame(added)
        for column in ("occurred_at", "valid_from", "available_from"):
            if column in frame:
                frame[column] = pd.to_datetime(frame[column], utc=True)
        tables[name] = pd.concat([tables[name], frame], ignore_index=True)
    return Dataset.of(tables)


def listed(
    model: Model, dataset: Dataset, who: str, k: int = 5, as_of: pd.Timestamp = NEXT
) -> tuple[Recommendation, ...]:
    return recommend(model, dataset, teacher_id=who, as_of=as_of, k=k)


def courses(found: tuple[Recommendation, ...]) -> list[str]:
    return [each.course_id for each in found]


def test_an_unknown_teacher_is_refused(model: Model, board: Dataset) -> None:
    with pytest.raises(UnknownId, match="teacher 'nobody'"):
        listed(model, board, "nobody")


def test_an_unknown_course_is_refused(model: Model, board: Dataset) -> None:
    with pytest.raises(UnknownId, match="course 'none'"):
        why_not(model, board, teacher_id="t00", course_id="none", as_of=NOW)


def test_a_list_of_no_courses_is_refused(model: Model, board: Dataset) -> None:
    with pytest.raises(InvalidSetting):
        listed(model, board, "t00", k=0)


def test_a_list_names_ranks_scores_reasons_and_openings(model: Model, board: Dataset) -> None:
    offering = {"offering_id": "o", "course_id": left_out(0)}
    dataset = Dataset.of({**board.tables, "offerings": pd.DataFrame([offering])})

    found = listed(model, dataset, "t00")

    assert [each.rank for each in found] == [1, 2, 3, 4, 5]
    assert [each.score for each in found] == sorted((e.score for e in found), reverse=True)
    assert found[0].course_id == left_out(0)
    assert found[0].title == ("", "reading aloud in class 0")
    assert found[0].reasons
    assert [opening.offering_id for opening in found[0].openings] == ["o"]


def test_reasons_may_be_left_out(model: Model, board: Dataset) -> None:
    found = recommend(model, board, teacher_id="t00", as_of=NOW, k=2, explain=False)

    assert [each.reasons for each in found] == [(), ()]


def test_the_reasons_of_a_list_are_those_of_the_scorer_that_made_it(
    model: Model, board: Dataset
) -> None:
    for scorer in ("popularity", "content"):
        found = recommend(model, board, teacher_id="t00", as_of=NEXT, k=5, scorer=scorer)

        assert {reason.source for each in found for reason in each.reasons} == {scorer}


def test_a_completed_course_is_gone_from_the_next_list_without_training(
    model: Model, board: Dataset
) -> None:
    first = courses(listed(model, board, "t00"))[0]
    after = with_rows(board, events=[took("t00", first, NOW)])

    assert first not in courses(listed(model, after, "t00", k=12))
    assert listed(model, after, "t02") == listed(model, board, "t02")


@pytest.mark.parametrize("kind", ["viewed", "saved", "dismissed"])
def test_any_event_changes_the_next_list_of_that_teacher_alone(
    model: Model, board: Dataset, kind: str
) -> None:
    after = with_rows(board, events=[took("t00", "c07", NOW, kind) for _ in range(3)])

    def scores(dataset: Dataset, who: str) -> list[float]:
        found = recommend(model, dataset, teacher_id=who, as_of=NEXT, k=12, scorer="sequence")
        return [each.score for each in found]

    assert scores(after, "t00") != scores(board, "t00")
    assert scores(after, "t02") == scores(board, "t02")


def test_a_teacher_who_came_after_training_gets_a_list_for_the_like_of_them(
    model: Model, board: Dataset
) -> None:
    dataset = with_rows(
        board, teachers=[teacher("zoe", NOW, phase="junior", career_stage="novice")]
    )

    found = listed(model, dataset, "zoe")

    assert len(found) == 5
    assert {int(name[1:]) % 2 for name in courses(found)[:3]} == {1}


def test_a_course_that_came_after_training_can_come_first(model: Model, board: Dataset) -> None:
    """It is like the courses of the teacher's past, of which all others are done."""
    new = course("cnew", available_from=NOW, title_en="reading aloud in class", domain="even")
    dataset = with_rows(board, courses=[new])

    assert "cnew" in courses(listed(model, dataset, "t00"))[:2]
    assert "cnew" not in courses(listed(model, dataset, "t00", k=12, as_of=NOW))


def off(who: str, since: pd.Timestamp = NOW) -> Row:
    return teacher(who, since, phase="primary", career_stage="novice", personalisation=False)


def test_switching_personalisation_off_holds_on_the_very_next_call(
    model: Model, board: Dataset
) -> None:
    """t00 and t12 are alike to the rules: they left out the same course."""
    dataset = with_rows(board, teachers=[off("t00"), off("t12")])
    personal, common = listed(model, board, "t00", k=12), listed(model, dataset, "t00", k=12)

    assert left_out(0) == left_out(12)
    assert common == listed(model, dataset, "t12", k=12)
    assert [each.score for each in common] != [each.score for each in personal]


def test_switching_it_on_again_brings_the_own_list_back(model: Model, board: Dataset) -> None:
    on = teacher("t00", "2025-06-01T12:00Z", phase="primary", career_stage="novice")
    dataset = with_rows(board, teachers=[off("t00"), {**on, "personalisation": True}])

    assert courses(listed(model, dataset, "t00")) == courses(listed(model, board, "t00"))


@pytest.mark.parametrize(
    "about",
    [{"grade": "failing"}, {"phases": "senior"}, {"available_from": NEXT}],
    ids=["failing", "for another phase", "yet to appear"],
)
def test_a_pin_brings_no_course_into_a_plan_that_a_rule_keeps_back(
    model: Model, board: Dataset, about: Row
) -> None:
    dataset = with_rows(board, courses=[course("c99", **about), course("c98")])
    wishes = Wishes(pins=(("c99", None), ("c98", None)))

    plan = make_plan(model, dataset, teacher_id="t00", as_of=NEXT, wishes=wishes)

    assert plan.unkept == (("c99", ""),)
    assert "c98" in {item.course for item in plan.items}
    assert "c99" not in {item.course for item in plan.items}


def test_a_course_that_a_rule_keeps_back_has_no_rank(model: Model, board: Dataset) -> None:
    dataset = with_rows(board, courses=[course("c99", phases="senior")])

    told = why_not(model, dataset, teacher_id="t00", course_id="c99", as_of=NOW)

    assert told == WhyNot(("other_phase",), 0)


def test_an_eligible_course_has_its_rank(model: Model, board: Dataset) -> None:
    found = courses(listed(model, board, "t00", k=12))

    for place, name in enumerate(found, start=1):
        told = why_not(model, board, teacher_id="t00", course_id=name, as_of=NEXT)
        assert told == WhyNot((), place)
