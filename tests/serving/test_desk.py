"""An administrator sees the own teachers, few of them never, and nobody else's at all."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from features.dataset import Dataset
from features.errors import Refused, UnknownId
from recommender.planning.plan import Item, Outcome, Plan
from serving.datasets import Shelves
from serving.desk.demand import demand
from serving.desk.intervals import wilson
from serving.desk.jurisdiction import Jurisdiction, jurisdiction
from serving.desk.plans import answer, plans_of, waiting
from serving.desk.seats import STANDINGS, seats
from serving.desk.small_cells import LEAST, few, shown, shown_part, shown_total
from serving.desk.standing import (
    MEASURES,
    by_key_county,
    by_locality,
    by_school,
    facts,
    lacking,
    whole,
)
from serving.plans import find_plan, keep_plan, move_plan
from serving.store.engine import Store
from serving.store.tenants import find_tenant
from serving.store.transfer import import_dataset

NOW = pd.Timestamp("2026-03-01T00:00:00Z")
TODAY = NOW.date()


# Small cells.


@given(st.lists(st.integers(0, 40), min_size=1, max_size=7))
def test_no_count_of_a_few_is_shown_and_none_can_be_worked_out(counts: list[int]):
    told, total = shown(counts), shown_total(counts)
    assert all(count is None or not few(count) for count in told)
    hidden = [count for count, cell in zip(counts, told, strict=True) if cell is None]
    if total is not None and hidden:
        assert len(hidden) >= 2
        assert sum(hidden) >= LEAST


@example([5, 4, 4])
@example([9, 9, 4, 4])
@example([0, 1, 1, 1, 1, 1])
@given(st.lists(st.integers(0, 12), min_size=2, max_size=4))
def test_what_is_shown_fits_more_than_one_truth(counts: list[int]):
    """The oracle: of every hidden count of a few, another number would be shown the same."""
    told, total = shown(counts), shown_total(counts)
    if total is None:
        return
    fits = [
        truth
        for truth in itertools.product(range(total + 1), repeat=len(counts))
        if sum(truth) == total and shown(truth) == told
    ]
    for place, count in enumerate(counts):
        if few(count):
            assert len({truth[place] for truth in fits}) > 1


def test_a_part_is_hidden_where_it_or_its_rest_are_a_few():
    assert [shown_part(n, 20) for n in (0, 1, 4, 5, 15, 16, 19, 20)] == [
        0,
        None,
        None,
        5,
        15,
        None,
        None,
        20,
    ]


# Intervals.


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_are_those_of_the_literature(count: int, of: int, low: float, high: float):
    share = wilson(count, of)
    assert share is not None
    assert (share.low, share.high) == pytest.approx((low, high), abs=5e-5)


def test_of_nobody_there_is_no_share():
    assert wilson(0, 0) is None


# Two counties of two schools.


def province() -> Dataset:
    """County A: 30 teachers at a rural school, 3 at another; county B: 10 teachers."""
    nation = [("p", "province", None, None, None)]
    counties = [("a", "county", "p", None, True), ("b", "county", "p", None, False)]
    schools = [
        ("a1", "school", "a", "rural", True),
        ("a2", "school", "a", "town", True),
        ("b1", "school", "b", "urban", False),
    ]
    columns = ["organisation_id", "kind", "parent_id", "locality", "key_county"]
    organisations = pd.DataFrame(nation + counties + schools, columns=columns)
    organisations["name_zh"] = organisations["organisation_id"] + "单位"
    at = [("a1", 30), ("a2", 3), ("b1", 10)]
    ids = [(f"{school}-{n:02d}", school) for school, many in at for n in range(many)]
    teachers = pd.DataFrame(ids, columns=["teacher_id", "organisation_id"])
    offerings = pd.DataFrame(
        {
            "offering_id": ["o1", "over"],
            "course_id": ["c1", "c1"],
            "ends_on": pd.to_datetime(["2026-06-30", "2025-06-30"]),
            "capacity": [50, 50],
        }
    )
    taken = [f"a1-{n:02d}" for n in range(9)] + ["a2-00", "b1-00"]
    enrolments = pd.DataFrame(
        {
            "teacher_id": taken * 2,
            "offering_id": ["o1"] * 11 + ["over"] * 11,
            "state": (["admitted"] * 8 + ["waitlisted"] * 3) * 2,
            "decided_at": pd.Timestamp("2026-02-01", tz="UTC"),
        }
    )
    events = pd.DataFrame(
        {
            "event_id": [f"e{n}" for n in range(20)],
            "teacher_id": [f"a1-{n:02d}" for n in range(20)],
            "course_id": "c1",
            "kind": ["selected"] * 10 + ["completed"] * 10,
            "occurred_at": [pd.Timestamp("2025-10-01", tz="UTC")] * 18
            + [pd.Timestamp("2024-10-01", tz="UTC")] * 2,
        }
    )
    return Dataset.of(
        {
            "organisations": organisations,
            "teachers": teachers,
            "courses": pd.DataFrame({"course_id": ["c1", "c2"], "title_zh": ["评价", "写作"]}),
            "offerings": offerings,
            "enrolments": enrolments,
            "events": events,
            "quotas": pd.DataFrame(
                {"offering_id": ["o1"], "organisation_id": ["a2"], "group": ["all"], "seats": [7]}
            ),
        }
    )


def plan(teacher: str, *courses: str, missing: str = "0") -> Plan:
    item = Item("", "2026", "2026-first", "", "10", "10", (), (), "", 1)
    outcome = Outcome(
        "total", "2026", "总学时", "hours", "hour", "0", "10", "72", missing, "", "0", True, False
    )
    return Plan(
        teacher_id=teacher,
        policy="national-2011@0",
        model="m",
        as_of=NOW.to_pydatetime(),
        seed=0,
        unit="hour",
        items=tuple(replace(item, course=course, term=TERM) for course in courses),
        outcomes=(outcome,),
        unkept=(),
        objective=1.0,
        bound=1.0,
        gap=0.0,
        shortage_proven=True,
    )


TERM = "2026-spring"


@pytest.fixture(scope="module")
def county_store(new_url) -> Iterator[Store]:
    """Twelve of a1, two of a2 and five of b1 have plans; those of a1-00 and a1-01 are submitted."""
    store = Store.open(new_url())
    import_dataset(store, province(), now=NOW)
    with store.writing() as connection:
        for n in range(12):
            kept = keep_plan(
                connection,
                "default",
                plan(
                    f"a1-{n:02d}", "c1", *(["c2"] if n < 6 else []), missing="5" if n < 7 else "0"
                ),
                NOW,
                key=f"{n:032x}",
            )
            if n < 2:
                move_plan(connection, "default", kept.plan_id, "submitted", NOW)
        for n in range(2):
            keep_plan(connection, "default", plan(f"a2-{n:02d}", "c2"), NOW)
        for n in range(5):
            keep_plan(connection, "default", plan(f"b1-{n:02d}", "c1"), NOW)
    yield store
    store.close()


def of(store: Store, organisation: str, now: pd.Timestamp = NOW) -> Jurisdiction:
    with store.reading() as connection:
        shelf = Shelves().of(connection, find_tenant(connection, "default"))
        return jurisdiction(connection, "default", shelf.dataset, organisation, now)


@pytest.mark.parametrize(
    ("organisation", "teachers"), [("p", 43), ("a", 33), ("b", 10), ("a1", 30), ("a2", 3)]
)
def test_a_jurisdiction_is_the_organisation_and_all_below_it(county_store, organisation, teachers):
    within = of(county_store, organisation)
    assert len(within.members) == teachers
    assert all(member.school.startswith(organisation.strip("p")) for member in within.members)


def test_only_within_the_own_school_are_teachers_named(county_store):
    assert [of(county_store, each).named for each in ("p", "a", "a1")] == [False, False, True]


def test_another_organisation_is_not_there(county_store):
    with pytest.raises(UnknownId):
        of(county_store, "nowhere")
    for other in ("b", "b1", "a1", "nowhere"):
        with pytest.raises(UnknownId):
            of(county_store, "a").require(other)


def test_who_has_moved_away_is_no_longer_seen(store: Store):
    dataset = province()
    moved = pd.DataFrame(
        {
            "teacher_id": ["a2-00"] * 2,
            "valid_from": pd.to_datetime([None, "2026-02-01"], utc=True),
            "organisation_id": ["a2", "b1"],
        }
    )
    teachers = dataset.table("teachers").query("teacher_id != 'a2-00'")
    frames = {name: dataset.table(name) for name in ("organisations", "courses")}
    frames["teachers"] = pd.concat([teachers, moved])[
        ["teacher_id", "valid_from", "organisation_id"]
    ]
    frames["events"] = dataset.table("events").iloc[:0]
    import_dataset(store, Dataset.of(frames), now=NOW)
    assert "a2-00" not in of(store, "a").teachers
    assert "a2-00" in of(store, "b").teachers
    assert "a2-00" in of(store, "a", pd.Timestamp("2026-01-01", tz="UTC")).teachers


def test_a_plan_of_another_school_or_for_a_county_cannot_be_answered(county_store):
    for organisation in ("a2", "a", "b1", "p"):
        within = of(county_store, organisation)
        with county_store.writing() as connection, pytest.raises(UnknownId):
            answer(connection, within, f"p-{0:032x}", 1, "school_confirmed", NOW)


def test_a_plan_is_confirmed_or_returned_by_its_school(county_store):
    within = of(county_store, "a1")
    with county_store.reading() as connection:
        waits = waiting(plans_of(connection, within))
    assert [each.plan.teacher_id for each in waits] == ["a1-00", "a1-01"]
    first, second = (each.plan_id for each in waits)
    with county_store.writing() as connection:
        with pytest.raises(Refused):
            answer(connection, within, first, 2, "school_confirmed", NOW)
        answer(connection, within, first, 1, "school_confirmed", NOW)
        answer(connection, within, second, 1, "draft", NOW)
        with pytest.raises(Refused):
            answer(connection, within, second, 1, "school_confirmed", NOW)
        assert find_plan(connection, "default", first).plan.state == "school_confirmed"
        assert waiting(plans_of(connection, within)) == []
        for plan_id in (first, second):  # as it was
            move_plan(connection, "default", plan_id, "draft", NOW)
            move_plan(connection, "default", plan_id, "submitted", NOW)


def test_demand_counts_teachers_by_course_and_term(county_store):
    titles = {"c1": ("评价", "Assessment"), "c2": ("写作", "Writing")}
    for organisation, counts in (("a1", [("c1", 12), ("c2", 6)]), ("a2", [("c2", 2)])):
        within = of(county_store, organisation)
        with county_store.reading() as connection:
            plans = plans_of(connection, within).values()
        found = demand(plans, titles, TODAY, named=True, folder=None)
        assert [(each.course, each.total) for each in found.courses] == counts


def test_a_countys_demand_tells_of_no_few(county_store):
    with county_store.reading() as connection:
        plans = list(plans_of(connection, of(county_store, "a2")).values())
    found = demand(plans, {}, TODAY, named=False, folder=None)
    assert [(each.by_term, each.total) for each in found.courses] == [((None,), None)]
    yearly = replace(plans[0].plan.items[0], course="c1")
    again = tuple(replace(yearly, term=f"{year}-spring") for year in range(2026, 2031))
    one = [replace(plans[0], plan=replace(plans[0].plan, items=again))]
    (line,) = demand(one, {}, TODAY, named=False, folder=None).courses
    assert (set(line.by_term), line.total) == ({None}, None)
    over = demand(plans, {}, dt.date(2031, 1, 1), named=False, folder=None)
    assert over.courses == ()


def test_places_are_told_as_the_platform_reports_them(county_store):
    with county_store.reading() as connection:
        (own,) = seats(connection, of(county_store, "a1"), {}, TODAY)
        (county,) = seats(connection, of(county_store, "a"), {}, TODAY)
    admitted, waitlisted = list(STANDINGS).index("admitted"), list(STANDINGS).index("waitlisted")
    assert (own.offering, own.capacity, own.quota, own.total) == ("o1", 50, None, 9)
    assert (own.standings[admitted], own.standings[waitlisted]) == (8, 1)
    assert (county.quota, county.total) == (7, 10)
    assert (county.standings[admitted], county.standings[waitlisted]) == (None, None)


def test_what_holds_of_a_school_is_told_in_full_and_of_a_county_without_few(county_store):
    with county_store.reading() as connection:
        for organisation in ("a1", "a"):
            within = of(county_store, organisation)
            found = facts(connection, within, plans_of(connection, within), NOW)
            group = whole(within, found)
            counts = dict(zip(MEASURES, [part.count for part in group.parts], strict=True))
            planned = 12 if organisation == "a1" else 14
            assert counts == {
                "planned": planned,
                "confirmed": 0,
                "chosen": 10,
                "completed": 8,
                "at_risk": 7,
            }
            school_groups = {each.code: each for each in by_school(within, found)}
            if organisation == "a":
                assert school_groups["a2"].teachers is None
                assert {part.count for part in school_groups["a2"].parts} <= {None, 0}
                # Alone, a1 would tell how many there are at a2: the county's total less its own.
                assert school_groups["a1"].teachers is None


def test_equity_has_intervals_by_locality_and_key_county(county_store):
    within = of(county_store, "p")
    with county_store.reading() as connection:
        found = facts(connection, within, plans_of(connection, within), NOW)
    key, other = sorted(by_key_county(within, found), key=lambda group: group.code)
    assert (key.code, key.teachers, other.code, other.teachers) == ("key", 33, "other", 10)
    planned = key.parts[MEASURES.index("planned")]
    assert planned.count == 14
    assert planned.share is not None
    assert planned.share.low < 14 / 33 < planned.share.high
    assert {group.code for group in by_locality(within, found)} == {"rural", "town", "urban"}


def test_at_risk_is_who_cannot_meet_what_is_compulsory():
    unmet = plan("t", missing="5")
    assert lacking(_stored(unmet)) == ("total@2026",)
    elective = replace(unmet, outcomes=(replace(unmet.outcomes[0], compulsory=False),))
    over = replace(unmet, outcomes=(replace(unmet.outcomes[0], closed=True),))
    assert lacking(_stored(elective)) == lacking(_stored(over)) == ()


def _stored(found: Plan):
    from serving.plans import StoredPlan

    return StoredPlan("p", found, NOW)
