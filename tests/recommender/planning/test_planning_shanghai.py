"""Shanghai's crossed minima: who just meets them, and what half a credit less leaves open."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from importlib import resources

import pytest

from recommender.planning import policy
from recommender.planning.lines import Line
from recommender.planning.matching import Attributes, Career, Standing
from recommender.planning.rules import Policy
from tests.recommender.planning.ledgers import BEGAN, VETERAN, account, earned, missing

PHYSICS = Career((Standing(BEGAN, subjects=("physics",)),), BEGAN)


SHANGHAI = policy.load("shanghai-2021")
M, D, S = "provincial", "county", "school"


def credit(name: str, amount: str, tier: str, kind: str, *themes: str) -> tuple[str, Line]:
    return name, earned(amount, unit="credit", tier=tier, credit_kind=kind, theme=themes)


#: 7 municipal = 2 + 4 + 1; 10 district = 2 + 6 + 2; 15 school = 2 + 2 + 11; 4 of self-study: 36.
SHANGHAI_LINES = dict(
    [
        credit("m ethics", "2", M, "ethics"),
        credit("m subject", "2", M, "knowledge", "subject_teaching"),
        credit("m assignments", "1", M, "knowledge", "assignments"),
        credit("m it", "1", M, "knowledge", "it_general"),
        credit("m career", "1", M, "practice", "career_psychology"),
        credit("d ethics", "2", D, "ethics"),
        credit("d subject", "2", D, "knowledge", "subject_teaching"),
        credit("d it", "1.5", D, "knowledge", "it_professional"),
        credit("d assignments", "1", D, "knowledge", "assignments"),
        credit("d career", "1", D, "knowledge", "career_psychology"),
        credit("d rest", "0.5", D, "knowledge"),
        credit("d family", "1", D, "practice", "family_education"),
        credit("d across", "1", D, "practice", "interdisciplinary"),
        credit("s ethics", "2", S, "ethics"),
        credit("s literacy", "2", S, "literacy"),
        credit("s family", "1", S, "practice", "family_education"),
        credit("s subject", "2", S, "practice", "subject_teaching"),
        credit("s assignments", "1", S, "practice", "assignments"),
        credit("s across", "1", S, "practice", "interdisciplinary"),
        credit("s it", "2.5", S, "practice", "it_practice"),
        credit("s rest", "3.5", S, "practice"),
        credit("self", "4", "", "self_study"),
    ]
)
#: What half a credit less of each line leaves open beside the total: kind, tier, crossed, theme.
SHANGHAI_SHORT = {
    "m ethics": "ethics-credits municipal municipal-ethics",
    "m subject": "knowledge municipal municipal-knowledge municipal-subject-teaching",
    "m assignments": "knowledge municipal municipal-knowledge municipal-assignments",
    "m it": "knowledge municipal municipal-knowledge municipal-it-general",
    "m career": "practice municipal municipal-practice municipal-career-psychology",
    "d ethics": "ethics-credits district district-ethics",
    "d subject": "knowledge district district-knowledge district-subject-teaching",
    "d it": "knowledge district district-knowledge district-it-professional",
    "d assignments": "knowledge district district-knowledge district-assignments",
    "d career": "knowledge district district-knowledge district-career-psychology",
    "d rest": "knowledge district district-knowledge",
    "d family": "practice district district-practice district-family-education",
    "d across": "practice district district-practice district-interdisciplinary",
    "s ethics": "ethics-credits school school-ethics",
    "s literacy": "ethics-credits school school-literacy",
    "s family": "practice school school-practice school-family-education",
    "s subject": "practice school school-practice school-subject-teaching",
    "s assignments": "practice school school-practice school-assignments",
    "s across": "practice school school-practice school-interdisciplinary",
    "s it": "practice school school-practice school-it-practice",
    "s rest": "practice school school-practice",
    "self": "self-study",
}


def shanghai(
    lines: dict[str, Line], career: Career = VETERAN, rules: Policy = SHANGHAI
) -> dict[str, str]:
    """What is missing but the course of ethics in each year, for all lines are of 2023."""
    found = missing(rules, career, list(lines.values()), "2025-12-31")
    return {name: amount for name, amount in found.items() if name != "ethics"}


def test_a_shanghai_teacher_with_36_crossed_credits_misses_nothing_but_a_course_of_ethics_a_year():
    assert sum(line.credits for line in SHANGHAI_LINES.values() if line.credits) == 36
    assert shanghai(SHANGHAI_LINES) == {}
    yearly = [
        earned("0.5", f"{year}-05-01", "credit", domain="ethics")
        for year in (2021, 2022, 2024, 2025)
    ]
    assert missing(SHANGHAI, VETERAN, [*SHANGHAI_LINES.values(), *yearly], "2025-12-31") == {}


@pytest.mark.parametrize("name", SHANGHAI_LINES)
def test_half_a_credit_less_of_any_line_is_named_in_every_minimum_that_it_serves(name: str):
    line = SHANGHAI_LINES[name]
    less = Line("less", line.earned_on, line.attributes, None, line.credits - Decimal("0.5"))
    found = shanghai(SHANGHAI_LINES | {name: less})
    assert found == dict.fromkeys(["total", *SHANGHAI_SHORT[name].split()], "0.5")


def test_every_minimum_of_shanghai_is_missed_by_some_line_but_those_of_science():
    tried = {"total", "ethics", *" ".join(SHANGHAI_SHORT.values()).split()}
    science = {"municipal-experiments", "district-experiments"}
    minima = {each.id for each in SHANGHAI.requirement if each.minimum is not None}
    assert minima == tried | science


def test_a_second_shared_course_in_a_round_is_one_too_many():
    def shared(on: str) -> Line:
        return earned("1", on, "credit", line="shared")

    lines = [*SHANGHAI_LINES.values(), shared("2023-03-01"), shared("2023-09-01")]
    assert "shared-courses" not in missing(SHANGHAI, VETERAN, lines, "2025-12-31")
    more = [*lines, shared("2023-10-01")]
    assert missing(SHANGHAI, VETERAN, more, "2025-12-31")["shared-courses"] == "1"


def test_a_shared_course_that_was_not_rated_gives_no_credit():
    line = replace(earned("1", unit="credit", line="shared"), evaluated=False)
    found = account(SHANGHAI, VETERAN, [line], dt.date(2025, 12, 31))
    assert [each.reason for each in found.not_counted] == ["rated"]


def test_experiments_are_asked_of_science_teachers_alone():
    assert shanghai(SHANGHAI_LINES, PHYSICS) == {
        "municipal-experiments": "1",
        "district-experiments": "1",
    }


@pytest.mark.parametrize(("amount", "short"), [("1", {}), ("0.5", "0.5")])
def test_a_science_teacher_half_a_credit_of_experiments_short_is_told_so(amount, short):
    extra = dict(
        [
            credit("m experiments", amount, M, "knowledge", "experiments"),
            credit("d experiments", amount, D, "knowledge", "experiments"),
        ]
    )
    names = ("municipal-experiments", "district-experiments")
    found = shanghai(SHANGHAI_LINES | extra, PHYSICS)
    assert found == (dict.fromkeys(names, short) if short else {})


def with_theme(name: str, *themes: str) -> dict[str, Line]:
    line = SHANGHAI_LINES[name]
    about = Attributes(
        tier=line.attributes.tier, credit_kind=line.attributes.credit_kind, theme=themes
    )
    return {name: Line(name, line.earned_on, about, None, line.credits)}


def test_a_course_of_two_themes_counts_for_both_in_shanghai_as_shipped():
    both = with_theme("m subject", "subject_teaching", "experiments") | with_theme(
        "d subject", "subject_teaching", "experiments"
    )
    assert shanghai(SHANGHAI_LINES | both, PHYSICS) == {}


def test_a_policy_that_asks_for_the_main_theme_counts_a_course_for_its_first_alone(tmp_path):
    shipped = resources.files("recommender.planning") / "policies" / "shanghai-2021.toml"
    file = tmp_path / "shanghai-2021.toml"
    text = shipped.read_text(encoding="utf-8").replace(" theme = [", " main_theme = [")
    file.write_text(text, encoding="utf-8")
    both = with_theme("m subject", "subject_teaching", "experiments") | with_theme(
        "d subject", "experiments", "subject_teaching"
    )
    assert shanghai(SHANGHAI_LINES | both, PHYSICS, policy.load_file(file)) == {
        "municipal-experiments": "1",
        "district-subject-teaching": "2",
    }
