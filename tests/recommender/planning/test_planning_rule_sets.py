"""The shipped rule sets against hand-computed teachers: one who just meets, one a step short."""

import datetime as dt
from decimal import Decimal

import pytest

from recommender.planning import policy
from recommender.planning.lines import Line
from recommender.planning.matching import Attributes, Career, Standing
from tests.recommender.planning.ledgers import BEGAN, VETERAN, account, earned, missing

EVERY_YEAR = [
    Line(f"ethics-{year}", dt.date(year, 5, 1), Attributes(domain="ethics"), Decimal("0.5"))
    for year in range(2011, 2026)
]


BEIJING = policy.load("beijing-2016")


@pytest.mark.parametrize(
    ("about", "hours", "steps"),
    [({}, "10", 2), ({"mode": "online"}, "20", 2), ({"credit_kind": "practice"}, "20", 2)],
)
def test_beijing_gives_a_credit_for_ten_hours_or_for_twenty_of_practice_and_online(
    about, hours, steps
):
    line = earned(hours, "2018-03-01", **about)
    (total,) = [
        each
        for each in account(BEIJING, VETERAN, [line], dt.date(2018, 12, 31)).balances
        if each.duty.requirement.id == "total"
    ]
    assert total.earned == steps  # half credits


def test_beijing_asks_36_credits_to_the_half_credit():
    enough = [earned("180", "2018-03-01"), earned("360", "2018-04-01", mode="online")]
    ethics = [earned("0", f"{year}-05-01", domain="ethics") for year in range(2016, 2021)]
    assert "total" not in missing(BEIJING, VETERAN, [*enough, *ethics], "2020-12-31")
    less = [enough[0], earned("359", "2018-04-01", mode="online")]  # 18 + 17.95: 17.5 in steps
    assert missing(BEIJING, VETERAN, less, "2020-12-31")["total"] == "0.5"


JIANGSU = policy.load("jiangsu")


def jiangsu(county: str, school: str, *more: Line) -> dict[str, str]:
    lines = [earned(county, tier="county"), earned(school, tier="school"), *more, *EVERY_YEAR[10:]]
    return missing(JIANGSU, VETERAN, lines, "2025-12-31")


def test_jiangsu_asks_360_hours_and_half_of_them_at_county_level_or_above():
    # 177.5 + 5 x 0.5 of ethics = 180 of no or school tier.
    assert jiangsu("180", "177.5") == {}
    assert jiangsu("179.5", "178") == {"county-or-above": "0.5"}
    assert jiangsu("180", "177") == {"total": "0.5"}


def test_jiangsu_counts_at_most_18_hours_of_open_lessons():
    lessons = [
        earned("6", f"2023-0{month}-01", tier="county", credit_kind="public_lesson")
        for month in range(1, 5)
    ]
    assert jiangsu("162", "177.5", *lessons) == {}  # 162 + 18 of 24
    assert jiangsu("161.5", "178", *lessons) == {"county-or-above": "0.5"}


def test_jiangsu_counts_at_most_18_hours_of_teaching_others():
    taught = [
        earned("6", f"2023-0{month}-01", tier="school", credit_kind="school_based_teaching")
        for month in range(1, 5)
    ]
    assert jiangsu("180", "159.5", *taught) == {}  # 159.5 + 18 of 24 + 2.5 of ethics
    assert jiangsu("180", "159", *taught) == {"total": "0.5"}


def test_jilin_does_not_ask_for_years_on_leave_nor_count_what_was_failed():
    jilin = policy.load("jilin-2017")
    away = Career(
        (
            Standing(BEGAN),
            Standing(dt.date(2022, 3, 1), leave="exempt"),
            Standing(dt.date(2023, 3, 1)),
        ),
        BEGAN,
    )
    ethics = EVERY_YEAR[10:]
    # 2022 is on leave for 306 of 365 days: 4/5 x 360 = 288 = 285.5 + 5 x 0.5.
    assert missing(jilin, away, [earned("285.5"), *ethics], "2025-12-31") == {}
    assert missing(jilin, away, [earned("285"), *ethics], "2025-12-31") == {"total": "0.5"}
    failed = [earned("285"), earned("20", result="fail"), *ethics]
    assert missing(jilin, away, failed, "2025-12-31") == {"total": "0.5"}
    assert missing(jilin, VETERAN, [earned("285.5"), *ethics], "2025-12-31") == {"total": "72"}


def test_the_nation_counts_ten_hours_of_one_summer_online_and_six_of_the_winter():
    holidays = policy.load("national-holiday-2023")
    lines = [
        earned("12", "2023-08-31", line="smartedu_holiday"),
        earned("8", "2024-01-20", line="smartedu_holiday"),
        *EVERY_YEAR[10:],
    ]
    # 360 = 10 + 6 + 2.5 of ethics + 341.5.
    assert missing(holidays, VETERAN, [*lines, earned("341.5")], "2025-12-31") == {}
    assert missing(holidays, VETERAN, [*lines, earned("341")], "2025-12-31") == {"total": "0.5"}


LOCALITY = policy.load("zhejiang-locality-2010")
BLOCK = earned("90", "2011-03-01", mode="face_to_face")
#: 5 x 0.5 of ethics + 90 + 4 x 66 + 3.5 = 360, each year from 48 to 144.
LOCALITY_MEETS = [
    *EVERY_YEAR[:5],
    BLOCK,
    *(earned("66", f"{year}-10-01") for year in range(2012, 2016)),
    earned("3.5", "2011-10-01"),
]


@pytest.mark.parametrize(
    ("swap", "found"),
    [
        ({}, {}),
        (
            {BLOCK: earned("89.5", "2011-03-01", mode="face_to_face")},
            {"total": "0.5", "block": "1"},
        ),
        (
            {BLOCK: earned("90", "2011-03-01", mode="face_to_face", block="staged")},
            {"block": "1"},
        ),
        (
            {LOCALITY_MEETS[6]: earned("47", "2012-10-01")},  # 47 + 0.5: half an hour below 48
            {"total": "19", "every-year": "0.5"},
        ),
        ({LOCALITY_MEETS[6]: earned("144", "2012-10-01")}, {"every-year": "0.5"}),  # + 0.5
        ({LOCALITY_MEETS[6]: earned("66", "2012-10-01", mode="online")}, {"total": "16"}),  # 50
        ({LOCALITY_MEETS[10]: earned("3.5", "2011-10-01", line="topic_seminar")}, {"total": "3.5"}),
    ],
)
def test_a_zhejiang_locality_of_2010_asks_for_blocks_years_and_caps(swap, found):
    lines = [swap.get(line, line) for line in LOCALITY_MEETS]
    assert missing(LOCALITY, VETERAN, lines, "2015-12-31") == found


@pytest.mark.parametrize(
    ("cap", "about", "stage"),
    [
        (80, {"credit_kind": "ethics"}, ""),
        (120, {"line": "short_course"}, ""),
        (50, {"mode": "online"}, ""),
        (120, {"mode": "school_based"}, "retiring"),
        (None, {"mode": "school_based"}, "backbone"),
    ],
)
def test_a_cap_of_the_locality_counts_no_half_hour_more(cap, about, stage):
    career = Career((Standing(BEGAN, stage=stage),), BEGAN)
    for hours in ("40", "119.5", "120", "120.5", "200"):
        lines = [earned(hours, "2012-10-01", **about)]
        found = account(LOCALITY, career, lines, dt.date(2015, 12, 31))
        capped = Decimal(hours) if cap is None else min(Decimal(hours), Decimal(cap))
        assert found.balances[0].duty.requirement.id == "total"
        assert found.balances[0].earned == 2 * capped  # half hours


LOCAL_NEW = Career((Standing(dt.date(2011, 9, 1)),), dt.date(2011, 9, 1))


@pytest.mark.parametrize(
    ("theory", "practice", "found"),
    [
        # 119.5 and half an hour of ethics in theory: 120.
        ("119.5", "60", {}),
        ("119", "60", {"induction": "0.5", "induction-theory": "0.5"}),
        ("119.5", "59.5", {"induction": "0.5", "induction-practice": "0.5"}),
    ],
)
def test_a_new_teacher_of_the_locality_meets_induction_by_the_half_hour(theory, practice, found):
    lines = [
        earned(theory, "2012-03-01", credit_kind="theory"),
        earned(practice, "2012-04-01", credit_kind="practice"),
        earned("0.5", "2011-12-01", domain="ethics", credit_kind="theory"),
        *(earned("0.5", f"{year}-12-01", domain="ethics") for year in range(2012, 2016)),
        # Three of five years are owed, 216: 2012, for the most part, and 2011 are not.
        earned("90", "2013-03-01", mode="face_to_face"),
        *(earned("63", f"{year}-10-01") for year in (2014, 2015)),
    ]
    assert missing(LOCALITY, LOCAL_NEW, lines, "2015-12-31") == found


def test_a_seminar_of_24_hours_counts_and_one_of_half_an_hour_less_does_not():
    for hours, total in (("24", 48), ("23.5", 0)):
        line = earned(hours, "2012-10-01", line="advanced_seminar")
        found = account(LOCALITY, VETERAN, [line], dt.date(2015, 12, 31))
        assert found.balances[0].earned == total  # half hours


NEW_YORK = policy.load("new-york-ctle-2016")
ESOL = Career((Standing(BEGAN, subjects=("esol",)),), BEGAN)


@pytest.mark.parametrize(
    ("career", "language", "other", "found"),
    [
        (VETERAN, "15", "85", {}),
        (VETERAN, "14.5", "85.5", {"language-acquisition": "0.5"}),
        (VETERAN, "15", "84.5", {"total": "0.5"}),
        (ESOL, "50", "50", {}),
        (ESOL, "49.5", "50.5", {"language-acquisition-esol": "0.5"}),
    ],
)
def test_new_york_asks_for_a_share_of_its_hours(career, language, other, found):
    lines = [earned(language, theme="language_acquisition"), earned(other)]
    assert missing(NEW_YORK, career, lines, "2025-12-31") == found


@pytest.mark.parametrize(
    ("name", "today", "found"),
    [
        ("nsw-2018", "2024-08-15", {"total": "0.5", "accredited": "0.5"}),
        ("nsw-2024", "2024-08-16", {"total": "0.5"}),
        ("nsw-2024", "2025-12-31", {"total": "0.5"}),
    ],
)
def test_new_south_wales_asks_for_no_registered_hours_from_the_day_of_the_change(
    name, today, found
):
    rules = policy.load(name)
    lines = [earned("49.5", line="accredited"), earned("50")]
    assert missing(rules, VETERAN, lines, today) == found
    assert missing(rules, VETERAN, [*lines, earned("0.5", line="accredited")], today) == {}
