"""Who is told by a candidate: always the same teachers."""

from __future__ import annotations

import numpy as np
import pytest

from serving.canary import is_of_share

TEACHERS = [f"t{number:02d}" for number in range(60)]


def test_the_same_teachers_are_of_a_share_on_every_machine():
    assert [each for each in TEACHERS[:12] if is_of_share("default", each, 0.25)] == [
        "t02",
        "t03",
        "t04",
        "t05",
    ]


@pytest.mark.parametrize(("share", "count"), [(0, 0), (1, 60)])
def test_nobody_is_of_no_share_and_all_of_the_whole(share: float, count: int):
    assert sum(is_of_share("default", each, share) for each in TEACHERS) == count


def test_who_is_of_a_share_is_of_every_larger_one():
    shares = np.linspace(0, 1, 21)
    for teacher in TEACHERS:
        within = [is_of_share("default", teacher, share) for share in shares]
        assert within == sorted(within)


def test_the_share_of_a_tenant_is_not_that_of_another():
    assert [is_of_share("other", each, 0.5) for each in TEACHERS] != [
        is_of_share("default", each, 0.5) for each in TEACHERS
    ]
