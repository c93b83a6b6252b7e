"""Teachers who move between places, and rules that change, in the middle of a cycle."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from features.errors import InvalidPolicy
from recommender.planning import policy
from recommender.planning.credits import sheet
from recommender.planning.lines import Line
from recommender.planning.matching import Attributes, Career, Standing
from recommender.planning.rules import Policy

SHANGHAI, ZHEJIANG = policy.load("shanghai-2021"), policy.load("zhejiang-2016")
MOVED = dt.date(2023, 9, 1)


def moved(before: str, after: str) -> Career:
    """A teacher since September 2021 who changed places in September 2023."""
    first = dt.date(2021, 9, 1)
    return Career((Standing(first, region=before), Standing(MOVED, region=after)), first)


TO_ZHEJIANG, TO_SHANGHAI = moved("CN-SH", "CN-ZJ"), moved("CN-ZJ", "CN-SH")


def credit(amount: str, on: str, under: str = "", **about: str) -> Line:
    line_id = f"{on}/{amount}/{under}/{about}"
    day = dt.date.fromisoformat(on)
    return Line(line_id, day, Attributes(**about), None, Decimal(amount), under=under)


def missing(
    rules: Policy, career: Career, lines: list[Line], today: str = "2025-12-31"
) -> dict[str, str]:
    day = dt.date.fromisoformat(today)
    found = sheet(lines, rules, career, cycles=[rules.cycle.cycle_at(day)], today=day)
    return {
        f"{each.duty.requirement.id}@{each.duty.period.key}": each.duty.measure.text(each.missing)
        for each in found.unmet
    }


def reasons(rules: Policy, career: Career, lines: list[Line]) -> list[str]:
    day = dt.date(2025, 12, 31)
    found = sheet(lines, rules, career, cycles=[rules.cycle.cycle_at(day)], today=day)
    return [verdict.reason for verdict in found.not_counted]


@pytest.mark.parametrize(
    ("on", "expected"), [("2023-08-31", "shanghai-2021"), ("2023-09-01", "zhejiang-2016")]
)
def test_the_policy_changes_on_the_day_of_the_move(on: str, expected: str) -> None:
    moment = pd.Timestamp(on, tz="Asia/Shanghai")
    assert policy.find(policy.shipped(), TO_ZHEJIANG, moment).id == expected


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("118", "22", {}),
        ("117.5", "22", {"total@2021-2025": "0.5"}),
        ("118.5", "21.5", {"every-year@2025": "0.5"}),
    ],
)
def test_who_comes_from_shanghai_owes_zhejiang_two_years_and_no_induction(
    first: str, last: str, found: dict[str, str]
) -> None:
    # Here for 4 months of 2023 and all of 2024 and 2025: 2/5 x 360 = 144, 24 in each of them.
    ethics = [credit("2", f"{year}-05-01", domain="ethics") for year in (2024, 2025)]
    lines = [credit(first, "2024-03-01"), credit(last, "2025-03-01"), *ethics]
    assert missing(ZHEJIANG, TO_ZHEJIANG, lines) == found


def test_who_comes_from_zhejiang_owes_shanghai_every_crossed_minimum_in_proportion() -> None:
    found = missing(SHANGHAI, TO_SHANGHAI, [])
    # Two fifths, a part of half a credit owed in full: 14.4, 4, 2.8, 0.8, 6 and 1.
    assert found["total@2021-2025"] == "14.5"
    assert found["knowledge@2021-2025"] == "4"
    assert found["municipal@2021-2025"] == "3"
    assert found["municipal-ethics@2021-2025"] == "1"
    assert found["school@2021-2025"] == "6"
    assert found["school-it-practice@2021-2025"] == "1"
    assert [name for name in found if name.startswith("ethics@")] == ["ethics@2024", "ethics@2025"]


def test_credits_of_another_place_are_not_credits_here() -> None:
    by_place, by_policy = credit("30", "2022-03-01"), credit("30", "2024-03-01", "shanghai-2021")
    assert reasons(ZHEJIANG, TO_ZHEJIANG, [by_place, by_policy]) == ["other_policy"] * 2


def test_hours_of_another_place_are_converted_like_hours_here() -> None:
    line = Line("l", dt.date(2023, 3, 1), Attributes(), Decimal(30), Decimal(3))
    assert reasons(ZHEJIANG, TO_ZHEJIANG, [line]) == []


def test_a_policy_of_its_own_lineage_is_no_other_policy() -> None:
    assert reasons(ZHEJIANG, TO_ZHEJIANG, [credit("30", "2024-03-01", "national-2011")]) == []


def test_without_a_place_nothing_is_from_elsewhere() -> None:
    unknown = moved("", "CN-ZJ")
    assert reasons(ZHEJIANG, unknown, [credit("30", "2023-03-01")]) == []
    assert missing(ZHEJIANG, unknown, [])["every-year@2023"] == "24"


HEAD = """
id = "here"
title_zh = "此地"
title_en = "Here"
place = "CN-ZJ"
since = 2023-01-01
source = "a test"
verified = "no"
"""
CREDITS = """
extends = "zhejiang-2016"
newcomers = "all"

[[conversion]]
id = "from-shanghai"
unit = "credit"
each = 1
gives = 10
under = ["CN-SH", "shanghai-2021"]
"""


def written(folder: Path, text: str, name: str = "here") -> Policy:
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    return policy.load_file(file)


def test_a_policy_may_take_over_the_credits_of_a_place_and_ask_newcomers_for_all(
    tmp_path: Path,
) -> None:
    here = written(tmp_path, HEAD + CREDITS)
    lines = [credit("3", "2022-10-01"), credit("2", "2024-03-01", "shanghai-2021")]
    assert reasons(here, TO_ZHEJIANG, lines) == []
    found = missing(here, TO_ZHEJIANG, lines)
    # Three years owed, 216, less (3 + 2) x 10; in 2023 no credit, in 2024 20 of 24.
    assert found["total@2021-2025"] == "166"
    assert (found["every-year@2023"], found["every-year@2024"]) == ("24", "4")


EARLIER = """
extends = "national-2011"
drop = ["ethics", "induction"]

[[requirement]]
id = "total"
zh = "总量"
en = "total"
minimum = 100
pro_rata = true

[[requirement]]
id = "every-year"
zh = "每年"
en = "every year"
per = "year"
minimum = 10

[[requirement]]
id = "online"
zh = "网络"
en = "online"
minimum = 20
where = [{ mode = ["online"] }]

[[counting]]
id = "half"
zh = "折半"
en = "half counts"
requirements = ["total"]
where = [{ mode = ["online"] }]
weight = "1/2"
"""
LATER = """
amends = "here"
drop = ["online"]

[[requirement]]
id = "total"
zh = "总量"
en = "total"
minimum = 200
pro_rata = true

[[requirement]]
id = "every-year"
zh = "每年"
en = "every year"
per = "year"
minimum = 30

[[counting]]
id = "half"
zh = "全数"
en = "all counts"
requirements = ["total"]
where = [{ mode = ["online"] }]
"""
VETERAN = Career((Standing(dt.date(2010, 9, 1)),), dt.date(2010, 9, 1))


@pytest.fixture
def amended(tmp_path: Path) -> Policy:
    written(tmp_path, HEAD + EARLIER)
    head = HEAD.replace('"here"', '"later"').replace("2023-01-01", "2024-04-01")
    return written(tmp_path, head + LATER, "later")


def test_an_amendment_asks_each_year_by_the_rule_in_force_in_its_middle(amended: Policy) -> None:
    found = missing(amended, VETERAN, [])
    old = [f"every-year-until-2024-04-01@{year}" for year in (2021, 2022, 2023)]
    assert [found[name] for name in old] == ["10"] * 3
    assert (found["every-year@2024"], found["every-year@2025"]) == ("30", "30")
    assert not {"every-year@2023", "every-year-until-2024-04-01@2024"} & set(found)


def test_an_amended_total_is_owed_by_both_rules_for_their_years(amended: Policy) -> None:
    found = missing(amended, VETERAN, [])
    assert found["total-until-2024-04-01@2021-2025"] == "60"  # 3/5 x 100
    assert found["total@2021-2025"] == "80"  # 2/5 x 200
    early = Line("l", dt.date(2023, 12, 31), Attributes(), Decimal(100))
    found = missing(amended, VETERAN, [early])
    assert "total-until-2024-04-01@2021-2025" not in found
    assert found["total@2021-2025"] == "80"


def test_what_an_amendment_drops_is_asked_until_its_day_and_not_after(amended: Policy) -> None:
    assert missing(amended, VETERAN, [], "2024-03-31")["online@2021-2025"] == "20"
    assert "online@2021-2025" not in missing(amended, VETERAN, [], "2024-04-01")


def test_a_line_counts_by_the_rule_of_its_day(amended: Policy) -> None:
    def hours(on: str) -> Line:
        return Line(on, dt.date.fromisoformat(on), Attributes(mode="online"), Decimal(20))

    day = dt.date(2025, 12, 31)
    cycles = [amended.cycle.cycle_at(day)]
    lines = [hours("2024-03-31"), hours("2024-04-01")]
    found = sheet(lines, amended, VETERAN, cycles=cycles, today=day)
    total = next(each for each in found.balances if each.duty.requirement.id == "total")
    assert [each.counted * amended.measure.step for each in total.lines] == [10, 20]


def test_an_amendment_in_another_unit_is_refused(tmp_path: Path) -> None:
    written(tmp_path, HEAD + EARLIER)
    text = HEAD.replace('"here"', '"later"') + 'amends = "here"\nunit = "credit"\n'
    with pytest.raises(InvalidPolicy, match="a day under since, and the same unit"):
        written(tmp_path, text, "later")


def test_a_policy_both_extends_and_amends_no_other(tmp_path: Path) -> None:
    text = HEAD + 'amends = "national-2011"\nextends = "zhejiang-2016"\n'
    with pytest.raises(InvalidPolicy, match="the id of one policy, under extends or amends"):
        written(tmp_path, text)
