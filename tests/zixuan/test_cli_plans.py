"""A plan on the command line: wishes, an earlier plan made again, reasons, other plans."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from recommender.planning.plan import Plan
from tests.zixuan.test_cli_refusals import assert_told_in_one_line

#: Of the teachers of the province one with a dozen courses to come.
TEACHER, AS_OF = "t0000008", "2025-11-01"
HOURS = ("--hours-per-year", "60")


@pytest.fixture
def ordered(province: Path, model: Path) -> tuple[object, ...]:
    return ("plan", province, "--model", model, "--teacher", TEACHER, "--as-of", AS_OF)


def read(path: Path) -> Plan:
    return Plan.from_json(path.read_text("utf-8"))


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("--pin", "c999999"), "course 'c999999'"),
        (("--pin", "@2027-spring"), "expected a course"),
        (("--pin", "c0001@2027-sprin"), "did you mean '2027-spring'?"),
        (("--prefer", "c0001"), "expected a course and a term"),
        (("--ban", "c01"), "did you mean 'c"),
        (("--hours-per-year", "many"), "expected hours such as 60"),
        (("--hours-per-year=-3",), "expected hours such as 60"),
        (("--hours-per-year", "30@1999"), "from 2025 to 2030"),
        (("--free", "c0001"), "name it with --revise"),
        (("--presence", "winter"), "any, holidays, term_time"),
        (("--presence", "holidays"), "does not say which terms are holidays"),
        (("--contains", "o"), "an id of the table offerings"),
        (("--keep-free", "2026-05-03..2026-05-01"), "expected days such as"),
        (("--keep-free", "soon"), "expected days such as"),
        (("--revise", "nowhere.json"), "nowhere.json"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(zixuan, ordered, asked, told: str):
    outcome = zixuan(*ordered, *asked)
    assert_told_in_one_line(outcome, outcome.code, told)
    assert outcome.code in (1, 2)


def test_a_plan_of_another_teacher_is_not_made_again(zixuan, ordered, tmp_path: Path):
    zixuan(*ordered, "--out", "plan.json")
    text = (tmp_path / "plan.json").read_text("utf-8").replace(TEACHER, "t0000006")
    (tmp_path / "plan.json").write_text(text, "utf-8")
    outcome = zixuan(*ordered, "--revise", "plan.json", "--out", "plan.json")
    assert_told_in_one_line(outcome, 1, "one of teacher 't0000006'")
    assert (tmp_path / "plan.json").read_text("utf-8") == text


def test_days_are_limited_and_stay_limited_when_the_plan_is_made_again(
    zixuan, ordered, tmp_path: Path
):
    limited = ("--days-away", "2.5", "--keep-free", "2025-11-03..2026-01-31", "--absences", "3")
    assert zixuan(*ordered, *limited, "--out", "first.json").code == 0
    assert zixuan(*ordered, "--revise", "first.json", "--out", "second.json").code == 0
    asked = [read(tmp_path / name).asked for name in ("first.json", "second.json")]
    assert [str(each.days_away_per_year) for each in asked] == ["2.5", "2.5"]


def test_wishes_are_kept_and_stay_when_the_plan_is_made_again(zixuan, ordered, tmp_path: Path):
    first = zixuan(*ordered, "--out", "first.json")
    assert first.code == 0
    late = [
        item
        for item in read(tmp_path / "first.json").items
        if not item.offering and item.course != "c0001"
    ]
    out, moved = late[0], late[-1]
    assert out.course != moved.course
    asked = ("--ban", out.course, "--prefer", f"{moved.course}@2028-spring")
    second = zixuan(*ordered, "--revise", "first.json", *asked, "--out", "second.json")
    plan = read(tmp_path / "second.json")
    assert plan.revision == 2
    assert out.course not in {item.course for item in plan.items}
    assert "you ruled it out" in " ".join(second.out.split())
    assert "与上一版规划相比" in second.out
    zixuan(*ordered, "--revise", "second.json", "--free", out.course, "--out", "third.json")
    third = read(tmp_path / "third.json")
    assert (third.revision, third.asked.bans) == (3, ())
    assert third.asked.prefer == ((moved.course, "2028-spring"),)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [80, 120])
def test_all_of_it_fits_the_terminal(zixuan, monkeypatch, ordered, lang: str, width: int):
    monkeypatch.setenv("COLUMNS", str(width))
    wanted = ("--alternatives", "3", "--why", "--hours-per-year", "50", "--lang", lang)
    outcome = zixuan(*ordered, *wanted)
    assert outcome.code == 0
    assert [line for line in outcome.out.splitlines() if cell_len(line) > width] == []
    assert "…" not in outcome.out
    assert ("Ways out" in outcome.out) == (lang == "en")
    assert ("可行的调整" in outcome.out) == (lang == "zh")
    assert any("\u4e00" <= each <= "\u9fff" for each in outcome.out) == (lang == "zh")


def test_the_json_holds_reasons_ways_out_and_other_plans(zixuan, ordered, tmp_path: Path):
    outcome = zixuan(*ordered, *HOURS, "--alternatives", "3", "--json", "--out", "plan.json")
    told = json.loads(outcome.out)
    assert told["plan"] == json.loads((tmp_path / "plan.json").read_text("utf-8"))
    assert {each["course"] for each in told["courses"]} == {
        each["course"] for each in told["plan"]["items"]
    }
    assert all(each["reasons"] for each in told["courses"])
    assert told["difference"] is None
    assert told["alternatives"]
    for each in told["alternatives"]:
        beside = read(tmp_path / f"plan.{each['code']}.json")
        assert json.loads(beside.to_json()) == each["plan"]


def test_ways_out_are_told_where_something_is_unmet(zixuan, ordered):
    few = json.loads(zixuan(*ordered, "--hours-per-year", "30", "--json").out)
    assert few["ways_out"]
    way = few["ways_out"][0][0]
    assert {"rule", "amount", "enough", "zh", "en"} <= way.keys()
    assert few["binding"] == []


def test_a_wish_that_cannot_be_kept_says_why(zixuan, ordered):
    plain = json.loads(zixuan(*ordered, "--json").out)["plan"]["items"]
    later = next(item for item in plain if not item["offering"])
    wish = ("--pin", f"{later['course']}@2025-autumn", "--lang", "en")
    outcome = " ".join(zixuan(*ordered, *wish).out.split())
    assert f"“{later['course']}” in 2025-autumn: no offering of that term" in outcome
