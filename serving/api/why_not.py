"""Why a course is not in a teacher's list."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from recommender.placing import Place, barriers, place
from recommender.plans import check_course
from serving.advising import Window
from serving.api.cells import Id, Instant
from serving.api.context import Here, Platform, Service, TeacherId
from serving.api.list_queries import LONGEST_LIST
from serving.api.recommendations import WITHOUT_MODEL
from serving.api.rows import Answer
from serving.models import Loaded
from serving.snapshots import past

router = APIRouter(tags=["recommendations"])


class BarrierAnswer(Answer):
    """One rule that keeps the course from the teacher."""

    code: str
    zh: str
    en: str
    asked: Annotated[list[str], Field(description="what the course asks for, if it compares")]
    own: Annotated[list[str], Field(description="what the teacher has of it")]


class ShareAnswer(Answer):
    """What one scorer adds to the course, and to the last one of the list."""

    source: str
    own: float
    last: float


class PlaceAnswer(Answer):
    """Where the course stands among those that the teacher may be shown."""

    rank: Annotated[int, Field(description="from 1, before any place explores")]
    among: int
    score: float
    last_course_id: Annotated[str, Field(description="the last course of a list of `k`")]
    last_score: float
    shares: Annotated[
        list[ShareAnswer],
        Field(description="the widest difference first; together they are that of the scores"),
    ]


class WhyNot(Answer):
    """What rules the course out, or where it stands and what separates it from the list."""

    teacher_id: str
    course_id: str
    title_zh: str
    title_en: str
    as_of: Instant
    model_version: str
    k: int
    in_list: bool
    rules: Annotated[list[BarrierAnswer], Field(description="empty if none rules it out")]
    place: Annotated[PlaceAnswer | None, Field(description="null if a rule rules it out")]


@router.get("/teachers/{teacher_id}/why-not", responses=WITHOUT_MODEL)
def get_why_not(
    teacher_id: TeacherId,
    here: Here,
    caller: Platform,
    course_id: Annotated[Id, Query(description="the course that is missed", examples=["c-77"])],
    k: Annotated[int, Query(ge=1, le=LONGEST_LIST, description="length of the list")] = 10,
) -> WhyNot:
    """Say which rules keep a course from a teacher, or at which rank it stands and why not higher.

    Every rule that excludes it is told, in both languages, with what the course asks for and
    what the teacher has. A course that is not excluded has a rank; what each scorer adds to it is
    set beside what it adds to the last course of the list.
    """

    def answer(loaded: Loaded) -> WhyNot:
        return _why_not(loaded, here, caller.tenant, teacher_id, course_id, k)

    return here.canary.answer(caller.tenant, teacher_id, answer)


def _why_not(
    loaded: Loaded, here: Service, tenant: str, teacher_id: str, course_id: str, k: int
) -> WhyNot:
    with here.store.reading() as connection:
        window = Window(connection, tenant, here.shelves, loaded, here.clock(), here.skew)
        view = window.view(teacher_id)
        seen = past(window, teacher_id, view.as_of, "", None)
    check_course(view.dataset, course_id)
    found = barriers(view.dataset, teacher_id, course_id, view.as_of)
    stands = None
    if not found:
        number = view.dataset.courses.position(course_id)
        stands = place(seen.backdrop, seen.dossier, number, view.as_of, k)
    title_zh, title_en = seen.backdrop.titles[course_id]
    return WhyNot(
        teacher_id=teacher_id,
        course_id=course_id,
        title_zh=title_zh,
        title_en=title_en,
        as_of=view.as_of.to_pydatetime(),
        model_version=loaded.version,
        k=k,
        in_list=stands is not None and stands.rank <= k,
        rules=[BarrierAnswer.model_validate(each, from_attributes=True) for each in found],
        place=_place(stands) if stands else None,
    )


def _place(found: Place) -> PlaceAnswer:
    return PlaceAnswer(
        rank=found.rank,
        among=found.among,
        score=found.score,
        last_course_id=found.last,
        last_score=found.last_score,
        shares=[ShareAnswer.model_validate(each, from_attributes=True) for each in found.shares],
    )
