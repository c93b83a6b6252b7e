"""What courses and terms are called where a plan is put into words."""

import datetime as dt

import pytest

from recommender.planning import policy
from recommender.planning.causes import Cause
from recommender.planning.difference import Difference, Move
from recommender.planning.names import Names

NATION = policy.load("national-2011").cycle
TITLES = {"c1": ("群文阅读", "Sets of texts"), "c2": ("课堂评价", "")}


def test_a_key_that_is_no_terms_is_left_as_it_is() -> None:
    assert NATION.named("whenever") == ("whenever", "whenever")


@pytest.mark.parametrize("name", ["national-2011", "new-york-ctle-2016"])
def test_a_key_names_its_term_whenever_that_is(name: str) -> None:
    cycle = policy.load(name).cycle.own(dt.date(2022, 10, 15))
    terms = cycle.terms_of(cycle.cycle_at(dt.date(2023, 1, 1)))
    assert {each.key: cycle.named(each.key) for each in terms} == {
        each.key: (each.zh, each.en) for each in terms
    }


def test_what_changes_is_told_by_titles_and_terms() -> None:
    change = Difference(
        kept=(),
        moved=(Move("c1", "2027-spring", "2027-autumn"),),
        dropped=(("c3", "2028-spring"),),
        added=(("c2", "2028-autumn"),),
        causes=(Cause("c1", "2027-spring", "after_prerequisite", "c2"),),
    )
    told = [each.zh for each in change.sentences(Names(TITLES, NATION))]
    spring, autumn = (NATION.named(f"2027-{season}")[0] for season in ("spring", "autumn"))
    assert (
        told[0] == f"《群文阅读》由 {spring}调整到 {autumn}：其先修课程《课堂评价》此前尚未安排。"
    )
    assert told[1] == f"不再安排“c3”（原 {NATION.named('2028-spring')[0]}）。"
    assert told[2] == f"新增《课堂评价》（{NATION.named('2028-autumn')[0]}）。"
