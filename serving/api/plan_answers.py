"""What is asked of plans, and what is answered about them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import ConfigDict, Field

from recommender.planning.asked import Asked
from recommender.planning.plan import State
from serving.api.cells import LONGEST_LIST, Id, Instant
from serving.api.rows import Answer, Body

MOST_HOURS = 10_000
_Term = Annotated[str, Field(min_length=1, max_length=40, examples=["2027-spring"])]
_Hours = Annotated[Decimal, Field(ge=0, le=MOST_HOURS, max_digits=7, decimal_places=2)]
_Revision = Annotated[int, Field(ge=1, le=1_000_000)]


class Pin(Body):
    """A course that the teacher wants in the plan."""

    course_id: Id
    term: Annotated[_Term | None, Field(description="any when left out")] = None


class Preference(Body):
    """A term that would suit best, if the course is planned."""

    course_id: Id
    term: _Term


class YearBan(Body):
    """A course to be kept out of one policy year."""

    course_id: Id
    year: _Term


class AskedBody(Body):
    """What a teacher asks of a plan, and under which rules."""

    policy: Annotated[
        str | None,
        Field(
            pattern="^[a-z0-9][a-z0-9_-]{0,63}$",
            description="when left out, the one in force for the teacher",
        ),
    ] = None
    pins: Annotated[list[Pin], Field(max_length=LONGEST_LIST)] = []
    bans: Annotated[list[Id], Field(max_length=LONGEST_LIST)] = []
    bans_in_year: Annotated[
        list[YearBan],
        Field(max_length=LONGEST_LIST, description="kept out of one year alone, by its key"),
    ] = []
    prefer: Annotated[list[Preference], Field(max_length=LONGEST_LIST)] = []
    hours_per_year: Annotated[
        _Hours | None, Field(description="the most hours in each policy year")
    ] = None
    hours_in_year: Annotated[
        dict[_Term, _Hours],
        Field(max_length=20, description="the most hours in single years, by the year's key"),
    ] = {}

    def asked(self) -> Asked:
        """Return it as planning knows it."""
        return Asked(
            pins=tuple((pin.course_id, pin.term or "") for pin in self.pins),
            bans=tuple(sorted(set(self.bans))),
            bans_in_year=tuple(sorted({(each.course_id, each.year) for each in self.bans_in_year})),
            prefer=tuple((each.course_id, each.term) for each in self.prefer),
            hours_per_year=self.hours_per_year,
            hours_in_year=tuple(sorted(self.hours_in_year.items())),
        )

    def courses(self) -> list[tuple[str, str]]:
        """Return every course that is named, with the field that names it."""
        return [
            *(("pins", each.course_id) for each in self.pins),
            *(("bans", each) for each in self.bans),
            *(("bans_in_year", each.course_id) for each in self.bans_in_year),
            *(("prefer", each.course_id) for each in self.prefer),
        ]


class PlanBody(AskedBody):
    """What a first plan is asked to heed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "policy": "national-2011",
                    "pins": [{"course_id": "c-77"}],
                    "bans": ["c-12"],
                    "hours_per_year": 90,
                }
            ]
        }
    )


class ChangeBody(AskedBody):
    """What is asked now; it goes before what was asked earlier of the same course or year."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"revision": 1, "pins": [{"course_id": "c-77", "term": "2027-spring"}]},
                {"revision": 2, "free": ["c-12"], "hours_in_year": {"2027": 40}},
            ]
        }
    )
    free: Annotated[
        list[Id],
        Field(max_length=LONGEST_LIST, description="courses whose earlier wishes are taken back"),
    ] = []
    revision: Annotated[
        _Revision | None,
        Field(description="the revision that was read; refused if it is no longer the latest"),
    ] = None

    def courses(self) -> list[tuple[str, str]]:
        """Return every course that is named, with the field that names it."""
        return [*AskedBody.courses(self), *(("free", each) for each in self.free)]


class StateBody(Body):
    """Where a plan goes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "submitted"}]})
    state: State


class PlanSentence(Answer):
    """One thing said in both languages; the code is stable."""

    code: str
    zh: str
    en: str


class PlannedCourse(Answer):
    """One course of a plan."""

    course_id: str
    title_zh: str
    title_en: str
    year: str
    term: str
    term_zh: str
    term_en: str
    offering_id: Annotated[str, Field(description="empty: not announced yet, expected 预计")]
    pinned: Annotated[bool, Field(description="whether it was asked for, there or in any term")]
    amount: Annotated[str, Field(description="in the plan's unit; decimal text, exact")]
    hours: str
    reasons: list[PlanSentence]


class Outcome(Answer):
    """One requirement of the policy in one period, amounts as exact decimal text."""

    requirement: str
    period: str
    unit: str
    earned: str
    planned: str
    needed: str
    missing: str
    compulsory: bool
    met: bool
    zh: str
    en: str


class PlanAnswer(Answer):
    """A teacher's plan for the rest of the cycle."""

    plan_id: str
    revision: int
    state: State
    teacher_id: str
    policy: str
    model_version: str
    as_of: Instant
    seed: int
    unit: str
    items: list[PlannedCourse]
    outcomes: Annotated[list[Outcome], Field(description="the credit sheet, plan included")]
    unmet: Annotated[list[Outcome], Field(description="what the plan leaves short")]
    unkept: Annotated[list[Pin], Field(description="pins that could not be kept")]
    assumed: Annotated[list[PlanSentence], Field(description="stages to come, taken for granted")]
    gap: Annotated[float, Field(description="proven distance to the best plan, 0 is none")]


class Revision(Answer):
    """One of the plans that a plan has been."""

    revision: int
    state: State
    made_at: Instant
    as_of: Instant
    policy: str
    model_version: str


class Revisions(Answer):
    """All of them, the first one first."""

    plan_id: str
    revisions: list[Revision]


class Moved(Answer):
    """A course that goes to another term."""

    course_id: str
    title_zh: str
    title_en: str
    before: str
    before_zh: str
    before_en: str
    after: str
    after_zh: str
    after_en: str


class Placed(Answer):
    """A course and its term."""

    course_id: str
    title_zh: str
    title_en: str
    term: str
    term_zh: str
    term_en: str


class DifferenceAnswer(Answer):
    """Where a plan differs from an earlier one."""

    kept: list[Placed]
    moved: list[Moved]
    dropped: list[Placed]
    added: list[Placed]
    sentences: list[PlanSentence]


class ChangeAnswer(Answer):
    """The changed plan, stored as a draft, and what is different in it."""

    plan: PlanAnswer
    difference: DifferenceAnswer


class Reasoned(Answer):
    """A planned course, why it is there and why then."""

    course_id: str
    term: str
    reasons: list[PlanSentence]


class WayOut(Answer):
    """What may give, and by how much."""

    rule: str
    of: str
    period: str
    unit: str
    amount: Annotated[str, Field(description="less is never enough")]
    enough: Annotated[str, Field(description="tried, and enough; empty where none was found")]
    zh: str
    en: str


class Explanation(Answer):
    """A plan accounted for."""

    courses: list[Reasoned]
    unkept: Annotated[list[PlanSentence], Field(description="why wishes are not kept")]
    binding: Annotated[list[PlanSentence], Field(description="what keeps it from suiting better")]
    ways_out: Annotated[list[list[WayOut]], Field(description="of each conflict, in order")]
    stuck: Annotated[list[PlanSentence], Field(description="what no way out helps")]


class Figure(Answer):
    """One figure of this plan and of another."""

    code: str
    zh: str
    en: str
    main: str
    here: str


class AlternativeAnswer(Answer):
    """Another plan; to have it, change the plan by what it asks."""

    code: str
    zh: str
    en: str
    figures: list[Figure]
    plan: PlanAnswer


class Alternatives(Answer):
    """Plans that really differ; those that would not are left out."""

    plan_id: str
    revision: int
    alternatives: list[AlternativeAnswer]
