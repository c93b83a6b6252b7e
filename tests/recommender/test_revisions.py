"""A plan made again later: what happened since is in it, all else stays, and why is said."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import pandas as pd
import pytest

from features.dataset import Dataset
from features.errors import InvalidSetting, UnknownId
from recommender.model import Model
from recommender.planning.asked import Asked
from recommender.planning.plan import Plan
from recommender.planning.replan import Change
from recommender.plans import make_plan
from recommender.revisions import revise
from tests.builders import Row, at, course, teacher, took, world

FIRST, MAY, NEXT = at("2026-01-02"), at("2026-05-01"), at("2027-02-01")
KNOWN = teacher("t1", "2015-09-01T00:00Z", organisation_id="far", employed_on="2010-09-01")
COURSES = [
    *(course(f"e{at}", hours=6, domain="ethics", repeatable="yearly") for at in range(2)),
    *(course(f"k{at:02}", hours=30, domain="teaching") for at in range(24)),
]
#: Every course was held in spring and in autumn; k00 in spring alone.
HELD = [
    {
        "offering_id": f"{each['course_id']}-{since}",
        "course_id": each["course_id"],
        "starts_on": f"2025-{since}-10",
        "ends_on": f"2025-{since}-20",
    }
    for each in COURSES
    for since in (("03",) if each["course_id"] == "k00" else ("03", "10"))
]
PLACES = [
    {"organisation_id": "cn", "region": "CN", "kind": "province"},
    {"organisation_id": "zj", "region": "CN-ZJ", "kind": "province"},
    {"organisation_id": "far", "parent_id": "cn", "kind": "school"},
    {"organisation_id": "near", "parent_id": "zj", "kind": "school"},
]


def data(
    events: Iterable[Row] = (),
    states: Iterable[Row] = (),
    offerings: Iterable[Row] = (),
    courses: Iterable[Row] = COURSES,
) -> Dataset:
    """The county, and what has happened to t1 in it."""
    others = [
        took(f"o{who}", f"k{at:02}", f"2025-0{1 + at % 9}-1{who}T00:00Z")
        for who in range(8)
        for at in range(who, 24)
    ]
    return world(
        [*others, *events],
        teachers=[KNOWN, *states],
        courses=list(courses),
        offerings=[*HELD, *offerings],
        organisations=PLACES,
    )


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.fit(data(), as_of=FIRST, scorers=("popularity",))


@pytest.fixture(scope="module")
def first(model: Model) -> Plan:
    return make_plan(model, data(), teacher_id="t1", as_of=FIRST)


def codes(change: Change) -> dict[str, str]:
    return {each.course: each.code for each in change.difference.causes}


def places(plan: Plan) -> dict[str, str]:
    return {item.course: item.term for item in plan.items}


def in_term(plan: Plan, term: str, prefix: str = "k") -> list[str]:
    return [i.course for i in plan.items if i.term == term and i.course.startswith(prefix)]


def test_a_plan_of_a_later_moment_is_not_made_again_at_an_earlier_one(
    model: Model, first: Plan
) -> None:
    with pytest.raises(InvalidSetting, match="when the earlier plan was made"):
        revise(model, data(), first, as_of=at("2025-12-01"))


@pytest.mark.parametrize(
    ("asked", "error", "told"),
    [
        (Asked(pins=(("k99", ""),)), UnknownId, "course 'k99'"),
        (Asked(bans=("k2",)), UnknownId, "did you mean 'k2"),
        (Asked(prefer=(("k01", "2026-autumn"),)), InvalidSetting, "from 2027-spring to 2030"),
        (Asked(hours_in_year=(("2025", Decimal(9)),)), InvalidSetting, "the year of a wish"),
        (Asked(bans_in_year=(("k01", "2025"),)), InvalidSetting, "the year of a wish"),
        (Asked(bans_in_year=(("k99", "2027"),)), UnknownId, "course 'k99'"),
    ],
)
def test_wishes_for_what_is_not_there_or_not_to_come_are_refused(
    model: Model, first: Plan, asked: Asked, error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        revise(model, data(), first, as_of=NEXT, more=asked)


def test_where_nothing_happened_nothing_changes(model: Model, first: Plan) -> None:
    change = revise(model, data(), first, as_of=FIRST)
    assert (change.plan.revision, change.plan.items[0].wish) == (2, "kept")
    assert places(change.plan) == places(first)
    assert change.difference.causes == ()
    assert len(change.difference.kept) == len(first.items)


def test_a_course_that_is_done_counts_and_is_no_longer_planned(model: Model, first: Plan) -> None:
    early = in_term(first, "2026-autumn")
    assert early
    events = [took("t1", name, "2026-11-15T00:00Z") for name in early]
    change = revise(model, data(events), first, as_of=NEXT)
    assert not {*early} & places(change.plan).keys()
    assert {codes(change)[name] for name in early} == {"done"}
    total = next(each for each in change.plan.outcomes if each.requirement == "total")
    assert total.earned == str(30 * len(early))
    assert change.plan.unmet == ()


def test_what_was_to_be_over_and_is_not_done_is_planned_again(model: Model, first: Plan) -> None:
    early = in_term(first, "2026-autumn")
    events = [took("t1", early[0], "2026-11-15T00:00Z", "failed")]
    change = revise(model, data(events), first, as_of=NEXT)
    assert early[0] in places(change.plan)
    assert codes(change)[early[0]] == "failed"
    assert {codes(change)[name] for name in early[1:]} <= {"not_taken"}
    assert "未通过" in next(each.zh for each in change.difference.sentences())


def test_what_is_still_to_come_stays_where_it_was(model: Model, first: Plan) -> None:
    change = revise(model, data(), first, as_of=NEXT)
    to_come = {(i.course, i.term) for i in first.items if i.term > "2027-spring"}
    stayed = to_come & {*change.difference.kept}
    assert stayed == to_come


def test_a_course_whose_offering_is_cancelled_goes_to_another_term(model: Model) -> None:
    run = {"offering_id": "run", "course_id": "k00", "starts_on": "2026-10-10"}
    pinned = Asked(pins=(("k00", ""),), prefer=(("k00", "2026-autumn"),))
    planned = make_plan(
        model, data(offerings=[run]), teacher_id="t1", as_of=FIRST, wishes=pinned.wishes()
    )
    assert places(planned)["k00"] == "2026-autumn"
    assert next(i.offering for i in planned.items if i.course == "k00") == "run"
    change = revise(model, data(), planned, as_of=MAY)
    assert places(change.plan)["k00"].endswith("spring")
    assert codes(change)["k00"] == "no_offering"


def test_a_course_that_is_withdrawn_goes_and_the_rule_is_named(model: Model, first: Plan) -> None:
    late = in_term(first, "2028-spring") + in_term(first, "2028-autumn")
    gone = [
        {**each, "available_until": "2026-03-01T00:00Z"} if each["course_id"] == late[0] else each
        for each in COURSES
    ]
    change = revise(model, data(courses=gone), first, as_of=MAY)
    assert late[0] not in places(change.plan)
    (cause,) = [each for each in change.difference.causes if each.course == late[0]]
    assert (cause.code, cause.of) == ("closed", "retired")
    assert cause.en == "it is not open to you now (retired)"


def test_who_moves_has_the_rules_of_the_new_place(model: Model, first: Plan) -> None:
    moved = [{**KNOWN, "valid_from": "2026-12-01T00:00Z", "organisation_id": "near"}]
    change = revise(model, data(states=moved), first, as_of=NEXT)
    assert first.policy.startswith("national-2011@")
    assert change.plan.policy.startswith("zhejiang-2016@")
    assert change.plan.unit == "credit"
    told = {codes(change).get(course) for course, _ in change.difference.dropped}
    assert told <= {"other_rules", "not_taken", "no_offering"}


def test_a_new_stage_has_its_own_duties(model: Model) -> None:
    here = [{**KNOWN, "valid_from": "2016-09-01T00:00Z", "organisation_id": "near"}]
    head = [*here, {**here[0], "valid_from": "2026-12-01T00:00Z", "role": "principal"}]
    few, many = Asked(hours_per_year=Decimal(80)), Asked(hours_per_year=Decimal(160))
    planned = make_plan(model, data(states=here), teacher_id="t1", as_of=FIRST, limits=few.limits())
    runs = [
        {"offering_id": f"{name}-27", "course_id": name, "starts_on": "2027-04-10"}
        for name in (f"k{at:02}" for at in range(24))
    ]
    change = revise(model, data(states=head, offerings=runs), planned, as_of=NEXT, more=many)
    asked = {each.requirement for each in change.plan.outcomes}
    assert "new-principal" in asked - {each.requirement for each in planned.outcomes}
    new = [each for each in change.difference.causes if each.code == "new_duty"]
    assert {each.of for each in new} == {"new-principal"}


def test_what_was_asked_is_asked_again_until_something_else_is(model: Model, first: Plan) -> None:
    out, *_ = in_term(first, "2027-autumn")
    asked = Asked(bans=(out,))
    banned = revise(model, data(), first, as_of=FIRST, more=asked)
    assert codes(banned)[out] == "banned"
    again = revise(model, data(), banned.plan, as_of=MAY)
    assert out not in places(again.plan)
    assert again.plan.asked == asked
    wanted = revise(model, data(), again.plan, as_of=MAY, more=Asked(pins=((out, ""),)))
    assert codes(wanted)[out] == "pinned"
    assert wanted.plan.revision == 4


def test_a_planned_course_goes_to_the_term_that_is_now_preferred(model: Model, first: Plan) -> None:
    late, *_ = in_term(first, "2028-spring") + in_term(first, "2028-autumn")
    asked = Asked(prefer=((late, "2029-autumn"),))
    change = revise(model, data(), first, as_of=FIRST, more=asked)
    assert places(change.plan)[late] == "2029-autumn"
    assert codes(change)[late] == "preferred"
    assert next(i.wish for i in change.plan.items if i.course == late) == "preferred"


def test_a_later_day_alone_brings_no_course_back_that_is_asked_for_no_more(
    model: Model, first: Plan
) -> None:
    events = [took("t1", name, "2026-11-15T00:00Z") for name in in_term(first, "2026-autumn")]
    pins = tuple((name, "") for name in in_term(first, "2026-autumn"))
    asked = revise(model, data(), first, as_of=FIRST, more=Asked(pins=pins)).plan
    change = revise(model, data(events), asked, as_of=pd.Timestamp(NEXT))
    assert change.plan.unkept == ()
    assert change.plan.asked.pins == ()
