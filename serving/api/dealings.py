"""Rows about a teacher and an offering or a ledger, in JSON: enrolments and credit entries."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from features.tables import BY_NAME
from serving.api.cells import LONGEST_LIST
from serving.api.rows import Answer, Body, Page, row_model

_NAMED = {"teacher_id", "offering_id"}
_STATE: Any = row_model("_EnrolmentState", BY_NAME["enrolments"], Body, _NAMED)
_STATE_SEEN: Any = row_model("_EnrolmentStateSeen", BY_NAME["enrolments"], Answer, _NAMED)
_ENTRY: Any = row_model("_CreditEntry", BY_NAME["credits"], Body, ())
_ENTRY_SEEN: Any = row_model("_CreditEntrySeen", BY_NAME["credits"], Answer, ())

_WISHED: dict[str, Any] = {
    "state": "wished",
    "decided_at": "2026-03-02T09:00:00+08:00",
    "admission_mode": "open",
}
_ADMITTED: dict[str, Any] = {
    "state": "admitted",
    "decided_at": "2026-03-20T10:00:00+08:00",
    "admission_mode": "open",
    "decider": "county-330109",
}


class EnrolmentState(_STATE):
    """One state that an enrolment has reached 报名状态."""


class EnrolmentBody(Body):
    """All states that an enrolment has reached, each with its time."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"states": [_WISHED, _ADMITTED]}]})
    states: Annotated[list[EnrolmentState], Field(min_length=1, max_length=LONGEST_LIST)]


class EnrolmentStateBody(_STATE):
    """A state that an enrolment has reached now; those before it stay 报名状态."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ADMITTED]})


class EnrolmentStateSeen(_STATE_SEEN):
    """One state that an enrolment has reached."""


class Enrolment(Answer):
    """A teacher in an offering: all states, the oldest first."""

    teacher_id: str
    offering_id: str
    states: list[EnrolmentStateSeen]


class Enrolments(Page):
    """Enrolments, in the order of teachers and offerings."""

    items: list[Enrolment]


class CreditBody(_ENTRY):
    """One line of the append-only ledger 学分记录.

    What a teacher brings along from elsewhere is an entry of the kind ``opening``; a mistake is put
    right by one of the kind ``correction``, whose amount may be negative. ``recorded_at`` is when
    the service learned of it, unless a platform that hands over its past says otherwise.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "entry_id": "l-2026-000017",
                    "teacher_id": "t-1001",
                    "kind": "opening",
                    "earned_on": "2025-12-31",
                    "amount": 96,
                    "unit": "hour",
                    "authority": "county-330109",
                }
            ]
        }
    )


class CreditEntry(_ENTRY_SEEN):
    """One line of the ledger."""


class CreditEntries(Page):
    """Lines of the ledger, in the order of their ids."""

    items: list[CreditEntry]
