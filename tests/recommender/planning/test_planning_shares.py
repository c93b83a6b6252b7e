"""Parts of a plan's hours, against every choice of courses."""

import itertools
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import InvalidSetting
from recommender.planning.conflict import relief_sentence
from recommender.planning.horizon import Horizon
from recommender.planning.load import Limits
from recommender.planning.matching import Attributes
from recommender.planning.options import Candidate, Option
from recommender.planning.plan import make
from recommender.planning.problem import Inputs, build
from recommender.planning.shares import Share
from recommender.planning.ways_out import ways_out
from tests.recommender.planning.dated import AS_OF, EXACT, HEADER, TEACHER, rules


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ({}, "mode=online: expected a least or a most part, .* got none"),
        ({"least": 101}, "got 101"),
        ({"most": -1}, "got -1"),
        ({"least": 10, "word": ""}, r"mode=\*: expected a word .* name the mode"),
    ],
)
def test_a_share_that_says_nothing_or_too_much_is_refused(
    bounds: dict[str, object], said: str
) -> None:
    with pytest.raises(InvalidSetting, match=said):
        Share(**({"attribute": "mode", "word": "online"} | bounds))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Course:
    """What a course is about, its hours, and how good it is."""

    about: Attributes
    hours: int
    worth: int
    fixed: bool = False


def inputs(courses: tuple[Course, ...], shares: tuple[Share, ...], least: int = 0) -> Inputs:
    horizon = Horizon.of(rules(), AS_OF)
    last = horizon.last_days[2]
    candidates = tuple(
        Candidate(
            f"k{number}",
            (Option(2, last, each.about, Decimal(each.hours), fixed=each.fixed),),
        )
        for number, each in enumerate(courses)
    )
    worth = np.array([each.worth for each in courses], dtype=float)
    return Inputs(
        policy=rules(least),
        career=TEACHER,
        horizon=horizon,
        ledger=(),
        candidates=candidates,
        utility=np.repeat(worth[:, None] / 10, 2, axis=1),
        limits=Limits(hours_per_year=Decimal(30), shares=shares),
    )


def planned(courses: tuple[Course, ...], *shares: Share) -> tuple[int, ...]:
    plan = make(inputs(courses, shares), HEADER, EXACT)
    return tuple(sorted(int(item.course[1:]) for item in plan.items))


FACE = Attributes(mode="face_to_face", domain="teaching", theme=("law", "safety"))
ONLINE = Attributes(mode="online", domain="ethics", theme=("law",))


def test_a_least_part_is_of_the_hours_of_the_plan() -> None:
    """10 of 30 hours are a third: 33 percent are kept, 34 are not."""
    courses = (Course(FACE, 10, 1), Course(ONLINE, 10, 9), Course(ONLINE, 10, 5))
    assert planned(courses, Share("mode", "face_to_face", least=33)) == (0, 1, 2)
    assert planned(courses, Share("mode", "face_to_face", least=34)) == (0, 1)


def test_no_domain_may_take_more_than_its_part() -> None:
    courses = (Course(FACE, 10, 1), Course(ONLINE, 10, 9), Course(ONLINE, 10, 5))
    assert planned(courses, Share("domain", most=60)) == (0, 1)


def test_a_theme_is_any_of_a_course_s_themes() -> None:
    courses = (Course(FACE, 10, 1), Course(ONLINE, 10, 9))
    assert planned(courses, Share("theme", "safety", most=49)) == (1,)


def test_what_is_fixed_is_taken_whatever_its_part() -> None:
    courses = (Course(ONLINE, 10, 1, fixed=True), Course(ONLINE, 10, 9), Course(FACE, 10, 5))
    assert planned(courses, Share("mode", "online", most=40)) == (0, 2)


def test_a_share_in_a_conflict_may_give() -> None:
    """20 hours are asked and 10 face to face are to be had of them: one course of ten too few."""
    problem = build(
        inputs(
            (Course(FACE, 5, 1), Course(ONLINE, 15, 1)),
            (Share("mode", "face_to_face", least=50),),
            least=20,
        )
    )
    (conflict,) = ways_out(problem, make(problem.inputs, HEADER, EXACT))
    assert {label.rule for label in conflict.against} == {"minimum", "share"}
    relief = next(each for each in conflict.reliefs if each.rule == "share")
    assert (relief.of, relief.period) == ("mode=face_to_face", "least")
    assert (relief.amount, relief.enough, relief.unit) == ("5", "5", "hour")
    assert "smaller by at least 5 hours" in relief_sentence(problem, relief).en


words = st.builds(
    Attributes,
    mode=st.sampled_from(("online", "face_to_face", "")),
    domain=st.sampled_from(("ethics", "teaching")),
    theme=st.sampled_from(((), ("law",), ("law", "safety"))),
)
courses_of = st.lists(
    st.builds(Course, words, st.integers(1, 9), st.integers(0, 9), st.just(False)),
    min_size=1,
    max_size=6,
).map(tuple)
shares_of = st.lists(
    st.one_of(
        st.builds(Share, st.just("mode"), st.just("online"), st.integers(0, 100), st.none()),
        st.builds(Share, st.just("mode"), st.just(""), st.none(), st.integers(0, 100)),
        st.builds(Share, st.just("domain"), st.just(""), st.none(), st.integers(30, 100)),
        st.builds(
            Share, st.just("theme"), st.just("law"), st.integers(0, 50), st.integers(50, 100)
        ),
    ),
    max_size=2,
).map(tuple)


def _kept(share: Share, chosen: list[Course]) -> bool:
    """Say whether a share is kept, word by word."""
    hours = sum(each.hours for each in chosen)
    words = {"ethics", "teaching", "online", "face_to_face", "law", "safety"}
    for word in [share.word] if share.word else words:
        here = 0
        for each in chosen:
            has = getattr(each.about, share.attribute)
            if word in (has if isinstance(has, tuple) else (has,)):
                here += each.hours
        if share.least is not None and 100 * here < share.least * hours:
            return False
        if share.most is not None and 100 * here > share.most * hours:
            return False
    return True


@settings(max_examples=150)
@given(courses_of, shares_of, st.integers(0, 25))
def test_a_plan_within_shares_is_the_best_choice(
    courses: tuple[Course, ...], shares: tuple[Share, ...], least: int
) -> None:
    plan = make(inputs(courses, shares, least), HEADER, EXACT)

    def worth(chosen: tuple[int, ...]) -> tuple[int, int]:
        hours = sum(courses[number].hours for number in chosen)
        return min(0, hours - least), sum(courses[number].worth for number in chosen)

    def allowed(chosen: tuple[int, ...]) -> bool:
        taken = [courses[number] for number in chosen]
        return sum(each.hours for each in taken) <= 30 and all(_kept(one, taken) for one in shares)

    numbers = range(len(courses))
    choices = [
        chosen
        for size in range(len(courses) + 1)
        for chosen in itertools.combinations(numbers, size)
        if allowed(chosen)
    ]
    found = tuple(sorted(int(item.course[1:]) for item in plan.items))
    assert allowed(found)
    assert worth(found) == max(map(worth, choices))
