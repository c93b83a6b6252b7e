"""The credit sheet to read: recognised, claimed, converted, expired; every line with its reason."""

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from recommender.planning import policy
from recommender.planning.lines import Line
from recommender.planning.matching import Attributes, Career, Standing
from recommender.planning.statement import Account, Case, Entry, Statement, statement

ZHEJIANG = policy.load("zhejiang-2016")
NEW = Career((Standing(dt.date(2021, 9, 1), stage="novice"),), dt.date(2021, 9, 1))
TODAY = dt.date(2024, 6, 1)
CASE = Case("t1", ZHEJIANG, NEW, (ZHEJIANG.cycle.cycle_at(TODAY),), TODAY)


def line(name: str, on: str, credits: str = "", hours: str = "", state: str = "recognised") -> Line:
    day = dt.date.fromisoformat(on)
    about = Attributes(domain="ethics") if name == "ethics" else Attributes()
    amounts = [Decimal(each) if each else None for each in (hours, credits)]
    return Line(name, day, about, *amounts, state=state)


LINES = [
    line("induction", "2022-03-01", "100"),
    line("own", "2023-03-01", "20.5"),
    line("converted", "2023-04-01", hours="10"),
    line("claimed", "2023-05-01", "3", state="claimed"),
    line("verified", "2023-06-01", "4", state="verified"),
    line("expired", "2023-07-01", "5", state="expired"),
    line("inexact", "2023-08-01", "1.25"),
    line("ethics", "2024-01-01", "2"),
]


def account(found: Statement, requirement: str, period: str) -> Account:
    wanted = (requirement, period)
    return next(each for each in found.accounts if (each.requirement, each.period) == wanted)


def entry(found: Statement, name: str) -> Entry:
    return next(each for each in found.entries if each.line_id == name)


def test_of_no_lines_it_says_what_is_asked():
    found = statement(CASE, [])
    assert found.entries == ()
    assert account(found, "total", "2021-2025").missing == "216"
    assert {each.earned for each in found.accounts} == {"0"}


def test_a_requirement_tells_recognised_converted_claimed_and_expired_apart():
    total = account(statement(CASE, LINES), "total", "2021-2025")
    assert (total.earned, total.converted) == ("32.5", "10")  # 20.5 + 10 + 2
    assert (total.claimed, total.expired) == ("7", "5")  # 3 + 4
    assert (total.needed, total.missing) == ("216", "183.5")


def test_what_is_claimed_beyond_a_cap_would_not_count():
    capped = replace(ZHEJIANG.counting[0], id="cap", within="", cap=Decimal(35))
    rules = replace(ZHEJIANG, counting=(replace(capped, weight=1),))  # type: ignore[arg-type]
    total = account(statement(replace(CASE, policy=rules), LINES[1:]), "total", "2021-2025")
    assert (total.earned, total.claimed) == ("32.5", "2.5")


def test_a_line_says_what_it_counts_for_or_why_it_does_not():
    found = statement(CASE, LINES)
    uses = {use.requirement: use for use in entry(found, "induction").uses}
    assert uses["induction"].amount == "100"
    assert uses["total"].amount == "0"
    assert uses["total"].why.zh == "100 中计入 0 学分：新任教师试用期学分不计入周期。"
    assert entry(found, "converted").conversion == "hours"
    assert (entry(found, "converted").worth, entry(found, "converted").credits) == ("10", "")
    said = {each.line_id: each.why_not.code for each in found.entries if each.why_not}
    assert said == {
        "claimed": "claimed",
        "verified": "verified",
        "expired": "expired",
        "inexact": "inexact",
    }


@given(st.permutations(LINES))
def test_the_order_of_lines_changes_nothing(lines: list[Line]):
    assert statement(CASE, lines).to_json() == statement(CASE, LINES).to_json()


def test_as_json_amounts_are_text():
    found = json.loads(statement(CASE, LINES).to_json())
    assert found["entries"][1]["credits"] == "20.5"
    assert found["accounts"][0]["earned"] == "32.5"
