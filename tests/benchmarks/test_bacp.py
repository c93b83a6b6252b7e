"""Curricula: both file formats are read alike, and the optimum is proven."""

import bacp
from recommender.planning.exact import Exact

CLASSIC = """
p=2; a=1; /* least load */ b=9; c=1; d=2;
courses = { first, second, third };
credit = [ 3, 2, 2 ];
prereq = { <second, first> };
"""
MINIZINC = """
n_courses = 3;
n_periods = 2;
load_per_period_lb = 1;
load_per_period_ub = 9;
courses_per_period_lb = 1;
courses_per_period_ub = 2;
course_load = [3, 2, 2, ];
constraint prerequisite(2, 1);
"""


def test_both_formats_say_the_same() -> None:
    assert bacp.classic(CLASSIC) == bacp.minizinc(MINIZINC)


def test_the_largest_load_is_as_small_as_can_be_and_proven() -> None:
    # The second course comes after the first, so the loads are 3 and 2 + 2, or 3 + 2 and 2.
    found = Exact(bacp.classic(CLASSIC).matrix(), seed=0, nodes=100).most_gain(0.0)
    assert found is not None
    values, bound = found
    assert (values[-1], -bound) == (4, 4)
