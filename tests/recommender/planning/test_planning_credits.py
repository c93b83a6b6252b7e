"""The credit sheet against hand-computed teachers."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.planning import policy
from recommender.planning.balances import Balance
from recommender.planning.credits import CreditSheet, sheet
from recommender.planning.lines import Line
from recommender.planning.matching import Attributes, Career, Clause, Standing
from recommender.planning.rules import Condition
from recommender.planning.terms import Period

NATION, ZHEJIANG = policy.load("national-2011"), policy.load("zhejiang-2016")
VETERAN = Career((Standing(dt.date(2010, 9, 1)),), dt.date(2010, 9, 1))
NEW = Career((Standing(dt.date(2021, 9, 1), stage="novice"),), dt.date(2021, 9, 1))
HEAD = Career(
    (Standing(dt.date(2010, 9, 1)), Standing(dt.date(2022, 1, 1), role="principal")),
    dt.date(2010, 9, 1),
)
ETHICS = Attributes(domain="ethics", mode="online")
PRACTICE = Attributes(credit_kind="practice")
CENTRALISED = Attributes(mode="face_to_face")
YEARS = range(2021, 2026)
ONLINE_ONLY = (Clause(mode=("online",)),)


def line(on: str, amount: str, about: Attributes = Attributes(), **more: str) -> Line:  # noqa: B008
    unit = more.pop("unit", "credit")
    return Line(
        line_id=more.pop("line_id", f"{on}/{amount}/{about.domain}{about.credit_kind}{about.mode}"),
        earned_on=dt.date.fromisoformat(on),
        attributes=about,
        hours=Decimal(amount) if unit == "hour" else None,
        credits=Decimal(amount) if unit == "credit" else None,
        **more,
    )


def account(rules: policy.Policy, career: Career, lines: list[Line]) -> CreditSheet:
    cycle: Period = rules.cycle.cycle_at(dt.date(2021, 1, 1))
    return sheet(lines, rules, career, cycles=[cycle], today=dt.date(2026, 1, 1))


def unmet(rules: policy.Policy, career: Career, lines: list[Line]) -> dict[str, str]:
    return {
        f"{balance.duty.requirement.id}@{balance.duty.period.key}": balance.duty.measure.text(
            balance.missing
        )
        for balance in account(rules, career, lines).unmet
    }


def balance_of(found: CreditSheet, requirement: str) -> Balance:
    return next(each for each in found.balances if each.duty.requirement.id == requirement)


#: 5 x (2 of ethics + 70) = 360 hours.
NATION_MEETS = [
    entry
    for year in YEARS
    for entry in (
        line(f"{year}-05-01", "2", ETHICS, unit="hour"),
        line(f"{year}-10-01", "70", unit="hour"),
    )
]


def test_a_national_teacher_with_360_hours_and_ethics_each_year_misses_nothing() -> None:
    assert unmet(NATION, VETERAN, NATION_MEETS) == {}


def test_half_an_hour_less_than_360_is_named_as_half_an_hour() -> None:
    less = [*NATION_MEETS[:-1], line("2025-10-01", "69.5", unit="hour")]
    assert unmet(NATION, VETERAN, less) == {"total@2021-2025": "0.5"}


def test_a_year_without_ethics_is_named_though_the_hours_are_met() -> None:
    other = [entry for entry in NATION_MEETS if entry.earned_on != dt.date(2023, 5, 1)]
    more = [*other, line("2023-06-01", "2", unit="hour")]
    assert unmet(NATION, VETERAN, more) == {"ethics@2023": "1"}


def test_a_new_national_teacher_meets_120_hours_of_induction_by_the_half_hour() -> None:
    # Employed in September 2021: 2021 is served for 4 months of 12, so 4 of 5 years are owed,
    # 4/5 x 360 = 288 hours, and what is earned in induction counts among them.
    ethics = [line(f"{year}-12-01", "2", ETHICS, unit="hour") for year in YEARS]
    rest = [line("2024-05-01", "160", unit="hour")]
    meets = [*ethics, *rest, line("2022-05-01", "118", unit="hour")]
    assert unmet(NATION, NEW, meets) == {}
    less = [
        *ethics,
        *rest,
        line("2022-05-01", "117.5", unit="hour"),
        line("2023-05-01", "9", unit="hour"),
    ]
    assert unmet(NATION, NEW, less) == {"induction@induction": "0.5"}


#: 4 x (2 of ethics + 22) + (2 + 262) = 96 + 264 = 360 credits, 24 in all years but one.
ZHEJIANG_MEETS = [
    *(line(f"{year}-05-01", "2", ETHICS) for year in YEARS),
    *(line(f"{year}-10-01", "22") for year in YEARS if year != 2023),
    line("2023-10-01", "262"),
]


def test_a_zhejiang_teacher_with_360_credits_and_24_each_year_misses_nothing() -> None:
    assert unmet(ZHEJIANG, VETERAN, ZHEJIANG_MEETS) == {}


@pytest.mark.parametrize(
    ("on", "amount", "missing"),
    [
        ("2023-10-01", "261.5", {"total@2021-2025": "0.5"}),
        ("2024-10-01", "21.5", {"total@2021-2025": "0.5", "every-year@2024": "0.5"}),
    ],
)
def test_a_zhejiang_teacher_one_step_short_is_told_where(
    on: str, amount: str, missing: dict[str, str]
) -> None:
    lines = [entry for entry in ZHEJIANG_MEETS if str(entry.earned_on) != on]
    assert unmet(ZHEJIANG, VETERAN, [*lines, line(on, amount)]) == missing


#: Employed in September 2021, in induction until the end of August 2022: of 2021 and 2022 more
#: than half is before that or in it, so three years are owed: 3/5 x 360 = 216, 24 in each.
NEW_MEETS = [
    *(line(f"{year}-12-01", "2", ETHICS) for year in YEARS),
    line("2022-04-01", "80", PRACTICE),
    line("2022-05-01", "98"),
    line("2023-05-01", "164"),
    line("2024-05-01", "22"),
    line("2025-05-01", "22"),
]


def test_a_new_zhejiang_teacher_with_180_credits_80_of_them_practice_misses_nothing() -> None:
    # 180 = 80 + 98 + 2 of December 2021; in the cycle: 2 (Dec 2022) + 166 + 24 + 24 = 216.
    assert unmet(ZHEJIANG, NEW, NEW_MEETS) == {}


@pytest.mark.parametrize(
    ("on", "amount", "about", "missing"),
    [
        ("2022-05-01", "97.5", Attributes(), {"induction@induction": "0.5"}),
        (
            "2022-04-01",
            "79.5",
            PRACTICE,
            {"induction@induction": "0.5", "induction-practice@induction": "0.5"},
        ),
        ("2023-05-01", "163.5", Attributes(), {"total@2021-2025": "0.5"}),
        (
            "2025-05-01",
            "21.5",
            Attributes(),
            {"total@2021-2025": "0.5", "every-year@2025": "0.5"},
        ),
    ],
)
def test_a_new_zhejiang_teacher_one_step_short_is_told_where(
    on: str, amount: str, about: Attributes, missing: dict[str, str]
) -> None:
    lines = [entry for entry in NEW_MEETS if str(entry.earned_on) != on]
    assert unmet(ZHEJIANG, NEW, [*lines, line(on, amount, about)]) == missing


def test_credits_of_the_induction_year_do_not_count_in_the_cycle() -> None:
    found = account(ZHEJIANG, NEW, [line("2022-05-01", "180")])
    assert balance_of(found, "induction").earned == 720  # quarters of a credit
    total = balance_of(found, "total")
    assert total.earned == 0
    assert [(each.amount, each.counted, each.rule) for each in total.lines] == [
        (720, 0, "induction-apart")
    ]


#: A principal since January 2022: 300 in 2022, half of it (150) in the cycle; the rest 210.
HEAD_MEETS = [
    *(line(f"{year}-05-01", "2", ETHICS) for year in YEARS),
    line("2022-03-01", "90", CENTRALISED),
    line("2022-04-01", "208"),
    line("2021-10-01", "22"),
    *(line(f"{year}-10-01", "60") for year in (2023, 2024)),
    line("2025-10-01", "60"),
]


def test_a_new_principal_with_300_credits_90_centralised_misses_nothing() -> None:
    # 300 = 2 + 90 + 208; cycle: 24 (2021) + 150 + 3 x 62 = 360.
    assert unmet(ZHEJIANG, HEAD, HEAD_MEETS) == {}


@pytest.mark.parametrize(
    ("on", "amount", "about", "missing"),
    [
        # Half of the half credit that is missing is missing in the cycle.
        (
            "2022-04-01",
            "207.5",
            Attributes(),
            {"total@2021-2025": "0.25", "new-principal@principal-induction": "0.5"},
        ),
        (
            "2022-03-01",
            "89.5",
            CENTRALISED,
            {
                "total@2021-2025": "0.25",
                "new-principal@principal-induction": "0.5",
                "new-principal-centralised@principal-induction": "0.5",
            },
        ),
        ("2025-10-01", "59.5", Attributes(), {"total@2021-2025": "0.5"}),
    ],
)
def test_a_new_principal_one_step_short_is_told_where(
    on: str, amount: str, about: Attributes, missing: dict[str, str]
) -> None:
    lines = [entry for entry in HEAD_MEETS if str(entry.earned_on) != on]
    assert unmet(ZHEJIANG, HEAD, [*lines, line(on, amount, about)]) == missing


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (line("2023-01-01", "5", state="claimed"), "claimed"),
        (line("2023-01-01", "5", state="verified"), "verified"),
        (line("2023-01-01", "5", state="expired"), "expired"),
        (line("2023-01-01", "5.25"), "inexact"),
        (line("2015-01-01", "5"), "no_requirement"),
        (Line("bare", dt.date(2023, 1, 1), Attributes()), "no_amount"),
    ],
)
def test_a_line_that_counts_for_nothing_has_its_reason(entry: Line, reason: str) -> None:
    found = account(ZHEJIANG, VETERAN, [entry])
    assert [verdict.reason for verdict in found.not_counted] == [reason]
    assert balance_of(found, "total").earned == 0


def test_credits_are_no_hours_where_the_policy_has_no_conversion() -> None:
    found = account(NATION, VETERAN, [line("2023-01-01", "5", unit="credit")])
    assert [verdict.reason for verdict in found.not_counted] == ["no_conversion"]


RATED = replace(
    ZHEJIANG,
    condition=(
        Condition("rated", "须提交评价", "an evaluation is needed", "evaluation", ONLINE_ONLY),
    ),
)


@pytest.mark.parametrize(
    ("evaluated", "mode", "reason"),
    [
        (False, "online", ["rated"]),
        (True, "online", []),
        (None, "online", []),
        (False, "face_to_face", []),
    ],
)
def test_a_line_waits_for_an_evaluation_only_where_it_is_known_to_be_missing(
    evaluated: bool | None, mode: str, reason: list[str]
) -> None:
    entry = replace(line("2023-01-01", "5", Attributes(mode=mode)), evaluated=evaluated)
    found = account(RATED, VETERAN, [entry])
    assert [verdict.reason for verdict in found.not_counted] == reason


def test_hours_are_converted_where_nothing_but_hours_is_known() -> None:
    assert (
        balance_of(
            account(ZHEJIANG, VETERAN, [line("2023-01-01", "5", unit="hour")]), "total"
        ).earned
        == 20
    )  # quarters of a credit


def test_a_correction_takes_back_what_it_corrects() -> None:
    lines = [line("2023-01-01", "30"), line("2023-02-01", "-10", Attributes(kind="correction"))]
    assert balance_of(account(ZHEJIANG, VETERAN, lines), "total").earned == 80


@given(st.permutations(NEW_MEETS))
def test_the_order_of_lines_changes_nothing(lines: list[Line]) -> None:
    assert account(ZHEJIANG, NEW, lines) == account(ZHEJIANG, NEW, NEW_MEETS)
