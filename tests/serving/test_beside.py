"""Two models side by side: given up is what is surely worse, by the stated margins."""

from __future__ import annotations

import pytest

from serving.beside import LEAST, Beside


@pytest.mark.parametrize(
    ("champion", "candidate", "why"),
    [
        ([0.02] * 100, [0.02] * 100, ""),
        ([0.02] * 100, [0.039] * 100, ""),
        ([0.02] * 100, [0.041] * 100, "95th percentile 41.0 ms, the champion's 20.0 ms"),
        ([0.02] * 100, [0.02] * 96 + [0.5] * 4, ""),
        ([0.02] * 100, [0.02] * 94 + [0.5] * 6, "95th percentile 500.0 ms"),
        ([0.02] * 94 + [0.5] * 6, [0.02] * 94 + [0.5] * 6, ""),
        ([0.02] * 100, [None, *[0.02] * 19] * 5, ""),
        ([0.02] * 100, [None, *[0.02] * 9] * 10, "10.0% of its lists failed, 0.0%"),
        ([None, *[0.02] * 9] * 10, [None, *[0.02] * 9] * 10, ""),
        ([0.02] * 99, [0.2] * 100, ""),
    ],
)
def test_a_window_is_judged_by_margins(
    champion: list[float | None], candidate: list[float | None], why: str
):
    two = Beside(budget=1.0)
    for each in champion:
        two.champion(each)
    told = [two.candidate(each) for each in candidate]
    assert not any(told[: LEAST - 1])
    assert told[-1].startswith(why) if why else told[-1] == ""


def test_windows_follow_each_other_and_the_earlier_is_forgotten():
    two = Beside(budget=1.0)
    for seconds in (0.02, 0.03):
        for _ in range(LEAST):
            two.champion(0.02)
        assert not any(two.candidate(seconds) for _ in range(LEAST))
    for _ in range(LEAST):
        two.champion(0.02)
    assert two.candidate(0.2) == ""
