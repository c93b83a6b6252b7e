"""How soon teachers go from stage to stage: from dated states, with little claimed of few."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features import codes
from features.dataset import Dataset
from features.errors import InvalidSetting
from recommender.steps import UNKNOWN, Outlook, Steps
from tests.builders import at, teacher, took, world

NOW = at("2025-01-01")
TODAY = NOW.date()
NOT_KNOWN = float("nan")


def of(*states: object, as_of: pd.Timestamp = NOW, column: str = "career_stage") -> Steps:
    return Steps.fit(dataset(*states), as_of, column)


def dataset(*states: object) -> Dataset:
    return world([took("t", "c", "2020-01-01")], teachers=[*states, teacher("t")])  # type: ignore[list-item]


def rising(number: int, employed: str = "2020-09-01", moved: str | None = "2023-09-01") -> list:
    """A novice who becomes developing, or does not."""
    name = f"t{number:03}"
    first = teacher(name, "2020-09-01", career_stage="novice", employed_on=employed)
    if moved is None:
        return [first]
    return [first, teacher(name, moved, career_stage="developing", employed_on=employed)]


def many(count: int, **more: str | None) -> list:
    return [state for number in range(count) for state in rising(number, **more)]


def seen(steps: Steps, word: str, served: float, *days: str) -> Outlook:
    found = steps.outlook(word, served, TODAY, [dt.date.fromisoformat(day) for day in days])
    assert found is not None
    return found


def test_days_that_do_not_ascend_from_today_are_refused() -> None:
    for days in (["2024-12-31"], ["2026-01-01", "2025-06-01"]):
        with pytest.raises(InvalidSetting, match="days from 2025-01-01 on that ascend"):
            seen(of(*many(5)), "novice", 2, *days)


def test_of_a_stage_that_was_never_seen_nothing_is_said() -> None:
    assert of(*many(5)).outlook("lead", 20, TODAY, [TODAY]) is None
    assert of().outlook("novice", 1, TODAY, [TODAY]) is None


def test_what_everyone_does_after_three_years_is_nearly_sure_then_and_not_before() -> None:
    outlook = seen(of(*many(200)), "novice", 2.3, "2025-08-01", "2025-12-01")

    assert outlook.likely(0) == ("novice", pytest.approx(1, abs=0.05))
    assert outlook.likely(1)[0] == "developing"
    assert outlook.likely(1)[1] > 0.9


def test_who_was_watched_for_a_short_time_is_not_taken_to_stay() -> None:
    """Half move after three years; of the others nobody was watched for so long."""
    watched = [
        teacher(f"w{number:03}", "2024-09-01", career_stage="novice", employed_on="2024-09-01")
        for number in range(100)
    ]

    alone, beside = of(*many(100)), of(*many(100), *watched)

    later = "2025-12-01"
    assert seen(beside, "novice", 2.3, later).chances == pytest.approx(
        seen(alone, "novice", 2.3, later).chances, abs=0.01
    )


def test_a_move_dated_after_the_moment_is_not_seen() -> None:
    moment = at("2023-08-31")
    early = of(*many(50), as_of=moment)

    assert early.words == ("novice",)
    assert early.moves.sum() == 0
    before = [state for number in range(50) for state in rising(number, moved=None)]
    np.testing.assert_array_equal(of(*before, as_of=moment).years, early.years)


def test_an_undated_state_says_nothing_of_how_long_it_took() -> None:
    steps = of(teacher("a", None, career_stage="novice"), *many(3))

    np.testing.assert_array_equal(steps.years, of(*many(3)).years)


def test_moves_fall_in_the_months_in_which_they_fell() -> None:
    assert of(*many(50)).season[8] > 0.9


def test_where_few_were_seen_the_interval_is_wide() -> None:
    few, lots = (seen(of(*many(n)), "novice", NOT_KNOWN, "2026-01-01").stays[0] for n in (2, 200))

    assert np.ptp(few) > np.ptp(lots)
    assert few[0] <= few[1]


def test_who_never_moves_stays_the_surer_the_longer_they_were_watched() -> None:
    stays = [state for number in range(300) for state in rising(number, moved=None)]

    outlook = seen(of(*stays), "novice", NOT_KNOWN, "2026-01-01")

    assert outlook.likely(0) == ("novice", pytest.approx(1))


def test_titles_are_steps_too() -> None:
    states = [
        state
        for number in range(60)
        for state in (
            teacher(f"t{number}", "2015-09-01", title="second", employed_on="2014-09-01"),
            teacher(f"t{number}", "2020-09-01", title="first", employed_on="2014-09-01"),
        )
    ]

    assert seen(of(*states, column="title"), "second", 6.1, "2026-01-01").likely(0)[0] == "first"


@given(
    st.lists(
        st.tuples(
            st.integers(0, 7),
            st.sampled_from(codes.CAREER_STAGES),
            st.dates(dt.date(2015, 1, 1), dt.date(2024, 12, 31)),
            st.none() | st.dates(dt.date(1990, 1, 1), dt.date(2014, 1, 1)),
        ),
        max_size=20,
    ),
    st.floats(0, 40) | st.just(NOT_KNOWN),
    st.lists(st.integers(0, 4000), max_size=4).map(sorted),
)
def test_chances_are_chances_whatever_the_careers(
    states: list, served: float, ahead: list[int]
) -> None:
    rows = {
        (who, since): teacher(f"t{who}", str(since), career_stage=stage, employed_on=first)
        for who, stage, since, first in states
    }
    steps = of(*rows.values())
    days = [TODAY + dt.timedelta(days=days) for days in ahead]
    for word in steps.words:
        outlook = steps.outlook(word, served, TODAY, days)
        assert outlook is not None
        assert outlook.chances.shape == (len(days), len(steps.words))
        np.testing.assert_allclose(outlook.chances.sum(axis=1), 1)
        assert (np.diff(outlook.stays, axis=0) <= 1e-12).all()
        assert (outlook.stays[:, 0] <= outlook.stays[:, 1] + 1e-12).all()
    again = Steps.from_fitted(steps.to_fitted())
    np.testing.assert_array_equal(again.moves, steps.moves)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("moves", np.full((2, UNKNOWN + 1), np.nan)),
        ("moves", np.full((2, UNKNOWN + 1), 1e9)),
        ("years", np.zeros((2, UNKNOWN + 1))),
        ("leads", np.ones((2, 2))),
        ("leads", np.zeros((3, 3))),
        ("season", np.zeros(11)),
    ],
)
def test_arrays_that_are_no_chances_are_refused(name: str, value: np.ndarray) -> None:
    fitted = of(*many(5)).to_fitted()

    with pytest.raises(ValueError, match="steps"):
        Steps.from_fitted(type(fitted)({**fitted.arrays, name: value}, fitted.values))
