"""A plan in the terminal says in the reader's words what is asked, counted and planned."""

from __future__ import annotations

from typing import Any

import pytest

from zixuan.show_plan import PlanView, show_plan

TOTAL = "Complete at least 360 training hours in every five-year cycle"


def answer(policy: str = "national-2011@0", **more: object) -> dict[str, Any]:
    """What the API answers of a plan with one course and one requirement."""
    duty = {
        "requirement": "total",
        "period": "2026-2030",
        "unit": "hour",
        "earned": "10",
        "planned": "350",
        "needed": "360",
        "missing": "0",
        "met": True,
        "zh": "已满足。",
        "en": "met.",
    }
    return {
        "teacher_id": "t1",
        "policy": policy,
        "unit": "hour",
        "gap": 0.0061,
        "items": [],
        "outcomes": [duty | more],
    }


def shown(capsys: pytest.CaptureFixture[str], told: dict[str, Any], lang: str = "en") -> str:
    show_plan(PlanView.of_answer(told), lang)
    return " ".join(capsys.readouterr().out.split())


def test_a_requirement_of_an_unknown_policy_goes_by_its_id(capsys) -> None:
    assert "total Period Earned" in shown(capsys, answer("of-our-own@0"))


def test_a_requirement_is_called_by_what_the_policy_says_in_the_readers_language(capsys) -> None:
    english, chinese = (shown(capsys, answer(), lang) for lang in ("en", "zh"))

    assert TOTAL in english
    assert "五年周期内完成不少于 360 学时" in chinese
    assert "total" not in english
    assert "Complete" not in chinese


@pytest.mark.parametrize(
    ("unit", "zh", "en"),
    [("hour", "学时", "hours"), ("credit", "学分", "credits"), ("course", "门课程", "courses")],
)
def test_every_amount_has_its_unit(capsys, unit: str, zh: str, en: str) -> None:
    assert shown(capsys, answer(unit=unit)).endswith(f"✓ {en}")
    assert shown(capsys, answer(unit=unit), "zh").endswith(f"✓ {zh}")


def test_the_gap_is_worded_and_never_rounded_down(capsys) -> None:
    assert "at most 0.7% below the best plan" in shown(capsys, answer())
    assert "与最优规划相差不超过 0.7%" in shown(capsys, answer(), "zh")
    assert "no plan is better" in shown(capsys, answer() | {"gap": 0.0})


def test_why_more_is_planned_than_needed_is_told_where_it_is(capsys) -> None:
    assert "More is planned than is needed" in shown(capsys, answer(planned="351"))
    assert "计划多于应得" in shown(capsys, answer(planned="351"), "zh")
    assert "More is planned" not in shown(capsys, answer())
    assert "More is planned" not in shown(capsys, answer(planned="0", earned="400"))
