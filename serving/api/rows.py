"""Rows of tables in JSON, made from the declarations of the tables."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from features.declaration import Column, Table
from features.tables import BY_NAME
from serving.api.cells import LONGEST_LIST, LONGEST_TEXT, LONGEST_WORD, Id, cell


class Body(BaseModel):
    """Of what is sent, nothing unknown is accepted: a misspelt name would be lost silently."""

    model_config = ConfigDict(extra="forbid")


class Answer(BaseModel):
    """Of what is answered, clients ignore what they do not know: fields may be added."""


class Page(Answer):
    """Some of what there is, in order."""

    next_cursor: str | None = Field(None, description="send it as `cursor`; left out: no more")


def row_model(name: str, table: Table, base: type[BaseModel], leave_out: Collection[str]) -> Any:
    """Return the model of a table's rows.

    Parameters
    ----------
    leave_out
        Columns that the address gives or the service fills.
    """
    fields: dict[str, Any] = {
        column.name: _field(column) for column in table.columns if column.name not in leave_out
    }
    return create_model(name, __base__=base, **fields)


def _field(column: Column) -> tuple[Any, Any]:
    about = f"{column.about} {column.about_zh}"
    if column.codes:
        about += f" ({', '.join(column.codes)})"
    if column.required:
        return cell(column), Field(description=about)
    if column.default:
        about += f"; default {column.default}"
    return cell(column) | None, Field(None, description=about)


_Name = Annotated[str, Field(strict=True, min_length=1, max_length=LONGEST_WORD)]
_Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
_Text = Annotated[str, Field(strict=True, max_length=LONGEST_TEXT, pattern=r"^[^\x00]*$")]


class _WithFeatures(Body):
    features: dict[_Name, _Number | _Text] | None = Field(
        None,
        max_length=LONGEST_LIST,
        description="further columns that the data set declares 自定义特征",
    )


class _WithFeaturesSeen(Answer):
    features: dict[str, float | str] | None = None


_STATE: Any = row_model("_State", BY_NAME["teachers"], _WithFeatures, {"teacher_id"})
_COURSE: Any = row_model("_Course", BY_NAME["courses"], _WithFeatures, {"course_id"})
_OFFERING: Any = row_model("_Offering", BY_NAME["offerings"], Body, {"offering_id"})
_EVENT: Any = row_model("_Event", BY_NAME["events"], Body, ())
_ORGANISATION_STATE: Any = row_model(
    "_OrganisationState", BY_NAME["organisations"], Body, {"organisation_id"}
)
_ORGANISATION_STATE_SEEN: Any = row_model(
    "_OrganisationStateSeen", BY_NAME["organisations"], Answer, {"organisation_id"}
)
_STATE_SEEN: Any = row_model("_StateSeen", BY_NAME["teachers"], _WithFeaturesSeen, {"teacher_id"})
_COURSE_SEEN: Any = row_model("_CourseSeen", BY_NAME["courses"], _WithFeaturesSeen, ())
_OFFERING_SEEN: Any = row_model("_OfferingSeen", BY_NAME["offerings"], Answer, ())


class State(_STATE):
    """One dated state of a teacher 教师状态."""


class TeacherBody(Body):
    """All states of a teacher; at any moment the latest that has begun is in force."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "states": [
                        {
                            "valid_from": "2022-09-01T00:00:00+08:00",
                            "career_stage": "novice",
                            "phase": "primary",
                            "subjects": ["语文"],
                            "locality": "rural",
                        },
                        {
                            "valid_from": "2025-09-01T00:00:00+08:00",
                            "career_stage": "developing",
                            "phase": "primary",
                            "subjects": ["语文", "道德与法治"],
                            "locality": "rural",
                        },
                    ]
                }
            ]
        }
    )
    states: Annotated[list[State], Field(min_length=1, max_length=LONGEST_LIST)]


class StateSeen(_STATE_SEEN):
    """One dated state of a teacher."""


class Teacher(Answer):
    """A teacher with all states, the oldest first."""

    teacher_id: str
    states: list[StateSeen]


class Teachers(Page):
    """Teachers, in the order of their ids."""

    items: list[Teacher]


class MergeBody(Body):
    """Which id a teacher goes on under."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"into": "t-1001"}]})
    into: Id


class Merged(Answer):
    """Where everything has gone."""

    teacher_id: str
    moved: Annotated[int, Field(description="rows that have changed hands")]


class OrganisationState(_ORGANISATION_STATE):
    """One dated state of an organisation 机构状态."""


class OrganisationBody(Body):
    """All states of an organisation, or the one state of which no date is known."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "states": [
                        {
                            "kind": "school",
                            "parent_id": "county-330109",
                            "name_zh": "实验小学",
                            "name_en": "Experimental Primary School",
                            "locality": "rural",
                        }
                    ]
                }
            ]
        }
    )
    states: Annotated[list[OrganisationState], Field(min_length=1, max_length=LONGEST_LIST)]


class OrganisationStateSeen(_ORGANISATION_STATE_SEEN):
    """One dated state of an organisation."""


class Organisation(Answer):
    """An organisation with all states, the oldest first."""

    organisation_id: str
    states: list[OrganisationStateSeen]


class Organisations(Page):
    """Organisations, in the order of their ids."""

    items: list[Organisation]


class CourseBody(_COURSE):
    """A course or programme 课程或项目."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title_zh": "小学语文群文阅读教学",
                    "title_en": "Teaching groups of texts in primary Chinese",
                    "subjects": ["语文"],
                    "phases": ["primary"],
                    "hours": 12,
                    "mode": "online",
                    "tier": "county",
                }
            ]
        }
    )


class Course(_COURSE_SEEN):
    """A course or programme."""


class Courses(Page):
    """Courses, in the order of their ids."""

    items: list[Course]


class OfferingBody(_OFFERING):
    """One run of a course; an empty cell takes the course's default 班次."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "course_id": "c-77",
                    "apply_from": "2026-03-01",
                    "apply_until": "2026-03-31",
                    "starts_on": "2026-04-10",
                    "ends_on": "2026-06-30",
                    "capacity": 60,
                    "url": "https://platform.example/enrol/c-77",
                }
            ]
        }
    )


class Offering(_OFFERING_SEEN):
    """One run of a course."""


class Offerings(Page):
    """Offerings, in the order of their ids."""

    items: list[Offering]


class EventBody(_EVENT):
    """Something that a teacher did with a course 学习事件.

    Without an ``event_id`` an event is known by its content: the same sent twice counts once.
    ``recorded_at`` is when the service learned of it, unless a platform that hands over its
    past says otherwise.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "event_id": "e-2026-000123",
                    "teacher_id": "t-1001",
                    "course_id": "c-77",
                    "kind": "completed",
                    "occurred_at": "2026-03-01T08:30:00+08:00",
                    "amount": 12,
                    "unit": "hour",
                }
            ]
        }
    )
