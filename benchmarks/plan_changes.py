"""What it costs to explain a plan, to find other plans, and to try the ways out of a conflict.

Usage: python benchmarks/plan_changes.py [--teachers N] [--short N]

The teachers of plans/teachers.py: N for whom a plan is accounted for and set beside three others,
and N with too few hours, whose ways out are tried. CPU milliseconds, one thread; the first call,
which compiles, is left out.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from rich.console import Console
from rich.table import Table

from plans.teachers import AS_OF, rules, teacher
from recommender.planning.account import Account
from recommender.planning.alternatives import Alternative, alternatives
from recommender.planning.conflict import Conflict, Relief, conflicts
from recommender.planning.plan import Header, Plan, make
from recommender.planning.problem import Inputs, build
from recommender.planning.ways_out import ways_out

T = TypeVar("T")
HEADER = Header("t", AS_OF, "benchmark")
#: Every so many candidates is one of the stage to come.
NEXT_STAGE = 17


def main() -> None:
    arguments = _arguments()
    policy, console = rules(), Console()
    first = teacher(0, policy)
    _others(first, make(first, HEADER))
    table = Table(title="CPU ms")
    for name in ("", "n", "p50", "p90", "max"):
        table.add_column(name, justify="left" if not name else "right")
    shown: Counter[str] = Counter()
    _well(table, [teacher(number, policy) for number in range(arguments.teachers)], shown)
    tried: list[Relief] = []
    short = [teacher(number, policy, short=True) for number in range(arguments.short)]
    _short(table, short, tried)
    console.print(table)
    console.print(f"other plans shown: {dict(shown)}")
    enough = [each for each in tried if each.enough]
    exact = [each for each in enough if each.enough == each.amount]
    console.print(
        f"ways out tried: {len(tried)}, enough found: {len(enough)}, the least is: {len(exact)}"
    )


def _well(table: Table, teachers: Sequence[Inputs], shown: Counter[str]) -> None:
    plans = [_timed(lambda each=each: make(each, HEADER)) for each in teachers]
    pairs = [(each, plan) for each, (plan, _) in zip(teachers, plans, strict=True)]
    accounts = [_timed(lambda pair=pair: Account.of(*pair)) for pair in pairs]
    others = [_timed(lambda pair=pair: _others(*pair)) for pair in pairs]
    for found, _ in others:
        shown.update(each.change.code for each in found)
    for name, measured in (("plan", plans), ("account", accounts), ("three others", others)):
        _row(table, name, [ms for _, ms in measured])


def _short(table: Table, teachers: Sequence[Inputs], tried: list[Relief]) -> None:
    plans = [_timed(lambda each=each: make(each, HEADER)) for each in teachers]
    problems = [build(each) for each in teachers]
    least = [_timed(lambda each=each: conflicts(each)) for each in problems]
    pairs = [(each, plan) for each, (plan, _) in zip(problems, plans, strict=True)]
    out = [_timed(lambda pair=pair: ways_out(*pair)) for pair in pairs]
    for found, _ in out:
        tried += [way for conflict in found for way in _tried(conflict)]
    for name, measured in (
        ("plan that falls short", plans),
        ("least amounts", least),
        ("ways out, tried", out),
    ):
        _row(table, name, [ms for _, ms in measured])


def _others(inputs: Inputs, plan: Plan) -> tuple[Alternative, ...]:
    to_come = frozenset(each.course for each in inputs.candidates[::NEXT_STAGE])
    return alternatives(inputs, HEADER, plan, 3, next_stage=to_come)


def _tried(conflict: Conflict) -> list[Relief]:
    """Leave out the hours of one year where every year's are asked for."""
    every_year = any(way.rule == "load" and not way.period for way in conflict.reliefs)
    return [
        way for way in conflict.reliefs if not (every_year and way.rule == "load" and way.period)
    ]


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    started = time.process_time()
    result = work()
    return result, 1000 * (time.process_time() - started)


def _row(table: Table, name: str, milliseconds: Sequence[float]) -> None:
    if milliseconds:
        figures = np.percentile(milliseconds, [50, 90, 100])
        table.add_row(name, str(len(milliseconds)), *(f"{each:,.0f}" for each in figures))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--teachers", type=int, default=40)
    parser.add_argument("--short", type=int, default=20)
    return parser.parse_args()


if __name__ == "__main__":
    main()
