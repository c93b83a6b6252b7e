"""Everything that an administrator's page shows, counted in one state of the store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from features.dataset import Dataset
from features.labels import Label
from features.moments import local_day
from serving.desk.demand import Demand, demand
from serving.desk.jurisdiction import Jurisdiction, jurisdiction
from serving.desk.plans import plans_of, waiting
from serving.desk.seats import Seats, seats
from serving.desk.small_cells import Shown, few
from serving.desk.standing import (
    Group,
    by_key_county,
    by_locality,
    by_school,
    facts,
    lacking,
    whole,
)
from serving.plans import StoredPlan


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A teacher of the own school whose plan leaves something compulsory unmet.

    Parameters
    ----------
    lacking
        Each such requirement: its names, its period, and how much is missing in which unit.
    """

    teacher_id: str
    plan_id: str
    lacking: tuple[tuple[Label, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of a jurisdiction.

    Parameters
    ----------
    waiting
        Plans that wait for the school's word; of the own school alone, else empty.
    waits
        How many of them there are; None where they are too few to be told.
    courses
        How many courses the plans hold, and how many there are.
    at_risk
        By name; of the own school alone, else empty.
    """

    within: Jurisdiction
    today: dt.date
    waiting: tuple[StoredPlan, ...]
    waits: Shown
    whole: Group
    courses: tuple[int, int]
    demand: Demand
    seats: tuple[Seats, ...]
    localities: tuple[Group, ...]
    key_counties: tuple[Group, ...]
    schools: tuple[Group, ...]
    at_risk: tuple[AtRisk, ...]


def report(
    connection: sa.Connection,
    tenant: str,
    shared: Dataset,
    organisation_id: str,
    now: pd.Timestamp,
    folder: Path | None = None,
) -> Report:
    """Return what the administrator of an organisation may see at a moment.

    Raises
    ------
    UnknownId
        If there is no such organisation.
    """
    within = jurisdiction(connection, tenant, shared, organisation_id, now)
    plans = plans_of(connection, within)
    found = facts(connection, within, plans, now)
    titles = _titles(shared)
    today = local_day(now, shared.columns.zone).date()
    waits = waiting(plans)
    held = {item.course for each in plans.values() for item in each.plan.items}
    return Report(
        within,
        today,
        tuple(waits) if within.named else (),
        len(waits) if within.named or not few(len(waits)) else None,
        whole(within, found),
        (len(held & titles.keys()), len(titles)),
        demand(plans.values(), titles, today, named=within.named, folder=folder),
        seats(connection, within, titles, today),
        by_locality(within, found),
        by_key_county(within, found),
        by_school(within, found),
        tuple(_at_risk(plans.values())) if within.named else (),
    )


def _at_risk(plans: Iterable[StoredPlan]) -> Iterable[AtRisk]:
    for each in sorted(plans, key=lambda stored: stored.plan.teacher_id):
        names = lacking(each)
        if names:
            yield AtRisk(
                each.plan.teacher_id,
                each.plan_id,
                tuple(
                    ((o.zh, o.en), o.period, o.missing, o.unit)
                    for o in each.plan.unmet
                    if f"{o.requirement}@{o.period}" in names
                ),
            )


def _titles(shared: Dataset) -> dict[str, Label]:
    courses = shared.table("courses")
    columns = (courses[name].fillna("").astype(str) for name in ("title_zh", "title_en"))
    named = zip(courses["course_id"], *columns, strict=True)
    return {str(i): (zh or en or str(i), en or zh or str(i)) for i, zh, en in named}
