"""What teachers have said about what is used about them; it wins over what others say.

A tag is a column of the teacher's states, or ``interest:`` and a domain, which is inferred from
the courses that the teacher chose. A corrected one has a value; one without is suppressed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from features.events import EventLog
from serving.store.records import Record
from serving.store.rows import delete, find, put
from serving.store.schema import TEACHER_TAGS, TENANT

INTEREST: Final = "interest:"
PERSONALISATION: Final = "personalisation"


def own_tags(connection: sa.Connection, tenant: str, teacher_id: str) -> dict[str, Any]:
    """Return tag -> the teacher's own cell as the store keeps it; None where suppressed."""
    rows = find(connection, TEACHER_TAGS, tenant, teacher_id=teacher_id)
    return {row["tag"]: _cell(row) for row in rows}


def all_tags(connection: sa.Connection, tenant: str) -> dict[str, dict[str, Any]]:
    """Return teacher -> tag -> cell, of all teachers who have said something."""
    found: dict[str, dict[str, Any]] = {}
    for row in find(connection, TEACHER_TAGS, tenant):
        found.setdefault(row["teacher_id"], {})[row["tag"]] = _cell(row)
    return found


def say(
    connection: sa.Connection, tenant: str, teacher_id: str, tag: str, value: Any, now: int
) -> None:
    """Keep what a teacher says of a tag: a corrected cell, or None to suppress it."""
    row = {TENANT: tenant, "teacher_id": teacher_id, "tag": tag, "changed_at": now}
    text = None if value is None else json.dumps(value, ensure_ascii=False)
    put(connection, TEACHER_TAGS, [row | {"value": text}])


def unsay(connection: sa.Connection, tenant: str, teacher_id: str, tag: str) -> None:
    """Forget what a teacher has said of a tag: what others say holds again."""
    delete(connection, TEACHER_TAGS, tenant, teacher_id=teacher_id, tag=tag)


def corrected(states: Sequence[Record], tags: Mapping[str, Any]) -> list[Record]:
    """Return a teacher's states as the teacher wants them used."""
    cells = {tag: cell for tag, cell in tags.items() if not tag.startswith(INTEREST)}
    return [state | cells for state in states]


def without_interest(
    log: EventLog, domains: NDArray[np.object_], tags: Mapping[str, Any]
) -> EventLog:
    """Return events, those in courses of suppressed domains silent about taste.

    Parameters
    ----------
    domains
        Of each course of the data set, shape (n_courses,).
    """
    hidden = suppressed_domains(tags)
    if not hidden or not len(log):
        return log
    told = np.isin(domains[log.course].astype(str), sorted(hidden))
    return replace(log, silent=told)


def suppressed_domains(tags: Collection[str]) -> frozenset[str]:
    """Return the domains in which no interest is to be inferred."""
    return frozenset(tag.removeprefix(INTEREST) for tag in tags if tag.startswith(INTEREST))


def _cell(row: Record) -> Any:
    return None if row["value"] is None else json.loads(row["value"])
