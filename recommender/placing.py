"""Where a course stands for a teacher: what rules it out, or what separates it from the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.dataset import Dataset
from features.dossiers import Dossier
from features.encoding import items
from features.labels import Label
from features.states import states_at
from recommender.backdrop import Backdrop
from recommender.eligibility import MATCHES, Eligibility
from recommender.planning.causes import RULES

#: What keeps a course out of a list, by the codes of ``recommender.eligibility``.
WHY: dict[str, Label] = RULES | {
    "done": ("您已完成", "you have done it"),
    "equivalent_done": ("您已完成同类等效课程", "you have done one that counts as the same"),
    "prerequisite_missing": ("先修课程尚未完成", "what it builds on is not done yet"),
}


@dataclass(frozen=True, slots=True)
class Barrier:
    """One rule that keeps a course from a teacher.

    Parameters
    ----------
    asked
        What the course asks for: words of a list, or courses to be done first; empty for rules
        that compare nothing.
    own
        What the teacher has of it.
    """

    code: str
    zh: str
    en: str
    asked: tuple[str, ...]
    own: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """What one scorer adds to a course, and to the last one of the list."""

    source: str
    own: float
    last: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where an eligible course stands among the eligible ones, before any place explores.

    Parameters
    ----------
    rank
        From 1.
    among
        How many are eligible.
    score, last_score
        Its own, and that of the last course of the list.
    last
        The last course of the list.
    shares
        What separates the two, the widest first: the differences add up to that of the scores.
    """

    rank: int
    among: int
    score: float
    last_score: float
    last: str
    shares: tuple[Share, ...]


def barriers(
    dataset: Dataset, teacher_id: str, course_id: str, as_of: pd.Timestamp
) -> tuple[Barrier, ...]:
    """Return every rule that keeps a course from a teacher; empty if none does.

    Raises
    ------
    UnknownId
        If there is no such teacher or course.
    """
    teacher, course = dataset.teachers.position(teacher_id), dataset.courses.position(course_id)
    rules = Eligibility.of(dataset, as_of)
    table = dataset.table("courses").set_index("course_id")
    state = states_at(dataset.table("teachers"), "teacher_id", as_of).loc[teacher_id]
    compared = {code: (of_course, of_teacher) for of_course, of_teacher, code in MATCHES}
    found = []
    for code in rules.why_not(teacher, course):
        asked: Sequence[str] = ()
        own: Sequence[str] = ()
        if code in compared:
            of_course, of_teacher = compared[code]
            asked = _words(table.at[course_id, of_course])
            own = _words(state["organisation_id" if of_teacher == "places" else of_teacher])
        elif code == "prerequisite_missing":
            asked = _words(table.at[course_id, "prerequisites"])
            taken = dataset.courses.outside(rules.completed[[teacher]].indices)
            own = sorted({*asked} & {*taken})
        found.append(Barrier(code, *WHY[code], tuple(asked), tuple(own)))
    return tuple(found)


def place(
    backdrop: Backdrop, dossier: Dossier, course: int, as_of: pd.Timestamp, k: int
) -> Place | None:
    """Return where a course stands, by position; None where it may not be shown."""
    seen = backdrop.see(dossier, as_of, explain=True)
    own = int(np.searchsorted(seen.chosen, course))
    if seen.asked is None or own >= len(seen.chosen) or seen.chosen[own] != course:
        return None
    order = np.argsort(-seen.scores[0], kind="stable")
    last = int(order[min(k, len(order)) - 1])
    mine, others = ({p.name or p.kind: p.value for p in seen.asked(at)} for at in (own, last))
    shares = [
        Share(name, mine.get(name, 0.0), others.get(name, 0.0)) for name in {**mine, **others}
    ]
    return Place(
        rank=1 + int(np.flatnonzero(order == own)[0]),
        among=len(order),
        score=float(seen.scores[0, own]),
        last_score=float(seen.scores[0, last]),
        last=str(backdrop.dataset.courses.ids[seen.chosen[last]]),
        shares=tuple(sorted(shares, key=lambda each: -abs(each.last - each.own))),
    )


def _words(cell: object) -> Sequence[str]:
    return () if pd.isna(cell) else items(str(cell))
