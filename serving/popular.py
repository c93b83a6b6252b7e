"""What many chose of late: counted in the store, rounded so that no one shows through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from features.codes import CHOICE_KINDS, SELF_SELECTED_MODES
from features.moments import instant
from serving.store.schema import DATA, TENANT

#: Fewer teachers than this are not told of, and counts are told in steps of it.
CELL = 5
TEACHERS, EVENTS, ORGANISATIONS = DATA["teachers"], DATA["events"], DATA["organisations"]
OFFERINGS = DATA["offerings"]


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose choices count, and since when.

    Parameters
    ----------
    days
        How long ago a choice may lie.
    phase, career_stage, subject
        What the teachers' latest state says; anything where None.
    region
        An organisation: of teachers whose school lies in it; everywhere where None.
    """

    days: int
    k: int
    phase: str | None
    career_stage: str | None
    subject: str | None
    region: str | None


def popular(
    connection: sa.Connection, tenant: str, asked: Asked, now: pd.Timestamp
) -> list[tuple[str, int]]:
    """Return courses and how many teachers chose them, in steps of ``CELL``, the most first.

    A choice is the teacher's own: events of assigned, nominated and whole-school offerings do not
    count. Each teacher counts once for a course. What fewer than ``CELL`` chose is left out.
    """
    moment = instant(now)
    since = instant(now.floor("D") - pd.Timedelta(days=asked.days))
    teachers = sa.func.count(sa.distinct(EVENTS.c.teacher_id))
    own = sa.or_(
        EVENTS.c.offering_id.is_(None),
        OFFERINGS.c.admission_mode.is_(None),
        OFFERINGS.c.admission_mode.in_(SELF_SELECTED_MODES),
    )
    runs = sa.and_(
        OFFERINGS.c[TENANT] == EVENTS.c[TENANT], OFFERINGS.c.offering_id == EVENTS.c.offering_id
    )
    query = (
        sa.select(EVENTS.c.course_id, teachers)
        .select_from(EVENTS.outerjoin(OFFERINGS, runs))
        .where(EVENTS.c[TENANT] == tenant, EVENTS.c.occurred_at >= since)
        .where(EVENTS.c.occurred_at < moment, EVENTS.c.kind.in_(CHOICE_KINDS), own)
        .group_by(EVENTS.c.course_id)
        .having(teachers >= CELL)
    )
    for condition in _of_whom(tenant, asked, moment):
        query = query.where(condition)
    found = [(course, count // CELL * CELL) for course, count in connection.execute(query)]
    return sorted(found, key=lambda each: (-each[1], each[0]))[: asked.k]


def _of_whom(tenant: str, asked: Asked, moment: int) -> Iterator[sa.ColumnElement[bool]]:
    """Yield what must be so of whoever chose."""
    latest = _latest(TEACHERS, "teacher_id", tenant, moment)
    said = []
    for name in ("phase", "career_stage"):
        if (word := getattr(asked, name)) is not None:
            said.append(latest.c[name] == word)
    if asked.subject is not None:
        # A list is text joined by `;`: between two of them each word stands alone.
        listed = sa.literal(";") + latest.c.subjects + ";"
        said.append(listed.contains(f";{asked.subject};", autoescape=True))
    if asked.region is not None:
        said.append(latest.c.organisation_id.in_(_within(tenant, asked.region, moment)))
    if said:
        yield EVENTS.c.teacher_id.in_(sa.select(latest.c.teacher_id).where(*said))


def _within(tenant: str, region: str, moment: int) -> sa.Select[tuple[str]]:
    """Return an organisation and all that lie under it."""
    latest = _latest(ORGANISATIONS, "organisation_id", tenant, moment)
    tree = sa.select(sa.literal(region).label("organisation_id")).cte("within", recursive=True)
    below = sa.select(latest.c.organisation_id).join(
        tree, latest.c.parent_id == tree.c.organisation_id
    )
    tree = tree.union(below)
    return sa.select(tree.c.organisation_id)


def _latest(table: sa.Table, name: str, tenant: str, moment: int) -> sa.Subquery:
    """Return the state of each as of a moment: undated ones begin before all others."""
    newest = (
        sa.select(table.c[name], sa.func.max(table.c.valid_from).label("begins"))
        .where(table.c[TENANT] == tenant, table.c.valid_from < moment)
        .group_by(table.c[name])
        .subquery()
    )
    is_newest = sa.and_(table.c[name] == newest.c[name], table.c.valid_from == newest.c.begins)
    return sa.select(table).join(newest, is_newest).where(table.c[TENANT] == tenant).subquery()
