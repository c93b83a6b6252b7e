"""Evaluations of offerings in four channels; none of them names a teacher.

A teacher's own rating is an event of the kind ``rated``, and that an evaluation was handed in is
kept on the enrolment.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response, status
from pydantic import ConfigDict

from features.codes import EVALUATION_CHANNELS
from features.tables import BY_NAME
from serving.api.cells import Id
from serving.api.conditions import Conditional
from serving.api.context import Here, Platform
from serving.api.entities import CHANGED, GIVEN, Cursor, Desk, Entity, Limit, Word
from serving.api.patching import Patch
from serving.api.rows import Answer, Body, Page, row_model
from serving.store.pages import Asked
from serving.store.rows import delete
from serving.store.schema import DATA

_NAMED = {"evaluation_id"}
_ROW: Any = row_model("_Evaluation", BY_NAME["evaluations"], Body, _NAMED)
_ROW_SEEN: Any = row_model("_EvaluationSeen", BY_NAME["evaluations"], Answer, ())


class EvaluationBody(_ROW):
    """What one channel says of an offering 评价: a value, and how many answers are behind it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "offering_id": "c-77-2026-autumn",
                    "channel": "anonymous",
                    "given_on": "2026-02-20",
                    "question": "usefulness",
                    "value": 4.6,
                    "answers": 38,
                }
            ]
        }
    )


class Evaluation(_ROW_SEEN):
    """What one channel says of an offering."""


class Evaluations(Page):
    """Evaluations, in the order of their ids."""

    items: list[Evaluation]


EVALUATIONS = Entity(
    BY_NAME["evaluations"], ("evaluation_id",), EvaluationBody, Evaluation, "evaluation"
)
ADDRESS = "/evaluations/{evaluation_id}"
EvaluationId = Annotated[Id, Path(description="evaluation 评价标识", examples=["v-2026-000017"])]
Channel = Literal[EVALUATION_CHANNELS]  # type: ignore[valid-type]
router = APIRouter(tags=["evaluations"])


@router.get("/evaluations", response_model=Evaluations, response_model_exclude_none=True)
def list_evaluations(
    here: Here,
    caller: Platform,
    *,
    limit: Limit = 50,
    cursor: Cursor = "",
    offering_id: Annotated[Id | None, Query()] = None,
    channel: Annotated[Channel | None, Query()] = None,
    question: Word = None,
) -> Any:
    """List evaluations, page by page."""
    equal = {"offering_id": offering_id, "channel": channel, "question": question}
    return Desk(EVALUATIONS, here, caller).list(Asked(equal, limit, cursor))


@router.put(ADDRESS, **GIVEN, responses={201: {"model": Evaluation}, **CHANGED})
def put_evaluation(
    evaluation_id: EvaluationId,
    body: EvaluationBody,
    conditions: Conditional,
    here: Here,
    caller: Platform,
    response: Response,
) -> Evaluation:
    """Replace an evaluation, or add it (201); its offering must be there."""
    desk = Desk(EVALUATIONS, here, caller)
    return desk.put({"evaluation_id": evaluation_id}, body, conditions, response)


@router.patch(ADDRESS, **GIVEN, responses=CHANGED)
def patch_evaluation(
    evaluation_id: EvaluationId,
    patch: Patch,
    conditions: Conditional,
    here: Here,
    caller: Platform,
    response: Response,
) -> Evaluation:
    """Change what is named of an evaluation that was seen."""
    desk = Desk(EVALUATIONS, here, caller)
    return desk.patch({"evaluation_id": evaluation_id}, patch, conditions, response)


@router.get(ADDRESS, **GIVEN)
def get_evaluation(
    evaluation_id: EvaluationId, here: Here, caller: Platform, response: Response
) -> Evaluation:
    """Return an evaluation."""
    return Desk(EVALUATIONS, here, caller).get({"evaluation_id": evaluation_id}, response)


@router.delete(ADDRESS, status_code=status.HTTP_204_NO_CONTENT, responses=CHANGED)
def delete_evaluation(
    evaluation_id: EvaluationId, conditions: Conditional, here: Here, caller: Platform
) -> None:
    """Delete an evaluation."""
    ident = {"evaluation_id": evaluation_id}
    table, tenant = DATA["evaluations"], caller.tenant
    desk = Desk(EVALUATIONS, here, caller)
    desk.delete(ident, conditions, lambda c: delete(c, table, tenant, **ident))
