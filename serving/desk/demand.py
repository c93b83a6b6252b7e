"""What plans ask of the next terms: which courses, when, and for how many."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from features.labels import Label
from recommender.planning import policy
from recommender.planning.terms import Period
from serving.desk.small_cells import Shown, few, shown
from serving.plans import StoredPlan
from serving.takeaway.sheet import terms_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many teachers' plans hold a course.

    Parameters
    ----------
    by_term
        In the order of :attr:`Demand.terms`; None where they are too few to be told.
    total
        Their sum: a teacher counts once for each term.
    """

    course: str
    title: Label
    by_term: tuple[Shown, ...]
    total: Shown


@dataclass(frozen=True, slots=True)
class Demand:
    """The demand of a jurisdiction, the most wanted course first; few are told last."""

    terms: tuple[Label, ...]
    courses: tuple[Wanted, ...]


def demand(
    plans: Iterable[StoredPlan],
    titles: Mapping[str, Label],
    today: dt.date,
    *,
    named: bool,
    folder: Path | None,
) -> Demand:
    """Count what plans hold in the terms that are not over.

    Parameters
    ----------
    named
        Whether small numbers may be told, for the teachers are known by name anyway.
    folder
        Of further policies beside those shipped.
    """
    who: dict[tuple[str, str], set[str]] = {}
    terms: dict[str, Period] = {}
    calendars: dict[tuple[str, dt.date], dict[str, Period]] = {}
    for each in plans:
        plan = each.plan
        calendar = (plan.policy, plan.as_of.date())
        if calendar not in calendars:
            rules = policy.load(plan.policy.partition("@")[0], folder)
            calendars[calendar] = terms_of(rules, plan)
        for item in plan.items:
            term = calendars[calendar].get(item.term)
            if term is not None and term.until > today:
                terms[term.key] = term
                who.setdefault((item.course, term.key), set()).add(plan.teacher_id)
    order = sorted(terms, key=lambda key: (terms[key].since, key))
    lines = (
        _wanted(course, titles, [who.get((course, key), set()) for key in order], named)
        for course in {course for course, _ in who}
    )
    return Demand(
        tuple((terms[key].zh, terms[key].en) for key in order),
        tuple(sorted(lines, key=lambda line: (-(line.total or 0), line.course))),
    )


def _wanted(
    course: str, titles: Mapping[str, Label], who: Sequence[set[str]], named: bool
) -> Wanted:
    counts = [len(each) for each in who]
    cells: tuple[Shown, ...] = tuple(counts) if named else shown(counts)
    # One person every year is one person.
    told = named or not few(len(set().union(*who)))
    return Wanted(
        course, titles.get(course, (course, course)), cells, sum(counts) if told else None
    )
