"""Courses without a teacher: like one, or chosen by many."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from features.errors import InvalidSetting
from recommender.advise import titles
from recommender.plans import check_course
from recommender.similar import Similar, similar
from serving.api.answers import Reason
from serving.api.cached import UNCHANGED, KnownTags, cached
from serving.api.cells import Id
from serving.api.context import CourseId, Here, Platform
from serving.api.entities import Word
from serving.api.recommendations import WITHOUT_MODEL
from serving.api.rows import Answer
from serving.popular import CELL, Asked, popular
from serving.snapshots import Snapshot

LONGEST_LIST = 50
#: So long an answer may be kept, in seconds.
SIMILAR_SECONDS, POPULAR_SECONDS = 60, 300
#: Windows that choices are counted over, in days: few, lest two tell one teacher apart.
WINDOWS = (7, 30, 90, 365)
router = APIRouter(tags=["catalogue"])
Length = Annotated[int, Query(ge=1, le=LONGEST_LIST, description="length of the list")]


class SimilarCourse(Answer):
    """A course like the one asked about."""

    course_id: str
    title_zh: str
    title_en: str
    rank: int
    score: Annotated[float, Field(description="0 to 1; the values of the reasons add up to it")]
    reasons: list[Reason]


class SimilarCourses(Answer):
    """Courses like one, the most alike first."""

    course_id: str
    model_version: str
    items: list[SimilarCourse]


class PopularCourse(Answer):
    """A course, and how many chose it."""

    course_id: str
    title_zh: str
    title_en: str
    rank: int
    teachers: Annotated[int, Field(description=f"at least so many: in steps of {CELL}")]


class PopularCourses(Answer):
    """The courses that most teachers chose, the most first."""

    days: int
    smallest: Annotated[int, Field(description="what fewer teachers chose is left out")] = CELL
    items: list[PopularCourse]


@router.get("/courses/popular", response_model=PopularCourses, responses=UNCHANGED)
def get_popular_courses(
    here: Here,
    caller: Platform,
    *,
    k: Length = 10,
    days: Annotated[int, Query(description="counted over 7, 30, 90 or 365 days")] = 90,
    phase: Word = None,
    career_stage: Word = None,
    subject: Word = None,
    region: Annotated[
        Id | None, Query(description="an organisation: teachers in it and under it")
    ] = None,
    known: KnownTags = "",
) -> Response:
    """Return the courses that most teachers of a segment and region chose of late.

    Each teacher counts once for a course. Counts are rounded down to fives, and a course that
    fewer than five chose is left out, so that nobody's choice can be read off.
    """
    if days not in WINDOWS:
        raise InvalidSetting(
            "days", expected=f"one of {', '.join(map(str, WINDOWS))}", got=str(days)
        )
    asked = Asked(days, k, phase, career_stage, subject, region)
    with here.store.reading() as connection:
        counted = popular(connection, caller.tenant, asked, here.clock())
        shelf = Snapshot.of(connection, here.shelves, caller.tenant, ()).shelf
    names = titles(shelf.dataset)
    items = [
        PopularCourse(
            course_id=course_id,
            title_zh=names[course_id][0],
            title_en=names[course_id][1],
            rank=rank,
            teachers=teachers,
        )
        for rank, (course_id, teachers) in enumerate(counted, start=1)
    ]
    return cached(PopularCourses(days=days, items=items), known, POPULAR_SECONDS)


@router.get(
    "/courses/{course_id}/similar",
    response_model=SimilarCourses,
    responses=UNCHANGED | WITHOUT_MODEL,
)
def get_similar_courses(
    course_id: CourseId, here: Here, caller: Platform, k: Length = 10, known: KnownTags = ""
) -> Response:
    """Return the courses most like one, in content and in what was taken next, with reasons.

    Courses that are closed to all are left out; whom a course is for is not asked.
    """
    loaded, now = here.models.current(), here.clock()
    with here.store.reading() as connection:
        shelf = Snapshot.of(connection, here.shelves, caller.tenant, ()).shelf
    check_course(shelf.dataset, course_id)
    backdrop = shelf.backdrop(loaded, now)
    found = similar(backdrop, shelf.numbers[course_id], now, k)
    answer = SimilarCourses(
        course_id=course_id, model_version=loaded.version, items=[_item(each) for each in found]
    )
    return cached(answer, known, SIMILAR_SECONDS)


def _item(found: Similar) -> SimilarCourse:
    return SimilarCourse(
        course_id=found.course_id,
        title_zh=found.title[0],
        title_en=found.title[1],
        rank=found.rank,
        score=found.score,
        reasons=[Reason.model_validate(each, from_attributes=True) for each in found.reasons],
    )
