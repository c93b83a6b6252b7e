"""From tables to careers, ledgers and candidates; nothing dated at or after as_of is seen."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.dataset import Dataset, dtype_of
from features.errors import UnknownId
from features.tables import BY_NAME
from recommender.eligibility import Eligibility
from recommender.planning import intake, offered, policy, rules
from recommender.planning.horizon import Horizon
from recommender.planning.options import Candidate

AS_OF = pd.Timestamp("2026-01-10T00:00+08:00")
ZHEJIANG = policy.load("zhejiang-2016")
HORIZON = Horizon.of(ZHEJIANG, AS_OF)


def frame(table: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return typed columns for those that the rows have."""
    names = {name for row in rows for name in row}
    return pd.DataFrame(
        {
            column.name: pd.Series([row.get(column.name) for row in rows]).astype(dtype_of(column))
            for column in BY_NAME[table].columns
            if column.name in names
        }
    )


TABLES: dict[str, list[dict[str, Any]]] = {
    "organisations": [
        {"organisation_id": "zj", "region": "CN-ZJ", "kind": "province"},
        {"organisation_id": "county", "parent_id": "zj"},
        {"organisation_id": "school", "parent_id": "county"},
        {"organisation_id": "elsewhere"},
    ],
    "teachers": [
        {
            "teacher_id": "t1",
            "valid_from": "2020-09-01T00:00Z",
            "career_stage": "novice",
            "organisation_id": "elsewhere",
            "years_of_service": 0.0,
        },
        {
            "teacher_id": "t1",
            "valid_from": "2023-09-01T00:00Z",
            "career_stage": "developing",
            "organisation_id": "school",
            "years_of_service": 3.0,
        },
        {
            "teacher_id": "t1",
            "valid_from": "2026-01-10T00:00+08:00",
            "career_stage": "backbone",
            "organisation_id": "school",
        },
        {"teacher_id": "t2", "career_stage": "lead"},
    ],
    "courses": [
        {"course_id": "c1", "hours": 10.0, "credits": 5.0, "mode": "online", "domain": "ethics"},
        {"course_id": "c2", "hours": 16.0, "prerequisites": "c1", "equivalence": "g"},
        {"course_id": "c3", "repeatable": "yearly", "credits": 2.0},
        {"course_id": "c4", "equivalence": "g", "credits": 2.0},
        {"course_id": "c5", "credits": 2.0, "available_until": "2027-01-01T00:00Z"},
    ],
    "events": [
        {"teacher_id": "t1", "course_id": "c1", "occurred_at": "2025-05-01T00:00Z"},
        {"teacher_id": "t1", "course_id": "c3", "occurred_at": "2026-01-05T00:00Z"},
        {"teacher_id": "t1", "course_id": "c4", "occurred_at": "2026-02-01T00:00Z"},
    ],
}
OFFERINGS: list[dict[str, Any]] = [
    {
        "offering_id": "open",
        "course_id": "c2",
        "published_at": "2026-01-01T00:00Z",
        "apply_until": "2026-03-01",
        "starts_on": "2026-04-01",
        "ends_on": "2026-05-01",
        "credits": 7.5,
        "tier": "county",
    },
    {
        "offering_id": "past",
        "course_id": "c2",
        "published_at": "2025-01-01T00:00Z",
        "starts_on": "2025-04-01",
        "ends_on": "2025-05-01",
    },
    {
        "offering_id": "closed",
        "course_id": "c5",
        "apply_until": "2026-01-01",
        "starts_on": "2026-03-01",
        "ends_on": "2026-04-01",
    },
    {
        "offering_id": "later",
        "course_id": "c5",
        "published_at": "2026-02-01T00:00Z",
        "starts_on": "2026-10-01",
        "ends_on": "2026-11-01",
    },
    {
        "offering_id": "others",
        "course_id": "c5",
        "starts_on": "2026-03-01",
        "ends_on": "2026-04-01",
        "organisation_id": "elsewhere",
    },
]
LEDGER: list[dict[str, Any]] = [
    {
        "entry_id": "e1",
        "teacher_id": "t1",
        "kind": "offering",
        "earned_on": "2025-05-01",
        "recorded_at": "2025-05-20T00:00Z",
        "amount": 4.5,
        "unit": "credit",
        "course_id": "c1",
    },
    {
        "entry_id": "e2",
        "teacher_id": "t1",
        "kind": "activity",
        "earned_on": "2025-12-01",
        "recorded_at": "2026-01-10T00:00+08:00",
        "amount": 3.0,
        "unit": "credit",
    },
]


def dataset(**more: list[dict[str, Any]]) -> Dataset:
    return Dataset.of({name: frame(name, rows) for name, rows in (TABLES | more).items()})


def candidates(data: Dataset, *courses: str) -> dict[str, Candidate]:
    found = offered.candidates(
        data,
        "t1",
        AS_OF,
        data.courses.positions(list(courses)),
        policy=ZHEJIANG,
        horizon=HORIZON,
    )
    return {candidate.course: candidate for candidate in found}


def terms(candidate: Candidate) -> list[tuple[str, str]]:
    return [(HORIZON.terms[each.term].key, each.offering) for each in candidate.options]


@pytest.mark.parametrize("ask", [intake.career, intake.ledger, offered.completions])
def test_an_unknown_teacher_is_refused(ask: Any) -> None:
    with pytest.raises(UnknownId, match="teacher 'nobody'"):
        ask(dataset(), "nobody", AS_OF)


def test_a_career_holds_the_states_known_before_as_of() -> None:
    found = intake.career(dataset(), "t1", AS_OF)
    assert [standing.stage for standing in found.standings] == ["novice", "developing"]
    assert [standing.region for standing in found.standings] == ["CN", "CN-ZJ"]
    assert found.on(dt.date(2022, 1, 1)).stage == "novice"


def test_the_first_day_follows_from_years_of_service_where_it_is_not_stated() -> None:
    # Three years (1,096 days) before 1 September 2023, counted as 365.25 days each.
    assert intake.career(dataset(), "t1", AS_OF).employed_on == dt.date(2020, 8, 31)
    assert intake.career(dataset(), "t2", AS_OF).employed_on is None


def test_an_entry_recorded_at_as_of_is_not_seen() -> None:
    (line,) = intake.ledger(dataset(credits=LEDGER), "t1", AS_OF)
    assert (line.line_id, line.credits, line.hours) == ("e1", Decimal("4.5"), Decimal("10.0"))
    assert (line.attributes.mode, line.attributes.domain) == ("online", "ethics")


def test_without_a_ledger_completed_courses_stand_for_entries() -> None:
    lines = intake.ledger(dataset(), "t1", AS_OF)
    assert [(line.course, line.earned_on) for line in lines] == [
        ("c1", dt.date(2025, 5, 1)),
        ("c3", dt.date(2026, 1, 5)),
    ]


def test_where_a_ledger_is_kept_nothing_stands_for_its_entries() -> None:
    data = dataset(credits=[entry | {"teacher_id": "t2"} for entry in LEDGER])
    assert intake.ledger(data, "t1", AS_OF) == ()
    alone = data.of_teachers(data.teachers.positions(["t1"]))
    assert intake.ledger(alone, "t1", AS_OF) == ()


def test_a_completion_counts_once_until_the_course_may_be_repeated() -> None:
    days = [("c1", "2024-05-01"), ("c3", "2024-05-01"), ("c3", "2024-06-01"), ("c1", "2025-05-01")]
    events = [
        {"teacher_id": "t1", "course_id": course, "occurred_at": f"{day}T00:00Z"}
        for course, day in [*days, ("c3", "2025-01-01")]
    ]
    lines = intake.ledger(dataset(events=events), "t1", AS_OF)
    assert [(line.course, line.earned_on) for line in lines] == [
        ("c1", dt.date(2024, 5, 1)),
        ("c3", dt.date(2024, 5, 1)),
        ("c3", dt.date(2025, 1, 1)),
    ]


def test_an_offering_that_can_be_joined_is_concrete_and_overrides_the_course() -> None:
    found = candidates(dataset(offerings=OFFERINGS), "c2")["c2"]
    assert terms(found) == [
        ("2026-spring", "open"),
        ("2027-spring", ""),
        ("2028-spring", ""),
        ("2029-spring", ""),
        ("2030-spring", ""),
    ]
    first, second = found.options[:2]
    assert (first.credits, first.hours, first.attributes.tier) == (
        Decimal("7.5"),
        Decimal("16.0"),
        "county",
    )
    assert (second.credits, second.attributes.tier) == (None, "")
    assert first.earned_on == dt.date(2026, 5, 1)
    assert found.prerequisites == ("c1",)


def test_offerings_closed_unannounced_or_for_others_are_not_concrete() -> None:
    found = candidates(dataset(offerings=OFFERINGS), "c5")
    # Expected in spring, the season of the offering it knows of; 2027 is after its withdrawal.
    assert found == {}


def test_a_course_withdrawn_is_expected_no_more() -> None:
    assert terms(candidates(dataset(), "c5")["c5"]) == [("2026-spring", ""), ("2026-autumn", "")]


def test_a_course_done_comes_back_only_when_it_may_be_repeated() -> None:
    found = candidates(dataset(), "c1", "c3")
    assert set(found) == {"c3"}
    assert terms(found["c3"])[0] == ("2027-spring", "")


def test_an_event_after_as_of_excludes_nothing() -> None:
    assert set(candidates(dataset(), "c2", "c4")) == {"c2", "c4"}


def test_a_course_equivalent_to_one_done_is_left_out() -> None:
    done = [{"teacher_id": "t1", "course_id": "c4", "occurred_at": "2025-06-01T00:00Z"}]
    assert candidates(dataset(events=done), "c2", "c4") == {}


@pytest.mark.parametrize("rule", ["never", "yearly", "1", "6"])
@pytest.mark.parametrize("wanted", ["it", "like"])
def test_planning_and_ranking_agree_from_when_a_course_may_be_taken_again(
    rule: str, wanted: str
) -> None:
    """Whether an offering that ends on a day is open to a plan, and the course to a list then."""
    courses = [
        {"course_id": "it", "repeatable": rule, "equivalence": "g"},
        {"course_id": "like", "equivalence": "g"},
    ]
    # Past midnight in Shanghai: in UTC it is still the day before.
    events = [{"teacher_id": "t1", "course_id": "it", "occurred_at": "2025-08-30T17:00Z"}]
    for day in pd.date_range("2026-01-11", "2026-03-02"):
        ends = str(day.date())
        offering = {"offering_id": "o", "course_id": wanted, "starts_on": ends, "ends_on": ends}
        data = dataset(
            courses=courses, events=events, offerings=[offering], teachers=[{"teacher_id": "t1"}]
        )
        found = candidates(data, wanted)
        planned = wanted in found and "o" in {each.offering for each in found[wanted].options}
        then = Eligibility.of(data, day.tz_localize("Asia/Shanghai"))
        assert planned == (then.why_not(0, data.courses.position(wanted)) == ()), ends


def test_courses_that_fit_a_requirement_are_listed_for_it() -> None:
    data = dataset()
    found = offered.fitting(data, ZHEJIANG)
    assert data.courses.outside(found["ethics"]).tolist() == ["c1"]
    assert found["induction-practice"].dtype == np.int32
    assert len(found["induction-practice"]) == 0


def test_a_line_knows_its_policy_its_stages_and_whether_it_was_evaluated() -> None:
    entry = LEDGER[0] | {"offering_id": "past", "policy_version": "zhejiang-2016@0123456789ab"}
    stages = [
        {"offering_id": "past", "stage": 1, "starts_on": "2025-04-01", "ends_on": "2025-04-05"},
        {"offering_id": "past", "stage": 2, "starts_on": "2025-04-20", "ends_on": "2025-05-01"},
    ]
    enrolment = {
        "teacher_id": "t1",
        "offering_id": "past",
        "state": "completed",
        "decided_at": "2025-05-02T00:00Z",
    }
    for evaluated in (True, False, None):
        data = dataset(
            credits=[entry],
            offerings=OFFERINGS,
            offering_stages=stages,
            enrolments=[enrolment | {"evaluated": evaluated}],
        )
        (line,) = intake.ledger(data, "t1", AS_OF)
        assert line.evaluated is evaluated
        assert (line.under, line.attributes.block) == ("zhejiang-2016", "staged")


@pytest.mark.parametrize("ledger", [True, False])
def test_a_line_knows_the_last_result_of_its_course_before_as_of(ledger: bool) -> None:
    event = {"teacher_id": "t1", "course_id": "c1", "kind": "completed"}
    graded = [("2025-04-01", "pass"), ("2025-05-01", "excellent"), ("2026-02-01", "good")]
    events = [event | {"occurred_at": f"{on}T00:00Z", "result": grade} for on, grade in graded]
    data = dataset(events=events, **({"credits": LEDGER} if ledger else {}))
    (line,) = intake.ledger(data, "t1", AS_OF)
    assert line.attributes.result == "excellent"


def test_an_offering_in_stages_is_planned_as_such() -> None:
    days = [("2026-04-01", "2026-04-03"), ("2026-04-20", "2026-05-01")]
    stages = [
        {"offering_id": "open", "stage": number, "starts_on": since, "ends_on": until}
        for number, (since, until) in enumerate(days, 1)
    ]
    first, second, *_ = candidates(dataset(offerings=OFFERINGS, offering_stages=stages), "c2")[
        "c2"
    ].options
    assert (first.attributes.block, second.attributes.block) == ("staged", "unbroken")


@pytest.mark.parametrize(
    ("state", "reason", "decided_at", "kept"),
    [
        ("no_show", None, "2025-11-01T00:00Z", False),
        ("no_show", "excused", "2025-11-01T00:00Z", True),
        ("completed", None, "2025-11-01T00:00Z", True),
        ("no_show", None, "2024-11-01T00:00Z", True),  # the year after is over
        ("no_show", None, "2026-01-20T00:00Z", True),  # not yet known
    ],
)
def test_who_did_not_come_loses_the_next_year_s_shared_courses(
    state: str, reason: str | None, decided_at: str, kept: bool
) -> None:
    enrolment = {"teacher_id": "t1", "offering_id": "past", "state": state}
    data = dataset(
        courses=[{"course_id": "it", "line": "shared"}, {"course_id": "c2"}],
        offerings=[],
        events=[],
        enrolments=[enrolment | {"decided_at": decided_at, "reason": reason}],
    )
    shanghai = policy.load("shanghai-2021")
    found = offered.candidates(
        data,
        "t1",
        AS_OF,
        data.courses.positions(["it", "c2"]),
        policy=shanghai,
        horizon=Horizon.of(shanghai, AS_OF),
    )
    years = {each.course: {option.earned_on.year for option in each.options} for each in found}
    assert years["c2"] == {2026, 2027, 2028, 2029, 2030}
    assert (2026 in years["it"]) == kept
    assert 2027 in years["it"]


def test_nothing_is_expected_in_a_term_whose_round_is_closed() -> None:
    closed = rules.Round("autumn", "秋季轮次", "for the autumn", "01-01", "01-09", ("autumn",))
    held = replace(ZHEJIANG, round=(closed,))
    data = dataset()
    found = offered.candidates(
        data, "t1", AS_OF, data.courses.positions(["c4"]), policy=held, horizon=HORIZON
    )
    keys = [HORIZON.terms[each.term].key for each in found[0].options]
    assert keys[:3] == ["2026-spring", "2027-spring", "2027-autumn"]
