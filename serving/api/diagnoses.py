"""Diagnoses: the measured levels of teachers, from which the scorer ``need`` learns of gaps."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response, status

from features.tables import BY_NAME
from serving.api.cells import Id
from serving.api.conditions import Conditional
from serving.api.context import Here, Platform, TeacherId
from serving.api.entities import CHANGED, GIVEN, Cursor, Desk, Entity, Limit, Word
from serving.api.measures import Diagnoses, Diagnosis, DiagnosisBody, MeasureBody
from serving.api.patching import Patch
from serving.store.pages import Asked
from serving.store.rows import delete
from serving.store.schema import DATA

DIAGNOSES = Entity(
    BY_NAME["diagnoses"],
    ("teacher_id", "competency"),
    DiagnosisBody,
    Diagnosis,
    "diagnosis",
    rows="measures",
)
ADDRESS = "/diagnoses/{teacher_id}/{competency}"
Competency = Annotated[Id, Path(description="competency 能力代码", examples=["A1"])]
router = APIRouter(tags=["diagnoses"])


@router.get("/diagnoses", response_model=Diagnoses, response_model_exclude_none=True)
def list_diagnoses(
    here: Here,
    caller: Platform,
    *,
    limit: Limit = 50,
    cursor: Cursor = "",
    teacher_id: Annotated[Id | None, Query()] = None,
    competency: Word = None,
    framework: Word = None,
) -> Any:
    """List diagnoses, page by page."""
    equal = {"teacher_id": teacher_id, "competency": competency, "framework": framework}
    return Desk(DIAGNOSES, here, caller).list(Asked(equal, limit, cursor))


@router.put(ADDRESS, **GIVEN, responses={201: {"model": Diagnosis}, **CHANGED})
def put_diagnosis(
    teacher_id: TeacherId,
    competency: Competency,
    body: DiagnosisBody,
    *,
    conditions: Conditional,
    here: Here,
    caller: Platform,
    response: Response,
) -> Diagnosis:
    """Replace all measured levels of a teacher in a competency, or add them (201)."""
    ident = {"teacher_id": teacher_id, "competency": competency}
    return Desk(DIAGNOSES, here, caller).put(ident, body, conditions, response)


@router.patch(ADDRESS, **GIVEN, responses=CHANGED)
def patch_diagnosis(
    teacher_id: TeacherId,
    competency: Competency,
    patch: Patch,
    *,
    conditions: Conditional,
    here: Here,
    caller: Platform,
    response: Response,
) -> Diagnosis:
    """Replace the measured levels that were seen."""
    ident = {"teacher_id": teacher_id, "competency": competency}
    return Desk(DIAGNOSES, here, caller).patch(ident, patch, conditions, response)


@router.post(
    ADDRESS + "/measures",
    **GIVEN,
    status_code=status.HTTP_201_CREATED,
    responses={200: {"model": Diagnosis}, **CHANGED},
)
def post_measure(
    teacher_id: TeacherId,
    competency: Competency,
    body: MeasureBody,
    *,
    conditions: Conditional,
    here: Here,
    caller: Platform,
    response: Response,
) -> Diagnosis:
    """Add a level that was measured (201); 200 if it was known."""
    ident = {"teacher_id": teacher_id, "competency": competency}
    desk = Desk(DIAGNOSES, here, caller)
    return desk.add_state(ident, body.model_dump(), conditions, response)


@router.get(ADDRESS, **GIVEN)
def get_diagnosis(
    teacher_id: TeacherId, competency: Competency, here: Here, caller: Platform, response: Response
) -> Diagnosis:
    """Return a teacher's measured levels in a competency, the oldest first."""
    ident = {"teacher_id": teacher_id, "competency": competency}
    return Desk(DIAGNOSES, here, caller).get(ident, response)


@router.delete(ADDRESS, status_code=status.HTTP_204_NO_CONTENT, responses=CHANGED)
def delete_diagnosis(
    teacher_id: TeacherId,
    competency: Competency,
    conditions: Conditional,
    here: Here,
    caller: Platform,
) -> None:
    """Delete all measured levels of a teacher in a competency."""
    ident = {"teacher_id": teacher_id, "competency": competency}
    desk, table = Desk(DIAGNOSES, here, caller), DATA["diagnoses"]
    desk.delete(ident, conditions, lambda c: delete(c, table, caller.tenant, **ident))
