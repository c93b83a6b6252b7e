"""Parts of offerings: their stages in time, and the seats that organisations have in them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Response, status
from pydantic import ConfigDict, Field

from features.tables import BY_NAME
from serving.api.cells import LONGEST_LIST
from serving.api.conditions import Conditional
from serving.api.context import Here, OfferingId, Platform
from serving.api.entities import CHANGED, GIVEN, Desk, Entity
from serving.api.rows import Answer, Body, row_model
from serving.store.rows import delete
from serving.store.schema import DATA

_STAGE: Any = row_model("_Stage", BY_NAME["offering_stages"], Body, {"offering_id"})
_STAGE_SEEN: Any = row_model("_StageSeen", BY_NAME["offering_stages"], Answer, {"offering_id"})
_QUOTA: Any = row_model("_Quota", BY_NAME["quotas"], Body, {"offering_id"})
_QUOTA_SEEN: Any = row_model("_QuotaSeen", BY_NAME["quotas"], Answer, {"offering_id"})
_FIRST: dict[str, Any] = {
    "stage": 1,
    "starts_on": "2026-07-06",
    "ends_on": "2026-07-10",
    "mode": "face_to_face",
}
_SEATS: dict[str, Any] = {"organisation_id": "county-330109", "group": "all", "seats": 12}


class Stage(_STAGE):
    """A part of an offering with days and a mode of its own 培训阶段."""


class StagesBody(Body):
    """All stages of an offering."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"stages": [_FIRST]}]})
    stages: Annotated[list[Stage], Field(min_length=1, max_length=LONGEST_LIST)]


class StageSeen(_STAGE_SEEN):
    """A part of an offering."""


class Stages(Answer):
    """All stages of an offering, in their order."""

    offering_id: str
    stages: list[StageSeen]


class Quota(_QUOTA):
    """Seats of an organisation and a group 名额指标."""


class QuotasBody(Body):
    """All quotas of an offering."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"quotas": [_SEATS]}]})
    quotas: Annotated[list[Quota], Field(min_length=1, max_length=LONGEST_LIST)]


class QuotaSeen(_QUOTA_SEEN):
    """Seats of an organisation and a group."""


class Quotas(Answer):
    """All quotas of an offering."""

    offering_id: str
    quotas: list[QuotaSeen]


STAGES = Entity(
    BY_NAME["offering_stages"], ("offering_id",), StagesBody, Stages, "stages of", rows="stages"
)
QUOTAS = Entity(BY_NAME["quotas"], ("offering_id",), QuotasBody, Quotas, "quotas of", rows="quotas")
router = APIRouter(prefix="/offerings/{offering_id}", tags=["catalogue"])


@router.put("/stages", **GIVEN, responses={201: {"model": Stages}, **CHANGED})
def put_stages(
    offering_id: OfferingId,
    body: StagesBody,
    conditions: Conditional,
    here: Here,
    caller: Platform,
    response: Response,
) -> Stages:
    """Replace all stages of an offering, or add them (201); plans keep to their days."""
    desk = Desk(STAGES, here, caller)
    return desk.put({"offering_id": offering_id}, body, conditions, response)


@router.get("/stages", **GIVEN)
def get_stages(offering_id: OfferingId, here: Here, caller: Platform, response: Response) -> Stages:
    """Return the stages of an offering; 404 if it has none."""
    return Desk(STAGES, here, caller).get({"offering_id": offering_id}, response)


@router.delete("/stages", status_code=status.HTTP_204_NO_CONTENT, responses=CHANGED)
def delete_stages(
    offering_id: OfferingId, conditions: Conditional, here: Here, caller: Platform
) -> None:
    """Delete the stages of an offering, which then has only its first and last day."""
    ident, table = {"offering_id": offering_id}, DATA["offering_stages"]
    desk = Desk(STAGES, here, caller)
    desk.delete(ident, conditions, lambda c: delete(c, table, caller.tenant, **ident))


@router.put("/quotas", **GIVEN, responses={201: {"model": Quotas}, **CHANGED})
def put_quotas(
    offering_id: OfferingId,
    body: QuotasBody,
    conditions: Conditional,
    here: Here,
    caller: Platform,
    response: Response,
) -> Quotas:
    """Replace all quotas of an offering, or add them (201); their organisations must be there."""
    desk = Desk(QUOTAS, here, caller)
    return desk.put({"offering_id": offering_id}, body, conditions, response)


@router.get("/quotas", **GIVEN)
def get_quotas(offering_id: OfferingId, here: Here, caller: Platform, response: Response) -> Quotas:
    """Return the quotas of an offering; 404 if it has none."""
    return Desk(QUOTAS, here, caller).get({"offering_id": offering_id}, response)


@router.delete("/quotas", status_code=status.HTTP_204_NO_CONTENT, responses=CHANGED)
def delete_quotas(
    offering_id: OfferingId, conditions: Conditional, here: Here, caller: Platform
) -> None:
    """Delete the quotas of an offering, whose seats are then everybody's."""
    ident, table = {"offering_id": offering_id}, DATA["quotas"]
    desk = Desk(QUOTAS, here, caller)
    desk.delete(ident, conditions, lambda c: delete(c, table, caller.tenant, **ident))
