"""Plans that really differ: the same inputs with one stated change each, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from recommender.planning.explain import Sentence
from recommender.planning.figures import FACE_TO_FACE, Figure, Figures, first_year, hours_in
from recommender.planning.plan import Header, Plan, make
from recommender.planning.problem import Inputs
from recommender.planning.solve import Effort

#: Two plans that share at least this part of their courses, year by year, are shown once.
ALIKE = 0.9
#: Parts of the first year's hours that a lighter one is tried with, lightest first.
LIGHTER = (Decimal("0.5"), Decimal("0.75"))
#: What a face-to-face course, or one of the next stage at once, gains: half of the best utility.
FAVOUR = 0.5
#: What a year's delay takes from a utility where what comes early counts most.
IMPATIENT = 0.8


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another plan for the same teacher.

    Parameters
    ----------
    change
        What is different in what was asked; its code names the alternative.
    plan
        Legal as the main plan is, and no less complete; its gap is that of its own objective.
    figures
        What tells it from the main plan, the same for every alternative.
    """

    change: Sentence
    plan: Plan
    figures: tuple[Figure, ...]


def alternatives(
    inputs: Inputs,
    header: Header,
    main: Plan,
    most: int,
    *,
    next_stage: frozenset[str] = frozenset(),
    effort: Effort | None = None,
) -> tuple[Alternative, ...]:
    """Return up to ``most`` plans that differ from the main plan and from each other.

    In the order: a lighter first year, more face-to-face, faster to the next stage. One that
    would leave unmet what the main plan meets is not shown, nor one that is nearly another, nor
    one that does not come out as its name says.

    Parameters
    ----------
    main
        Made from these inputs.
    next_stage
        Courses for the career stage to come. Where no candidate is one, the third alternative
        earns credit as early as can be.
    """
    figures = Figures(inputs, main, next_stage)
    shown: list[Plan] = [main]
    found: list[Alternative] = []
    for variants in _changes(inputs, main, next_stage):
        if len(found) == most:
            break
        for change, changed in variants:
            plan = make(changed, header, effort)
            if _as_complete(plan, main):
                named = figures.keeps_its_word(plan, change.code)
                if named and not any(_alike(plan, each) for each in shown):
                    shown.append(plan)
                    found.append(Alternative(change, plan, figures.of(plan)))
                break
    return tuple(found)


def _changes(
    inputs: Inputs, main: Plan, next_stage: frozenset[str]
) -> Iterator[Iterator[tuple[Sentence, Inputs]]]:
    yield _lighter(inputs, main)
    yield _face_to_face(inputs)
    yield _faster(inputs, next_stage)


def _lighter(inputs: Inputs, main: Plan) -> Iterator[tuple[Sentence, Inputs]]:
    """Limit the hours of the first year to a part of what the main plan takes then."""
    year = first_year(inputs)
    hours = hours_in(inputs, main, year)
    others = tuple(each for each in inputs.limits.hours_in_year if each[0] != year)
    for part in LIGHTER:
        most = (part * hours).to_integral_value()
        limits = replace(inputs.limits, hours_in_year=(*others, (year, most)))
        yield (
            Sentence(
                "lighter_first_year",
                f"首年更轻：{year} 年度不超过 {most} 学时",
                f"Lighter first year: at most {most} hours in {year}",
            ),
            replace(inputs, limits=limits),
        )


def _face_to_face(inputs: Inputs) -> Iterator[tuple[Sentence, Inputs]]:
    """Let courses that are held face to face gain."""
    share = [
        np.mean([option.attributes.mode == FACE_TO_FACE for option in each.options])
        for each in inputs.candidates
    ]
    if any(share):
        yield (
            Sentence(
                "more_face_to_face",
                "更多面授：面授课程优先",
                "More face-to-face: such courses first",
            ),
            _favoured(inputs, np.array(share)[:, None]),
        )


def _faster(inputs: Inputs, next_stage: frozenset[str]) -> Iterator[tuple[Sentence, Inputs]]:
    """Let courses of the next stage, and what they need, come early; without one, all courses."""
    wanted = _with_prerequisites(inputs, next_stage)
    years = len(inputs.horizon.years)
    if wanted.any():
        early = (1 - np.arange(years) / years)[None, :]
        yield (
            Sentence(
                "faster_to_next_stage",
                "更快进入下一发展阶段：面向下一阶段的课程及其先修课程提前",
                "Faster to the next stage: its courses, and what they need, come earlier",
            ),
            _favoured(inputs, wanted[:, None] * early),
        )
    elif len(inputs.candidates):
        hurry = IMPATIENT ** np.arange(years)
        yield (
            Sentence(
                "earliest_credit", "更早取得学分：先学为上", "Earliest credit: sooner is better"
            ),
            replace(inputs, utility=(inputs.utility + _best(inputs)) * hurry),
        )


def _with_prerequisites(inputs: Inputs, wanted: frozenset[str]) -> NDArray[np.float64]:
    """Mark the candidates that are wanted or that a wanted one needs, shape (n_candidates,)."""
    needs = {each.course: each.prerequisites for each in inputs.candidates}
    marked, waiting = set(), [course for course in wanted if course in needs]
    while waiting:
        course = waiting.pop()
        if course not in marked:
            marked.add(course)
            waiting += [each for each in needs[course] if each in needs]
    return np.array([each.course in marked for each in inputs.candidates], dtype=np.float64)


def _best(inputs: Inputs) -> float:
    return float(inputs.utility.max(initial=0))


def _favoured(inputs: Inputs, weight: NDArray[np.float64]) -> Inputs:
    return replace(inputs, utility=inputs.utility + FAVOUR * _best(inputs) * weight)


def _as_complete(plan: Plan, main: Plan) -> bool:
    """Say whether a plan misses nothing that the main plan does not miss as much of."""
    missing = {(each.requirement, each.period): each for each in main.unmet}
    return {*plan.unkept} <= {*main.unkept} and all(
        (known := missing.get((each.requirement, each.period))) is not None
        and Decimal(each.missing) <= Decimal(known.missing)
        and Decimal(each.excess) <= Decimal(known.excess)
        for each in plan.unmet
    )


def _alike(one: Plan, other: Plan) -> bool:
    here, there = _places(one), _places(other)
    return len(here & there) >= ALIKE * len(here | there)


def _places(plan: Plan) -> set[tuple[str, str]]:
    return {(item.course, item.year) for item in plan.items}
