"""Places, as the platform reports them: how many there are, and who of the own teachers has one."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from features.labels import Label
from serving.desk.jurisdiction import Jurisdiction
from serving.desk.small_cells import Shown, shown, shown_total
from serving.store.records import Record
from serving.store.rows import CHUNK, find_any
from serving.store.schema import DATA, TENANT

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
    reached = _reached(connection, within, today)
    quotas = _quotas(connection, within)
    offerings = sorted({*reached, *quotas})
    found = find_any(connection, DATA["offerings"], within.tenant, "offering_id", offerings)
    return tuple(
        _seats(
            row,
            titles,
            quotas.get(row["offering_id"]),
            reached.get(row["offering_id"], Counter()),
            within.named,
        )
        for row in sorted(found, key=lambda row: row["offering_id"])
        if row["ends_on"] is None or row["ends_on"] >= today
    )


def _seats(
    row: Record,
    titles: Mapping[str, Label],
    quota: int | None,
    reached: Counter[str],
    named: bool,
) -> Seats:
    counts = [sum(reached[state] for state in states) for states in STANDINGS.values()]
    return Seats(
        row["offering_id"],
        titles.get(row["course_id"], (row["course_id"], row["course_id"])),
        row["capacity"],
        quota,
        tuple(counts) if named else shown(counts),
        sum(counts) if named else shown_total(counts),
    )


def _reached(
    connection: sa.Connection, within: Jurisdiction, today: dt.date
) -> dict[str, Counter[str]]:
    """Return offering -> the latest states of its enrolments, of those that are not over."""
    enrolments, offerings = DATA["enrolments"], DATA["offerings"]
    of_offering = sa.and_(
        offerings.c[TENANT] == enrolments.c[TENANT],
        offerings.c.offering_id == enrolments.c.offering_id,
    )
    columns = (enrolments.c.teacher_id, enrolments.c.offering_id, enrolments.c.state)
    ends_on = offerings.c.ends_on
    query = (
        sa.select(*columns)
        .join(offerings, of_offering)
        .where(enrolments.c[TENANT] == within.tenant, ends_on.is_(None) | (ends_on >= today))
        .order_by(enrolments.c.decided_at)
    )
    latest: dict[tuple[str, str], str] = {}
    for start in range(0, len(within.teachers), CHUNK):
        own = enrolments.c.teacher_id.in_(within.teachers[start : start + CHUNK])
        for teacher, offering, state in connection.execute(query.where(own)):
            latest[teacher, offering] = state
    found: dict[str, Counter[str]] = {}
    for (_, offering), state in latest.items():
        found.setdefault(offering, Counter())[state] += 1
    return found


def _quotas(connection: sa.Connection, within: Jurisdiction) -> dict[str, int]:
    places: Sequence[str] = sorted(within.labels)
    rows = find_any(connection, DATA["quotas"], within.tenant, "organisation_id", places)
    found: dict[str, int] = {}
    for row in rows:
        found[row["offering_id"]] = found.get(row["offering_id"], 0) + int(row["seats"])
    return found
