"""Sentences say what the sheet holds, in both languages."""

import datetime as dt
from decimal import Decimal

from recommender.planning import explain, policy
from recommender.planning.credits import Verdict, sheet
from recommender.planning.lines import Line
from recommender.planning.matching import Attributes, Career, Standing

ZHEJIANG = policy.load("zhejiang-2016")
HEAD = Career((Standing(dt.date(2010, 9, 1)), Standing(dt.date(2022, 1, 1), role="principal")))


def test_a_line_counted_in_half_names_the_rule() -> None:
    line = Line("l", dt.date(2022, 3, 1), Attributes(), credits=Decimal(15))
    cycle = ZHEJIANG.cycle.cycle_at(line.earned_on)
    found = sheet([line], ZHEJIANG, HEAD, cycles=[cycle], today=dt.date(2023, 1, 1))
    said = {
        balance.duty.requirement.id: explain.counted_sentence(
            ZHEJIANG, balance.lines[0], balance.duty.measure
        )
        for balance in found.balances
        if balance.lines
    }
    assert said["total"].zh == "15 中计入 7.5 学分：新任校长任职培训学分折半计入周期。"
    assert said["total"].en == (
        "7.5 credits of 15 counted: half of a new principal's credits counts in the cycle."
    )
    assert said["new-principal"].code == "in_full"


def test_every_reason_for_not_counting_has_a_sentence() -> None:
    for reason in ("claimed", "verified", "expired", "no_amount", "no_conversion", "inexact"):
        said = explain.verdict_sentence(ZHEJIANG, Verdict("l", reason))
        assert said.code == reason
        assert said.zh.endswith("。")
        assert said.en.endswith(".")
    by_rule = explain.verdict_sentence(ZHEJIANG, Verdict("l", "induction-apart"))
    assert by_rule.en == "Not counted: credits of the induction year do not count in the cycle."
