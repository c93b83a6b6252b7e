"""Why a course is not in the list: by the same rules, and in the same words, as the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from fastapi import APIRouter, Query, Request, Response

from features.dossiers import Dossier
from features.labels import Label
from recommender.placing import Barrier, barriers, place
from recommender.wanted import folded
from serving.advising import View
from serving.api.context import Here
from serving.web.cards import LONGEST, LONGEST_TEXT
from serving.web.failing import PageRoute
from serving.web.language import Language, language_of
from serving.web.pages import show
from serving.web.sight import view_of
from serving.web.visitor import Visiting

#: So many courses are told of, the first of the catalogue whose title fits.
MOST: Final = 8
#: Rule -> the column whose words it compares.
_COLUMNS: Final = {
    "other_phase": "phase",
    "other_stage": "career_stage",
    "other_subject": "subjects",
    "other_role": "role",
}
router = APIRouter(include_in_schema=False, route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of one course.

    Parameters
    ----------
    why
        Every rule that keeps it from the teacher, with what it asks for in words.
    rank
        Its place in the list where none does, from 1; 0 where it has none.
    """

    title: Label
    why: Sequence[tuple[Barrier, str]]
    rank: int


@router.get("/why-not")
def get_why_not(
    request: Request,
    visitor: Visiting,
    here: Here,
    q: Annotated[str, Query(max_length=LONGEST_TEXT)] = "",
) -> Response:
    """Say what keeps a course out of the list, of the courses whose title holds some words."""
    view, reader = view_of(here, visitor), language_of(request)
    facets, words = view.backdrop.facets(), folded(q).split()
    fits = [bool(words) and all(word in name for word in words) for name in facets.names]
    told = [_told(view, int(number), reader) for number in np.flatnonzero(fits)[:MOST]]
    return show(request, visitor, "why_not.html", q=q, told=told)


def _told(view: View, course: int, reader: Language) -> Told:
    course_id = str(view.dataset.courses.ids[course])
    title = view.backdrop.titles[course_id]
    found = barriers(view.dataset, view.teacher_id, course_id, view.as_of)
    if found:
        return Told(title, [(each, _asked(each, view, reader)) for each in found], 0)
    dossier = Dossier.of(view.dataset, view.teacher_id)
    stands = place(view.backdrop, dossier, course, view.as_of, LONGEST)
    return Told(title, (), stands.rank if stands else 0)


def _asked(barrier: Barrier, view: View, reader: Language) -> str:
    """Return what the course asks for, in words; empty where that says nothing."""
    if barrier.code == "prerequisite_missing":
        lacking = [each for each in barrier.asked if each not in barrier.own]
        found = [reader.pick(*view.backdrop.titles.get(each, (each, each))) for each in lacking]
    elif column := _COLUMNS.get(barrier.code, ""):
        found = [reader.word(column, each) for each in barrier.asked]
    else:
        found = []
    return reader.listed(found)
