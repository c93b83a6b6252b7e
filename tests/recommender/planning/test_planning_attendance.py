"""From a data set: when an offering needs its teachers, who is away, what a whole school does."""

import datetime as dt
from decimal import Decimal

import pytest

from features.dataset import Dataset
from features.errors import UnknownId
from recommender.planning import policy
from recommender.planning.attendance import away_from_school, stages_of, stretches
from recommender.planning.cells import by_id
from recommender.planning.days import Presence, Stretch
from recommender.planning.horizon import Horizon
from recommender.planning.offered import candidates
from recommender.planning.options import Candidate
from recommender.planning.shared import with_shared
from tests.builders import Row, at, course, teacher, world

AS_OF = at("2026-03-01")
TEACHERS = (
    teacher("t", organisation_id="s1"),
    teacher("u", organisation_id="s1"),
    teacher("v", organisation_id="s1"),
    teacher("w", organisation_id="s2"),
    teacher("moved", "2020-01-01", organisation_id="s1"),
    teacher("moved", "2025-01-01", organisation_id="s2"),
)
SCHOOLS = tuple({"organisation_id": name, "kind": "school"} for name in ("s1", "s2"))
RULES = policy.load("national-2011")
HORIZON = Horizon.of(RULES, AS_OF)


def offering(offering_id: str, starts_on: str, ends_on: str, **more: object) -> Row:
    return {
        "offering_id": offering_id,
        "course_id": "c",
        "starts_on": starts_on,
        "ends_on": ends_on,
        "admission_mode": "open",
        **more,
    }


def enrolled(teacher_id: str, state: str, decided_at: str, **more: object) -> Row:
    told = {"teacher_id": teacher_id, "offering_id": "o", "state": state, "decided_at": decided_at}
    return {**told, **more}


def dataset(offerings: list[Row], **more: list[Row]) -> Dataset:
    return world(
        teachers=TEACHERS,
        courses=[course("c", mode="face_to_face", hours=40), course("d", prerequisites="c")],
        organisations=SCHOOLS,
        offerings=offerings,
        **more,
    )


def run_of(data: Dataset) -> tuple[Stretch, ...]:
    (row,) = by_id(data, "offerings", ["o"]).values()
    (about,) = by_id(data, "courses", ["c"]).values()
    return stretches(row, about, stages_of(data, ["o"]).get("o", ()))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


# 6 to 15 April 2026 is a Monday to the Wednesday of the week after: eight working days.
@pytest.mark.parametrize(
    ("mode", "days_away", "presence"),
    [
        (None, None, "every"),
        (None, 8, "every"),
        (None, 7.5, "some"),
        ("blended", 8, "some"),
        ("online", None, "none"),
        ("school_based", None, "none"),
    ],
)
def test_an_offering_without_stages_needs_presence_by_its_mode_and_days_away(
    mode: str | None, days_away: float | None, presence: Presence
) -> None:
    one = offering("o", "2026-04-06", "2026-04-15", mode=mode, days_away=days_away)
    assert run_of(dataset([one])) == (Stretch(day("2026-04-06"), day("2026-04-16"), presence),)


def test_stages_say_their_own_days_mode_and_hours() -> None:
    stages = [
        {"stage": 2, "starts_on": "2026-06-01", "ends_on": "2026-06-02", "mode": "online"},
        {"stage": 1, "starts_on": "2026-04-06", "ends_on": "2026-04-06", "hours": 7},
    ]
    data = dataset(
        [offering("o", "2026-04-06", "2026-06-02", days_away=1)],
        offering_stages=[{"offering_id": "o", **stage} for stage in stages],
    )
    assert run_of(data) == (
        Stretch(day("2026-04-06"), day("2026-04-07"), "every", Decimal(7)),
        Stretch(day("2026-06-01"), day("2026-06-03"), "none"),
    )


def test_an_option_carries_the_days_of_its_offering() -> None:
    data = dataset([offering("o", "2026-04-06", "2026-04-07", days_away=2)])
    (found,) = candidates(
        data, "t", AS_OF, data.courses.positions(["c"]), policy=RULES, horizon=HORIZON
    )
    first, *later = found.options
    assert first.stretches == (Stretch(day("2026-04-06"), day("2026-04-08"), "every"),)
    assert first.days_away == 2
    assert not any(option.stretches for option in later)


def test_who_is_away_is_counted_by_places_held_at_the_same_school() -> None:
    """u and v are away; w and moved are elsewhere; t itself does not count."""
    data = dataset(
        [offering("o", "2026-02-27", "2026-03-02")],
        enrolments=[
            enrolled("t", "admitted", "2026-01-10"),
            enrolled("u", "applied", "2026-01-10"),
            enrolled("u", "school_approved", "2026-01-12"),
            enrolled("v", "admitted", "2026-01-10"),
            enrolled("w", "admitted", "2026-01-10"),
            enrolled("moved", "admitted", "2026-01-10"),
        ],
    )
    assert away_from_school(data, "t", AS_OF) == {day("2026-03-01"): 2, day("2026-03-02"): 2}


@pytest.mark.parametrize(
    "last",
    [
        enrolled("u", "refused", "2026-01-12"),
        enrolled("u", "applied", "2026-01-12"),
        enrolled("u", "completed", "2026-01-12"),
        enrolled("u", "admitted", "2026-01-12", admission_mode="whole_school"),
    ],
)
def test_a_place_not_held_and_one_of_the_whole_school_are_no_absence(last: Row) -> None:
    data = dataset(
        [offering("o", "2026-04-06", "2026-04-07")],
        enrolments=[enrolled("u", "school_approved", "2026-01-10"), last],
    )
    assert away_from_school(data, "t", AS_OF) == {}


def test_a_place_decided_at_or_after_the_moment_is_not_seen() -> None:
    data = dataset(
        [offering("o", "2026-04-06", "2026-04-07")],
        enrolments=[enrolled("u", "admitted", "2026-03-01")],
    )
    assert away_from_school(data, "t", AS_OF) == {}


def shared(data: Dataset, *contains: str) -> tuple[Candidate, ...]:
    positions = data.courses.positions(["c", "d"])
    free = candidates(data, "t", AS_OF, positions, policy=RULES, horizon=HORIZON)
    return with_shared(data, free, teacher_id="t", as_of=AS_OF, contains=contains, horizon=HORIZON)


def test_an_unknown_offering_of_the_whole_school_is_refused() -> None:
    with pytest.raises(UnknownId, match="the offering: .*got nowhere"):
        shared(dataset([offering("o", "2026-04-06", "2026-04-07")]), "nowhere")


def test_what_the_school_names_takes_the_place_of_its_course_and_asks_for_nothing_before() -> None:
    data = dataset(
        [
            offering("o", "2026-04-06", "2026-04-07"),
            offering("p", "2026-04-08", "2026-04-09", course_id="d", admission_mode="assigned"),
        ]
    )
    found = {each.course: each for each in shared(data, "p")}
    assert [(each.offering, each.fixed) for each in found["d"].options] == [("p", True)]
    assert found["d"].prerequisites == ()
    assert not any(option.fixed for option in found["c"].options)


def test_whole_school_study_is_known_by_the_enrolment() -> None:
    data = dataset(
        [offering("o", "2026-04-06", "2026-04-07", admission_mode="whole_school")],
        enrolments=[enrolled("t", "admitted", "2026-01-10")],
    )
    (found,) = [each for each in shared(data) if each.course == "c"]
    assert [(each.offering, each.fixed) for each in found.options] == [("o", True)]


def test_what_is_over_is_not_planned() -> None:
    data = dataset([offering("o", "2026-02-06", "2026-02-07")])
    assert not any(option.fixed for each in shared(data, "o") for option in each.options)
