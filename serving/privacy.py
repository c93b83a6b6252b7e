"""What a teacher may ask of the service about themselves: see, correct, switch off, take, erase.

The platform's routes and the teacher's page call the same functions; ``by`` names who asks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa
from pydantic import ValidationError

from features.errors import InvalidData, Problem, Refused
from features.moments import instant
from features.tables import BY_NAME
from serving.advising import unknown_teacher
from serving.api.rows import State
from serving.store import audit
from serving.store.changes import Happened, News, tell
from serving.store.checks import Check
from serving.store.engine import Store
from serving.store.pseudonyms import bury, unearth
from serving.store.records import Record, to_datetime, to_values
from serving.store.rows import find, find_any, holds, lock
from serving.store.schema import DATA, LINKS, OF_TEACHER, SESSIONS, TENANT
from serving.store.tags import INTEREST, PERSONALISATION, own_tags, say, unsay
from serving.store.teachers import forget
from serving.store.tenants import find_tenant

TEACHERS: Final = BY_NAME["teachers"]
#: What is stated about a teacher and used in advising them.
STATED: Final = (
    *("career_stage", "phase", "subjects", "title", "role", "goals"),
    *("years_of_service", "locality", "key_county"),
)
#: Rules go by the others: those can be corrected, and not be left out.
SUPPRESSIBLE: Final = ("title", "goals")


@dataclass(frozen=True, slots=True)
class Whose:
    """A teacher, and who asks about them.

    Parameters
    ----------
    by
        The actor of the audit log.
    """

    tenant: str
    teacher_id: str
    by: str

    def deed(self, action: str, now: pd.Timestamp) -> audit.Deed:
        """Return what is written into the audit log."""
        return audit.Deed(self.by, action, self.teacher_id, now, (self.teacher_id,))


@dataclass(frozen=True, slots=True)
class Tag:
    """One thing that is used about a teacher.

    Parameters
    ----------
    kind
        ``stated`` by somebody, or ``inferred`` from what the teacher chose.
    value
        What is used; None where it is suppressed. Of an interest the number of choices.
    source
        ``platform``, ``teacher`` (corrected), ``history``, or ``suppressed``.
    """

    tag: str
    kind: str
    value: Any
    source: str


def tags_of(connection: sa.Connection, tenant: str, teacher_id: str, now: int) -> list[Tag]:
    """Return what is used about a teacher.

    Raises
    ------
    UnknownId
        If the tenant has no such teacher.
    """
    states = _states(connection, tenant, teacher_id)
    own = own_tags(connection, tenant, teacher_id)
    begun = [state for state in states if state["valid_from"] < now]
    values = to_values(TEACHERS, (begun or states)[-1])
    stated = [
        Tag(name, "stated", *_used(name, values.get(name), own))
        for name in STATED
        if values.get(name) is not None or name in own
    ]
    chosen = _chosen(connection, tenant, teacher_id)
    names = sorted({*chosen, *(tag for tag in own if tag.startswith(INTEREST))})
    inferred = [
        Tag(name, "inferred", None, "suppressed")
        if name in own
        else Tag(name, "inferred", chosen[name], "history")
        for name in names
    ]
    return stated + inferred


def correct(store: Store, whose: Whose, tag: str, value: Any, now: pd.Timestamp) -> None:
    """Use another value than the one stated; None lets what the platform states hold again.

    Raises
    ------
    InvalidData
        If the value breaks the data format.
    Refused
        If the tag is no stated one, other than to be let hold again.
    UnknownId
        If the tenant has no such teacher.
    """
    if value is not None and tag not in STATED:
        raise Refused(
            f"tag {tag!r}",
            expected=f"one of {', '.join(STATED)}",
            got="one that is inferred or unknown",
            remedy="suppress an interest instead",
        )
    with store.writing() as connection:
        _hold(connection, whose)
        if value is None:
            unsay(connection, whose.tenant, whose.teacher_id, tag)
        else:
            owner = find_tenant(connection, whose.tenant)
            given = {"teacher_id": whose.teacher_id, tag: _judged(tag, value)}
            row = Check(connection, owner, now).row(TEACHERS, given)
            say(connection, whose.tenant, whose.teacher_id, tag, row[tag], instant(now))
        audit.write(connection, whose.tenant, whose.deed("tag.correct", now))


def suppress(store: Store, whose: Whose, tag: str, now: pd.Timestamp) -> None:
    """Use a tag no longer: an interest is inferred from nothing, a stated value is left out.

    Raises
    ------
    Refused
        If rules go by it.
    UnknownId
        If the tenant has no such teacher.
    """
    if tag not in SUPPRESSIBLE and not (tag.startswith(INTEREST) and tag != INTEREST):
        raise Refused(
            f"tag {tag!r}",
            expected=f"{', '.join(SUPPRESSIBLE)}, or {INTEREST} and a domain",
            got="one that rules go by, or an unknown one",
            remedy="correct it if it is wrong, or switch personalisation off",
        )
    with store.writing() as connection:
        _hold(connection, whose)
        say(connection, whose.tenant, whose.teacher_id, tag, None, instant(now))
        audit.write(connection, whose.tenant, whose.deed("tag.suppress", now))


def is_personal(connection: sa.Connection, tenant: str, teacher_id: str, now: int) -> bool:
    """Say whether a teacher is advised personally.

    Raises
    ------
    UnknownId
        If the tenant has no such teacher.
    """
    states = _states(connection, tenant, teacher_id)
    own = own_tags(connection, tenant, teacher_id)
    if PERSONALISATION in own:
        return bool(own[PERSONALISATION])
    told = [
        state[PERSONALISATION]
        for state in states
        if state["valid_from"] < now and state[PERSONALISATION] is not None
    ]
    return bool(told[-1]) if told else True


def switch(store: Store, whose: Whose, on: bool, now: pd.Timestamp) -> None:
    """Let a teacher be advised personally, or not; in force on the very next request.

    The teacher's word wins over what a platform states before or after it.

    Raises
    ------
    UnknownId
        If the tenant has no such teacher.
    """
    with store.writing() as connection:
        _hold(connection, whose)
        say(connection, whose.tenant, whose.teacher_id, PERSONALISATION, on, instant(now))
        action = f"personalisation.{'on' if on else 'off'}"
        audit.write(connection, whose.tenant, whose.deed(action, now))


def everything_about(store: Store, whose: Whose, now: pd.Timestamp) -> dict[str, Any]:
    """Return all that the store holds about a teacher, table by table, as JSON can carry it.

    Raises
    ------
    UnknownId
        If the tenant has no such teacher.
    """
    tenant, teacher_id = whose.tenant, whose.teacher_id
    with store.writing() as connection:
        _hold(connection, whose)
        tables = {
            table.name: [
                _plain(row) for row in find(connection, table, tenant, teacher_id=teacher_id)
            ]
            for table in OF_TEACHER
            if table not in (LINKS, SESSIONS)  # keys to the door, and no data
        }
        used = tags_of(connection, tenant, teacher_id, instant(now))
        audit.write(connection, tenant, whose.deed("teacher.export", now))
        deeds = audit.about(connection, tenant, teacher_id)
    return {
        "teacher_id": teacher_id,
        "made_at": now.isoformat(),
        "tables": tables,
        "tags": [
            {"tag": t.tag, "kind": t.kind, "value": t.value, "source": t.source} for t in used
        ],
        "audit": [
            {"at": deed.at.isoformat(), "actor": deed.actor, "action": deed.action}
            for deed in deeds
        ],
    }


def erase(store: Store, whose: Whose, now: pd.Timestamp) -> str:
    """Delete all about a teacher for good, and return the pseudonym on the tombstone.

    Nothing about the id is taken any more: not from a platform, nor an import.

    Raises
    ------
    UnknownId
        If the tenant has no such teacher.
    """
    with store.writing() as connection:
        _hold(connection, whose)
        forget(connection, whose.tenant, whose.teacher_id)
        stone = bury(connection, whose.tenant, whose.teacher_id, instant(now))
        deed = audit.Deed(whose.by, "teacher.erase", audit.MARK + stone, now)
        audit.write(connection, whose.tenant, deed)
        # By the name that the answer tells: the id itself is to be nowhere any more.
        tell(connection, whose.tenant, [News(Happened.TEACHER_ERASED, audit.MARK + stone)], now)
    return stone


def register_anew(store: Store, whose: Whose, now: pd.Timestamp) -> None:
    """Take a teacher's tombstone away: the id can be put again.

    Raises
    ------
    UnknownId
        If there is none.
    """
    with store.writing() as connection:
        if not unearth(connection, whose.tenant, whose.teacher_id):
            raise unknown_teacher(whose.teacher_id)
        audit.write(connection, whose.tenant, whose.deed("teacher.register", now))


def _judged(tag: str, value: Any) -> Any:
    """Return a value of the type and range that are declared of its column."""
    try:
        return getattr(State.model_validate({tag: value}), tag)
    except ValidationError as error:
        told = "; ".join(fault["msg"] for fault in error.errors())
        raise InvalidData([Problem("teachers", 0, tag, "", told)]) from error


def _hold(connection: sa.Connection, whose: Whose) -> None:
    lock(connection, whose.tenant, "teachers", whose.teacher_id)
    if not holds(connection, DATA["teachers"], whose.tenant, teacher_id=whose.teacher_id):
        raise unknown_teacher(whose.teacher_id)


def _states(connection: sa.Connection, tenant: str, teacher_id: str) -> list[Record]:
    states = find(connection, DATA["teachers"], tenant, teacher_id=teacher_id)
    if not states:
        raise unknown_teacher(teacher_id)
    return states


def _used(name: str, value: Any, own: Mapping[str, Any]) -> tuple[Any, str]:
    if name not in own:
        return value, "platform"
    if own[name] is None:
        return None, "suppressed"
    return to_values(TEACHERS, {**_EMPTY, name: own[name]})[name], "teacher"


def _chosen(connection: sa.Connection, tenant: str, teacher_id: str) -> Counter[str]:
    """Return tag -> in how many courses of the domain the teacher did something."""
    events = find(connection, DATA["events"], tenant, teacher_id=teacher_id)
    courses = sorted({event["course_id"] for event in events})
    found = find_any(connection, DATA["courses"], tenant, "course_id", courses)
    return Counter(f"{INTEREST}{row['domain']}" for row in found if row["domain"])


_EMPTY: Final[Mapping[str, Any]] = {column.name: None for column in TEACHERS.columns}


def _plain(row: Record) -> dict[str, Any]:
    told = {name: value for name, value in row.items() if name != TENANT and value is not None}
    return {name: _told(name, value) for name, value in told.items()}


def _told(name: str, value: Any) -> Any:
    if isinstance(value, int) and name.endswith(("_at", "valid_from", "as_of")):
        return to_datetime(value).isoformat() if value > 0 else None
    return value.isoformat() if hasattr(value, "isoformat") else value
