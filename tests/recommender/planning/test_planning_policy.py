"""Policies as data: every fault of a file is named, and the right policy is found."""

import datetime as dt
from dataclasses import fields
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from features.errors import InvalidPolicy
from recommender.planning import matching, policy, rules, terms
from recommender.planning.matching import Career, Standing

VALID = """
id = "here"
title_zh = "此地"
title_en = "Here"
place = "CN-ZJ"
since = 2020-01-01
source = "a test"
verified = "no"
unit = "credit"
step = 0.5

[cycle]
years = 5
starts = 2021-01-01
[[cycle.term]]
id = "spring"
zh = "春"
en = "spring"
starts = "01-01"
[[cycle.term]]
id = "autumn"
zh = "秋"
en = "autumn"
starts = "08-01"

[[requirement]]
id = "total"
zh = "总量"
en = "Total"
minimum = 10
"""


def written(folder: Path, text: str, name: str = "here") -> Path:
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    return file


def working(region: str, role: str = "teacher") -> Career:
    return Career((Standing(dt.date.min, role=role, region=region),))


def on_day(day: dt.date) -> pd.Timestamp:
    return pd.Timestamp(day, tz="Asia/Shanghai")


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(InvalidPolicy) as caught:
        policy.load_file(written(folder, text))
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (('unit = "credit"', 'unit = "day"'), "unit: expected 'hour' or 'credit', got 'day'"),
        (("step = 0.5", "step = 0"), "step: expected greater than 0, got 0"),
        (("step = 0.5", "step = 0.5\nstepp = 0.5"), "stepp: expected no such key, got stepp = 0.5"),
        (('place = "CN-ZJ"', 'place = "Zhejiang"'), "place: expected text like"),
        (("minimum = 10", "minimum = 10.3"), "expected a multiple of 0.5 credit, got 10.3"),
        (("minimum = 10", "minimum = -1"), "minimum: expected greater than or equal to 0, got -1"),
        (("minimum = 10", ""), "expected a minimum, a maximum or both, got neither"),
        (("minimum = 10", "minimum = 10\nmaximum = 9"), "expected at least the minimum, 10, got 9"),
        (("minimum = 10", 'minimum = 10\nper = "month"'), "one of cycle, year, term, got 'month'"),
        (
            ("minimum = 10", 'minimum = 10\nwhere = [{domain = "ethics"}]'),
            "requirement[1] 'total' .where[1].domain: expected a valid list, got 'ethics'",
        ),
        (
            ("minimum = 10", "minimum = 10\nmay_give = 1\ncompulsory = true"),
            "may_give: expected none on what is compulsory, got 1",
        ),
        (
            ("minimum = 10", 'minimum = 10\nwaived_during = ["induction"]\npro_rata = true'),
            "waived_during: expected the id of a window, got 'induction'",
        ),
        (("years = 5", "years = 5.5"), "cycle.years: expected a valid integer"),
        (
            ("years = 5", 'years = 5\nzone = "Mars"'),
            "cycle.zone: expected an IANA time zone such as Asia/Shanghai, got 'Mars'",
        ),
        (('starts = "08-01"', 'starts = "02-30"'), "cycle.term[2] 'autumn' .starts: expected text"),
        (('starts = "01-01"', 'starts = "02-01"'), "expected the first term to start on 01-01"),
        (("since = 2020-01-01", "since = 2020-01-01\nuntil = 2019-01-01"), "a day after since"),
        (('id = "here"', 'id = "here"\nversion = "1"'), "version: expected no such key"),
        (
            ('id = "here"', 'id = "here"\nextends = 3'),
            "extends: expected the id of one policy, under extends or amends, got 3",
        ),
        (
            ("minimum = 10", 'share = "1/2"\nof = "none"'),
            "requirement 'total'.of: expected the id of a requirement with a minimum, got 'none'",
        ),
        (
            ("minimum = 10", "minimum = 10\nwhere = [{least = 0.3}]"),
            "where.least: expected a multiple of 0.5 credit, got 0.3",
        ),
        (
            ("minimum = 10", 'minimum = 10\nwhere = [{block = ["whole"]}]'),
            "where[1].block[1]: expected 'unbroken' or 'staged', got 'whole'",
        ),
        (
            ("minimum = 10", 'minimum = 10\nwaived_on = ["a"]'),
            "waived_on: expected pro_rata beside it on a requirement per cycle, got none",
        ),
        (('id = "here"', 'id = "here"\nlineage = []'), "lineage: expected no such key"),
        (('id = "here"', "id = "), "expected a readable TOML file in UTF-8"),
    ],
)
def test_a_fault_names_file_key_expected_and_got(
    tmp_path: Path, change: tuple[str, str], named: str
) -> None:
    (found,) = faults(tmp_path, VALID.replace(*change, 1))
    assert found.startswith("here.toml")
    assert named in found


def test_all_faults_of_a_file_are_reported_together(tmp_path: Path) -> None:
    text = VALID.replace("years = 5", "years = 0").replace('zh = "总量"', "")
    found = faults(tmp_path, text)
    assert len(found) == 2
    assert "requirement[1] 'total' .zh: expected this key, got nothing" in found[1]


def test_counting_rules_refer_to_amounts_and_windows_that_exist(tmp_path: Path) -> None:
    rule = '[[counting]]\nid="c"\nzh="c"\nen="c"\nrequirements=["none"]\nwithin="w"\ncap=0.3\n'
    found = faults(tmp_path, VALID + rule)
    first = VALID.count("\n") + 1
    assert [fault.split(": ")[0] for fault in found] == [
        f"here.toml, line {first + 4}, counting 'c'.requirements",
        f"here.toml, line {first + 5}, counting 'c'.within",
        f"here.toml, line {first + 6}, counting 'c'.cap",
    ]


ROUND = """
[[round]]
id = "october"
zh = "十月"
en = "October"
opens = "10-01"
closes = "10-31"
terms = ["spring"]
"""


def test_a_round_is_for_terms_that_the_policy_has(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, VALID + ROUND.replace("spring", "summer"))
    assert "round 'october'.terms: expected one of autumn, spring, got 'summer'" in found


@pytest.mark.parametrize(
    ("closes", "today", "open_terms"),
    [
        # October of one year is for the spring after it.
        ("10-31", "2022-10-31", ["2023-spring"]),
        ("10-31", "2022-11-01", []),
        # A round in the term's own time is of that year.
        ("03-15", "2023-03-15", ["2023-spring"]),
        ("03-15", "2023-03-16", []),
    ],
)
def test_a_term_is_enrolled_for_until_its_round_closes(
    tmp_path: Path, closes: str, today: str, open_terms: list[str]
) -> None:
    text = VALID + ROUND.replace("10-31", closes).replace("10-01", "01-01")
    here = policy.load_file(written(tmp_path, text))
    terms = here.cycle.terms_of(here.cycle.cycle_at(dt.date(2023, 1, 1)))
    spring, autumn = [term for term in terms if term.key.startswith("2023")]
    day = dt.date.fromisoformat(today)
    assert [term.key for term in (spring,) if here.may_enrol(term, day)] == open_terms
    assert here.may_enrol(autumn, day)


def test_hours_are_never_taken_over_as_credits(tmp_path: Path) -> None:
    text = VALID.replace('id = "here"', 'id = "here"\nextends = "national-2011"')
    found = faults(tmp_path, text)
    assert "requirement 'induction' of national-2011" in found[0]
    assert "amounts there are in hours" in found[0]


def test_a_policy_that_extends_itself_is_refused(tmp_path: Path) -> None:
    text = VALID.replace('id = "here"', 'id = "here"\nextends = "here"')
    assert "does not come back to itself" in faults(tmp_path, text)[0]


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(
        InvalidPolicy, match="one of beijing-2016, .*zhejiang-2016, .*got 'nowhere'"
    ):
        policy.load("nowhere")


def test_no_policy_in_force_is_an_error_that_names_place_and_day() -> None:
    with pytest.raises(InvalidPolicy, match="a teacher in US at 2025-01-01"):
        policy.find(policy.shipped(), working("US"), on_day(dt.date(2025, 1, 1)))


def test_a_policy_is_in_force_from_midnight_in_its_own_zone() -> None:
    """In UTC it is still the last day of August."""
    midnight = pd.Timestamp("2016-08-31T16:00Z")
    at = {
        moment: policy.find(policy.shipped(), working("CN-ZJ"), moment).id
        for moment in (midnight - pd.Timedelta(seconds=1), midnight)
    }
    assert list(at.values()) == ["national-2011", "zhejiang-2016"]


def test_a_dropped_rule_is_not_taken_over(tmp_path: Path) -> None:
    head = 'id = "here"\nextends = "national-2011"\ndrop = ["induction"]'
    found = policy.load_file(written(tmp_path, VALID.replace('id = "here"', head)))
    assert [entry.id for entry in found.requirement] == ["total", "ethics"]
    assert found.window == ()


def test_the_version_follows_the_content_and_what_is_inherited(tmp_path: Path) -> None:
    one = policy.load_file(written(tmp_path, VALID))
    other = policy.load_file(written(tmp_path, VALID.replace("minimum = 10", "minimum = 11")))
    assert one.version.startswith("here@")
    assert one.version != other.version


@pytest.mark.parametrize(
    ("region", "on", "expected"),
    [
        ("CN-ZJ", dt.date(2025, 1, 1), "zhejiang-2016"),
        ("CN-ZJ", dt.date(2015, 1, 1), "national-2011"),
        ("CN-GS", dt.date(2025, 1, 1), "national-2011"),
        ("CN", dt.date(2025, 1, 1), "national-2011"),
    ],
)
def test_the_most_specific_place_in_force_is_found(region: str, on: dt.date, expected: str) -> None:
    found = policy.find(policy.shipped(), working(region), on_day(on))
    assert found.id == expected


def test_of_one_place_the_narrower_scope_is_found(tmp_path: Path) -> None:
    heads = VALID.replace('id = "here"', 'id = "heads"').replace(
        "[cycle]", '[applies]\nroles = ["principal"]\n[cycle]'
    )
    written(tmp_path, VALID)
    written(tmp_path, heads, "heads")
    known = policy.shipped(tmp_path)
    day = on_day(dt.date(2021, 5, 1))
    assert policy.find(known, working("CN-ZJ", "principal"), day).id == "heads"
    assert policy.find(known, working("CN-ZJ"), day).id == "here"


def test_a_directory_adds_policies_and_replaces_shipped_ones(tmp_path: Path) -> None:
    written(tmp_path, VALID)
    written(tmp_path, VALID.replace('id = "here"', 'id = "zhejiang-2016"'), "zhejiang-2016")
    known = {entry.id: entry.title_en for entry in policy.shipped(tmp_path)}
    assert set(known) - {each.id for each in policy.shipped()} == {"here"}
    assert known["zhejiang-2016"] == "Here"
    assert policy.load("zhejiang-2016", tmp_path).title_en == "Here"
    assert policy.load("zhejiang-2016").title_en != "Here"


def test_the_step_is_fine_enough_for_every_counted_part() -> None:
    assert policy.load("zhejiang-2016").measure.step == Fraction(1, 4)  # 1/2 credit, half counted
    assert policy.load("national-2011").measure.step == Fraction(1, 2)


def test_a_window_begins_when_a_role_is_taken_up_from_another() -> None:
    (window,) = [w for w in policy.load("zhejiang-2016").window if w.id == "principal-induction"]
    teacher = Standing(dt.date(2015, 9, 1))
    principal = Standing(dt.date(2024, 2, 29), role="principal")
    found = window.of(Career((teacher, principal)))
    assert found is not None
    assert (found.since, found.until) == (dt.date(2024, 2, 29), dt.date(2025, 2, 28))
    assert window.of(Career((principal,))) is None


def test_every_key_of_the_schema_is_in_the_guide() -> None:
    guide = Path(__file__).parents[3].joinpath("docs", "policies.md").read_text(encoding="utf-8")
    schema = (
        rules.Policy,
        rules.Requirement,
        rules.Counting,
        rules.Conversion,
        rules.Condition,
        rules.Sanction,
        rules.Round,
        rules.Window,
        terms.Cycle,
        terms.TermRule,
        matching.Scope,
        matching.Clause,
    )
    written = {field.name for part in schema for field in fields(part) if field.init}
    keys = written - {"version"}
    assert {key for key in keys | {"extends", "amends", "drop"} if f"`{key}`" not in guide} == set()


def test_the_example_of_the_guide_is_a_valid_policy(tmp_path: Path) -> None:
    guide = Path(__file__).parents[3].joinpath("docs", "policies.md").read_text(encoding="utf-8")
    example = guide.split("```toml\n")[1].split("```")[0]
    found = policy.load_file(written(tmp_path, example, "example-2026"))
    assert [entry.id for entry in found.requirement] == ["total", "ethics-credits", "ethics"]
