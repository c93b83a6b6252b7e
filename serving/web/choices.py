"""What a teacher does with a course in the list: keeps it in mind, wants it, waves it off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from features.codes import DISMISSAL_REASONS
from features.dataset import Dataset
from serving.api.context import Service
from serving.store.changes import tell
from serving.store.checks import Check
from serving.store.events import EVENTS, Outcome, record, wishes, with_id
from serving.store.rows import find
from serving.store.schema import DATA
from serving.store.tenants import find_tenant
from serving.web.visitor import Visitor

#: What a teacher may do; the last of these is how matters stand, and it takes the others back.
KINDS: Final = ("saved", "selected", "dismissed", "withdrawn")
#: What ends it: a wish that was fulfilled is none any more.
_ENDS: Final = ("withdrawn", "started", "completed", "failed")
#: States of an enrolment that is under way.
_LIVE: Final = frozenset(
    ("applied", "school_approved", "authority_approved", "admitted", "waitlisted", "refused")
)
#: Without an order of their own, so that one press of a button is one event.
_PREFIX: Final = "page"


@dataclass(frozen=True, slots=True)
class Choice:
    """One press of a button.

    Parameters
    ----------
    press
        Names the press: sent again, it counts once.
    reason
        Why a course is waved off, one of :data:`features.codes.DISMISSAL_REASONS`; empty where
        nothing is said.
    """

    course_id: str
    kind: str
    press: str
    reason: str = ""

    def record(self, here: Service, visitor: Visitor) -> bool:
        """Store it as an event; say whether it is new.

        Raises
        ------
        InvalidData
            If there is no such course.
        """
        now = here.clock()
        teacher = visitor.teacher()
        event_id = f"{_PREFIX}-{self.press}"
        values = {
            "event_id": event_id,
            "teacher_id": teacher,
            "course_id": self.course_id,
            "kind": self.kind,
            "occurred_at": now,
            "recorded_at": now,
            "value": 1.0 + DISMISSAL_REASONS.index(self.reason) if self.reason else None,
        }
        with here.store.writing() as connection:
            if find(connection, DATA["events"], visitor.tenant, event_id=event_id):
                return False
            check = Check(connection, find_tenant(connection, visitor.tenant), now + here.skew)
            whole = {name: values.get(name) for name in EVENTS.names}
            event = with_id(check.row(EVENTS, whole))
            (outcome,) = record(connection, visitor.tenant, [event])
            tell(connection, visitor.tenant, wishes([event], [outcome]), now)
        here.metrics.recorded(outcome)
        return outcome is Outcome.RECORDED


def standing(dataset: Dataset) -> Mapping[str, str]:
    """Return course -> the last thing the teacher did with it here; of one teacher's events."""
    events = dataset.table("events")
    own = events[events["kind"].isin({*KINDS, *_ENDS})].sort_values(["occurred_at", "event_id"])
    last = own.groupby("course_id")["kind"].last()
    return {str(course): str(kind) for course, kind in last.items() if kind not in _ENDS}


def enrolled(dataset: Dataset) -> Mapping[str, str]:
    """Return offering -> the state of its enrolment that is under way, as the platform reports."""
    states = dataset.table("enrolments").sort_values("decided_at")
    latest = states.groupby("offering_id", sort=False)["state"].last()
    return {str(offering): str(state) for offering, state in latest.items() if state in _LIVE}


def titles_of(connection: sa.Connection, tenant: str, course_id: str) -> tuple[str, str]:
    """Return a course's titles, Chinese and English; empty where there are none."""
    rows = find(connection, DATA["courses"], tenant, course_id=course_id)
    return (rows[0]["title_zh"] or "", rows[0]["title_en"] or "") if rows else ("", "")
