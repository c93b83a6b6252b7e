"""Several caps on one line: best use, against every way of sharing hours out."""

import datetime as dt
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import InvalidPolicy
from recommender.planning import policy
from recommender.planning.conflict import conflicts
from recommender.planning.credits import sheet
from recommender.planning.horizon import Horizon
from recommender.planning.lines import Line
from recommender.planning.load import Limits
from recommender.planning.matching import Attributes, Clause
from recommender.planning.options import Candidate, Option
from recommender.planning.plan import make
from recommender.planning.problem import Inputs, build
from recommender.planning.rules import Counting, Policy, Requirement
from tests.recommender.planning.dated import AS_OF, EXACT, HEADER, TEACHER, rules
from tests.recommender.planning.ledgers import VETERAN, earned, missing

LOCAL = policy.load("zhejiang-locality-2010")
DOMAINS, MODES = ("ethics", "teaching", "other"), ("online", "school_based", "face_to_face")


# What is refused.


@pytest.mark.parametrize("more", ["weight = 0\ncap = 3", 'cap = 3\nper = "year"', ""])
def test_beside_what_decides_only_a_cap_for_the_period_may_hold(tmp_path: Path, more: str) -> None:
    text = f"""
        id = "local"
        title_zh = "地方"
        title_en = "local"
        place = "CN-GS"
        since = 2026-01-01
        source = "-"
        verified = "-"
        extends = "national-2011"
        [[counting]]
        id = "online"
        zh = "网络"
        en = "online"
        requirements = ["total"]
        beside = true
        {more}
    """
    file = tmp_path / "local.toml"
    file.write_text("\n".join(line.strip() for line in text.splitlines()), encoding="utf-8")
    with pytest.raises(InvalidPolicy, match="a cap per period, and no weight"):
        policy.load_file(file)


def test_more_than_four_caps_beside_are_refused(tmp_path: Path) -> None:
    head = """
        id = "local"
        title_zh = "地方"
        title_en = "local"
        place = "CN-GS"
        since = 2026-01-01
        source = "-"
        verified = "-"
        extends = "national-2011"
    """
    one = """
        [[counting]]
        id = "c{}"
        zh = "网络"
        en = "online"
        requirements = ["total"]
        cap = 3
        beside = true
    """
    text = head + "".join(one.format(number) for number in range(5))
    file = tmp_path / "local.toml"
    file.write_text("\n".join(line.strip() for line in text.splitlines()), encoding="utf-8")
    with pytest.raises(InvalidPolicy, match="at most 4 caps beside"):
        policy.load_file(file)


# A shipped policy: short courses count up to 120 hours and online ones up to 50.


def local(*lines: Line) -> str:
    yearly = [earned("0.5", f"{year}-05-01", domain="ethics") for year in range(2011, 2016)]
    return missing(LOCAL, VETERAN, [*lines, *yearly], "2015-12-31").get("total", "0")


@pytest.mark.parametrize(
    ("both", "short", "online", "counts"),
    [
        ("20", "100", "30", "150"),  # 120 of short courses and 50 online: all of it
        ("20", "120", "50", "170"),  # 140 and 70: what is both makes room for the others
        ("60", "110", "0", "120"),  # 60 online, 50 of which would count: 120 short in all
    ],
)
def test_a_line_is_under_a_cap_by_content_and_under_one_by_mode(
    both: str, short: str, online: str, counts: str
) -> None:
    lines = [
        earned(both, "2012-03-01", line="short_course", mode="online"),
        earned(short, "2012-04-01", line="short_course", mode="face_to_face"),
        earned(online, "2012-05-01", mode="online"),
    ]
    rest = Decimal("357.5") - Decimal(counts)  # and 2.5 of ethics: 360
    assert local(*lines, earned(str(rest), "2013-03-01", mode="face_to_face")) == "0"
    less = str(rest - Decimal("0.5"))
    assert local(*lines, earned(less, "2013-03-01", mode="face_to_face")) == "0.5"


def _most(
    lines: Iterable[tuple[Decimal, tuple[int | None, int | None]]], caps: dict[int, int]
) -> int:
    """Return the most that counts, by trying every whole share of every line."""
    todo = tuple((int(amount), under) for amount, under in lines)

    @cache
    def best(at: int, left: tuple[int, ...]) -> int:
        if at == len(todo):
            return 0
        amount, under = todo[at]
        found = 0
        limits = [left[number] for number in under if number is not None]
        for share in range(min([amount, *limits]) + 1):
            after = list(left)
            for number in under:
                if number is not None:
                    after[number] -= share
            found = max(found, share + best(at + 1, tuple(after)))
        return found

    return best(0, tuple(caps[number] for number in sorted(caps)))


# Random policies.


@dataclass(frozen=True)
class Case:
    """Caps by domain, caps beside them by mode, and lines under both."""

    least: int
    domain_caps: tuple[int | None, ...]
    mode_caps: tuple[int | None, ...]
    ledger: tuple[tuple[Attributes, int], ...]
    courses: tuple[tuple[Attributes, int], ...]
    utility: tuple[int, ...]

    @property
    def policy(self) -> Policy:
        kinds = (("domain", DOMAINS, self.domain_caps), ("mode", MODES, self.mode_caps))
        counting = tuple(
            Counting(
                id=word.replace("_", "-"),
                zh="上限",
                en="cap",
                requirements=("r",),
                where=(Clause(**{name: (word,)}),),
                cap=Decimal(cap),
                beside=name == "mode",
            )
            for name, words, caps in kinds
            for word, cap in zip(words, caps, strict=True)
            if cap is not None
        )
        asked = Requirement("r", "要求", "requirement", minimum=Decimal(self.least))
        return replace(rules(), requirement=(asked,), counting=counting)

    def lines(self) -> tuple[Line, ...]:
        return tuple(
            Line(f"l{number}", dt.date(2026, 1, 1), about, Decimal(hours))
            for number, (about, hours) in enumerate(self.ledger)
        )

    def inputs(self) -> Inputs:
        horizon = Horizon.of(self.policy, AS_OF)
        candidates = tuple(
            Candidate(f"k{number}", (Option(2, horizon.last_days[2], about, Decimal(hours)),))
            for number, (about, hours) in enumerate(self.courses)
        )
        utility = np.repeat(np.array(self.utility)[:, None] / 10, 2, axis=1)
        return Inputs(
            policy=self.policy,
            career=TEACHER,
            horizon=horizon,
            ledger=self.lines(),
            candidates=candidates,
            utility=utility,
            limits=Limits(hours_per_year=Decimal(15)),
        )

    def counts(self, chosen: Iterable[int] = ()) -> int:
        """Return the most that counts of the ledger and some courses."""
        taken = [*self.ledger, *(self.courses[number] for number in chosen)]
        caps = [*self.domain_caps, *self.mode_caps]
        return _most(
            [
                (Decimal(hours), (DOMAINS.index(about.domain), 3 + MODES.index(about.mode)))
                for about, hours in taken
            ],
            {number: 99 if cap is None else cap for number, cap in enumerate(caps)},
        )


abouts = st.builds(Attributes, domain=st.sampled_from(DOMAINS), mode=st.sampled_from(MODES))
counted = st.tuples(abouts, st.integers(1, 6))
some_caps = st.tuples(*[st.none() | st.integers(0, 7)] * 3)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    courses = tuple(draw(st.lists(counted, max_size=5)))
    utility = draw(st.lists(st.integers(0, 9), min_size=len(courses), max_size=len(courses)))
    ledger = tuple(draw(st.lists(counted, max_size=3)))
    return Case(
        draw(st.integers(1, 20)), draw(some_caps), draw(some_caps), ledger, courses, tuple(utility)
    )


@settings(max_examples=150)
@given(cases())
def test_what_counts_is_the_most_that_fits_under_all_caps(case: Case) -> None:
    horizon = Horizon.of(case.policy, AS_OF)
    found = sheet(case.lines(), case.policy, TEACHER, cycles=horizon.cycles, today=horizon.today)
    (balance,) = found.balances
    assert Fraction(balance.earned) * found.measure.step == case.counts()
    assert sum(each.counted for each in balance.lines) == balance.earned
    assert all(use.counted <= use.cap for use in balance.caps)
    assert all(0 <= each.counted <= each.amount for each in balance.lines)


@settings(max_examples=150)
@given(cases())
def test_a_plan_under_several_caps_is_the_best_choice(case: Case) -> None:
    plan = make(case.inputs(), HEADER, EXACT)
    numbers = range(len(case.courses))

    def worth(chosen: tuple[int, ...]) -> tuple[int, int]:
        short = max(0, case.least - case.counts(chosen))
        return -short, sum(case.utility[number] for number in chosen)

    choices = [
        chosen
        for size in range(len(case.courses) + 1)
        for chosen in itertools.combinations(numbers, size)
        if sum(case.courses[number][1] for number in chosen) <= 15
    ]
    taken = tuple(sorted(int(item.course[1:]) for item in plan.items))
    (outcome,) = plan.outcomes
    assert worth(taken) == max(map(worth, choices))
    assert Fraction(outcome.missing) == -worth(taken)[0]
    if Fraction(outcome.missing):
        assert all(conflict.lacking for conflict in conflicts(build(case.inputs())))
