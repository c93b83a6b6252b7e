"""Measures of teachers, in JSON: diagnoses of their competencies."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from features.tables import BY_NAME
from serving.api.cells import LONGEST_LIST
from serving.api.rows import Answer, Body, Page, row_model

_NAMED = {"teacher_id", "competency"}
_MEASURE: Any = row_model("_Measure", BY_NAME["diagnoses"], Body, _NAMED)
_MEASURE_SEEN: Any = row_model("_MeasureSeen", BY_NAME["diagnoses"], Answer, _NAMED)
_EXAMPLE: dict[str, Any] = {
    "diagnosed_at": "2026-03-02T09:00:00+08:00",
    "level": 2.5,
    "uncertainty": 0.4,
    "framework": "guide-2020",
    "instrument": "self-report",
}


class Measure(_MEASURE):
    """One level that was measured 测评结果."""


class MeasureBody(_MEASURE):
    """A level that was measured now; those before it stay 测评结果."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})


class DiagnosisBody(Body):
    """All levels that were measured of a teacher in a competency."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"measures": [_EXAMPLE]}]})
    measures: Annotated[list[Measure], Field(min_length=1, max_length=LONGEST_LIST)]


class MeasureSeen(_MEASURE_SEEN):
    """One level that was measured."""


class Diagnosis(Answer):
    """A teacher's levels in a competency, the oldest first."""

    teacher_id: str
    competency: str
    measures: list[MeasureSeen]


class Diagnoses(Page):
    """Diagnoses, in the order of teachers and competencies."""

    items: list[Diagnosis]
