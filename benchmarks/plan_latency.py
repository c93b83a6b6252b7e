"""How long a plan takes and how good it is, against CP-SAT and HiGHS with the same limit.

Usage: python benchmarks/plan_latency.py [--teachers N] [--peers N] [--refined N] [--changed N]
    [--limit S]

200 simulated teachers, 200 candidates x 5 years x 2 terms, every kind of rule active; seeds and
generator are fixed (plans/teachers.py). CPU milliseconds, one thread, end to end: build, bound,
plan, check. The gap is (bound - value) / value over the gain of courses that are not in the plan
for a compulsory duty. The peers solve the first N teachers and get S seconds each for the search
alone; they need no bound from us. The first call, which compiles, is shown apart.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
from rich.console import Console
from rich.table import Table

from plans.solvers import PEERS
from plans.teachers import AS_OF, rules, teacher
from recommender.planning.conflict import conflicts
from recommender.planning.favours import UTILITY_STEPS
from recommender.planning.plan import Header, Plan, make
from recommender.planning.problem import Inputs, Problem, build
from recommender.planning.replan import Replanner
from recommender.planning.solve import Effort

T = TypeVar("T")
HEADER = Header("t", AS_OF, "benchmark")
#: What a plan of the best quality is asked for, within so many nodes: so near to the best of all
#: its courses that it is within half a percent over those that serve no compulsory duty.
REFINED = Effort(gap=0.004, nodes=60)


@dataclass(frozen=True, slots=True)
class Measured:
    """One teacher's plan: CPU milliseconds and the proven gap, both ``nan`` without a plan."""

    milliseconds: float
    gap: float
    complete: bool


def main() -> None:
    arguments = _arguments()
    console = Console(width=max(Console().width, 120))
    policy = rules()
    teachers = [teacher(number, policy) for number in range(arguments.teachers)]
    # As in the service: what is loaded before the first request is not looked through again.
    gc.collect()
    gc.freeze()
    first = _timed(lambda: make(teachers[0], HEADER))[1]
    console.print(f"the first plan of a process, compiled code loaded: {first:.0f} ms")
    table = Table(title=f"{arguments.teachers} teachers, 200 candidates x 5 years x 2 terms")
    for name in ("", "n", "p50 ms", "p90", "p99", "max", "gap mean", "gap max", "complete"):
        table.add_column(name, justify="left" if not name else "right")
    table.add_row("build alone", *_shown([_built(each) for each in teachers]))
    table.add_row("plan", *_shown([_planned(each, Effort()) for each in teachers]))
    some = teachers[: arguments.refined]
    table.add_row("refined plan", *_shown([_planned(each, REFINED) for each in some]))
    few = range(arguments.changed)
    table.add_row(
        "change: pin or ban", *_shown([each for n in few for each in _changed(teachers[n])])
    )
    short = [build(teacher(number, policy, short=True)) for number in few]
    table.add_row("why impossible", *_shown([_explained(each) for each in short]))
    for name, solve in PEERS.items():
        found = []
        for each in teachers[: arguments.peers]:
            answer = solve(build(each), arguments.limit)
            solved = bool(np.isfinite(answer.value))
            found.append(Measured(1000 * answer.seconds, answer.gap, solved))
        table.add_row(f"{name}, {arguments.limit:g} s", *_shown(found))
    console.print(table)


def _planned(inputs: Inputs, effort: Effort) -> Measured:
    plan, milliseconds = _timed(lambda: make(inputs, HEADER, effort))
    return Measured(
        milliseconds, (plan.bound - plan.objective) / _elective(inputs, plan), not plan.unmet
    )


def _built(inputs: Inputs) -> Measured:
    _, milliseconds = _timed(lambda: build(inputs))
    return Measured(milliseconds, np.nan, True)


def _changed(inputs: Inputs) -> list[Measured]:
    """Pin what is not in the plan and ban what is, four times."""
    rng = np.random.default_rng(len(inputs.ledger))
    planner = Replanner(inputs, HEADER)
    found = []
    for candidate in rng.choice(np.array(inputs.candidates, dtype=object), 4, replace=False):
        planned = any(item.course == candidate.course for item in planner.plan.items)
        work = planner.ban if planned else planner.pin
        change, milliseconds = _timed(partial(work, candidate.course))
        found.append(Measured(milliseconds, change.plan.gap, not change.plan.unmet))
    return found


def _explained(problem: Problem) -> Measured:
    found, milliseconds = _timed(lambda: conflicts(problem))
    return Measured(milliseconds, np.nan, not found)


def _elective(inputs: Inputs, plan: Plan) -> float:
    """Return the gain of a plan's courses that serve no compulsory duty, in thousandths."""
    number = {candidate.course: at for at, candidate in enumerate(inputs.candidates)}
    year = {each.key: at for at, each in enumerate(inputs.horizon.years)}
    compulsory = {each.requirement for each in plan.outcomes if each.compulsory}
    return float(
        sum(
            np.rint(UTILITY_STEPS * inputs.utility[number[item.course], year[item.year]])
            for item in plan.items
            if not any(name.split("@")[0] in compulsory for name in item.serves)
        )
    )


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    started = time.process_time()
    done = work()
    return done, 1000 * (time.process_time() - started)


def _shown(found: Sequence[Measured]) -> list[str]:
    if not found:
        return ["0"]
    taken = np.array([each.milliseconds for each in found])
    gaps = np.array([each.gap for each in found])
    share = np.mean([each.complete for each in found])
    known = gaps[np.isfinite(gaps)]
    quality = [f"{known.mean():.2%}", f"{known.max():.2%}"] if len(known) else ["", ""]
    spread = [f"{value:.1f}" for value in np.percentile(taken, [50, 90, 99, 100])]
    return [str(len(found)), *spread, *quality, f"{share:.1%}"]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--teachers", type=int, default=200)
    parser.add_argument("--peers", type=int, default=20, help="teachers whom the peers solve")
    parser.add_argument("--refined", type=int, default=40, help="teachers with a refined plan")
    parser.add_argument("--changed", type=int, default=40, help="teachers whose plans are changed")
    parser.add_argument("--limit", type=float, default=2.0, help="seconds for each peer")
    return parser.parse_args()


if __name__ == "__main__":
    main()
