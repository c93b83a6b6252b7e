"""Places, as the platform reports them: how many there are, and who of the own teachers has one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from features.labels import Label
from serving.desk.jurisdiction import Jurisdiction
from serving.desk.small_cells import Shown, shown, shown_total
from serving.store.records import Record
from serving.store.rows import find_any
from serving.store.schema import DATA

#: Where an enrolment stands -> the platform's states that say so.
STANDINGS: Final[Mapping[str, frozenset[str]]] = {
    "wished": frozenset({"wished"}),
    "applied": frozenset({"applied", "school_approved", "authority_approved"}),
    "admitted": frozenset({"admitted", "attended", "completed", "no_show"}),
    "waitlisted": frozenset({"waitlisted"}),
    "refused": frozenset({"refused"}),
}


@dataclass(frozen=True, slots=True)
class Seats:
    """One offering that is not over.

    Parameters
    ----------
    capacity
        Of the whole offering; None where the platform does not say.
    quota
        Seats set apart for organisations of the jurisdiction; None where there are none.
    standings
        The own teachers in the order of ``STANDINGS``; None where they are too few to be told.
    total
        Of the own teachers who have to do with it.
    """

    offering: str
    title: Label
    capacity: int | None
    quota: int | None
    standings: tuple[Shown, ...]
    total: Shown


def seats(
    connection: sa.Connection, within: Jurisdiction, titles: Mapping[str, Label], today: dt.date
) -> tuple[Seats, ...]:
    """Return the offerings that are not over and that own teachers have to do with.

    Those with a quota for the jurisdiction are there even without anybody. Sorted by id.
    """
    reached = _reached(connection, within)
    quotas = _quotas(connection, within)
    offerings = sorted({offering for _, offering in reached} | set(quotas))
    found = find_any(connection, DATA["offerings"], within.tenant, "offering_id", offerings)
    return tuple(
        _seats(row, titles, quotas.get(row["offering_id"]), reached, within.named)
        for row in sorted(found, key=lambda row: row["offering_id"])
        if row["ends_on"] is None or row["ends_on"] >= today
    )


def _seats(
    row: Record,
    titles: Mapping[str, Label],
    quota: int | None,
    reached: Mapping[tuple[str, str], str],
    named: bool,
) -> Seats:
    here = [state for (_, offering), state in reached.items() if offering == row["offering_id"]]
    counts = [sum(state in states for state in here) for states in STANDINGS.values()]
    return Seats(
        row["offering_id"],
        titles.get(row["course_id"], (row["course_id"], row["course_id"])),
        row["capacity"],
        quota,
        tuple(counts) if named else shown(counts),
        sum(counts) if named else shown_total(counts),
    )


def _reached(connection: sa.Connection, within: Jurisdiction) -> dict[tuple[str, str], str]:
    """Return the latest state of each enrolment: (teacher, offering) -> state."""
    rows = find_any(connection, DATA["enrolments"], within.tenant, "teacher_id", within.teachers)
    in_order = sorted(rows, key=lambda row: int(row["decided_at"]))
    return {(row["teacher_id"], row["offering_id"]): str(row["state"]) for row in in_order}


def _quotas(connection: sa.Connection, within: Jurisdiction) -> dict[str, int]:
    places: Sequence[str] = sorted(within.labels)
    rows = find_any(connection, DATA["quotas"], within.tenant, "organisation_id", places)
    found: dict[str, int] = {}
    for row in rows:
        found[row["offering_id"]] = found.get(row["offering_id"], 0) + int(row["seats"])
    return found
