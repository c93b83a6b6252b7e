"""Places lost by not coming: which offerings a policy keeps from a teacher, and how long."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from features.dataset import Dataset
from features.moments import instant, microseconds
from recommender.planning.cells import day, rows_of, text
from recommender.planning.matching import Attributes, fits_any
from recommender.planning.rules import Policy, Sanction
from recommender.planning.terms import ONE_DAY, Period


@dataclass(frozen=True, slots=True)
class Lost:
    """The policy year in which a sanction keeps offerings from a teacher, and what it is for."""

    sanction: Sanction
    offering: str
    year: Period

    def keeps_from(self, on: dt.date, attributes: Attributes) -> bool:
        """Say whether an offering of these attributes that ends on a day is kept from them."""
        return self.year.holds(on) and fits_any(self.sanction.where, attributes)


def lost_places(
    dataset: Dataset, teacher_id: str, as_of: pd.Timestamp, policy: Policy
) -> tuple[Lost, ...]:
    """Return what a teacher lost by not coming, as known before a moment, in order of time.

    A no-show whose reason code the policy excuses loses nothing.
    """
    if not policy.sanction:
        return ()
    table = dataset.table("enrolments")
    seen = (table["teacher_id"] == teacher_id) & (
        microseconds(table["decided_at"]) < instant(as_of)
    )
    missed = table[seen & (table["state"] == "no_show")].sort_values("decided_at", kind="stable")
    found = []
    for row in rows_of(missed):
        decided = day(row["decided_at"], policy.cycle.zone)
        for rule in policy.sanction:
            if decided is None or text(row["reason"]) in rule.excused:
                continue
            if rule.scope.open_on(decided):
                found.append(Lost(rule, row["offering_id"], _year_after(policy, decided)))
    return tuple(found)


def _year_after(policy: Policy, on: dt.date) -> Period:
    """Return the policy year after the one of a day."""
    cycle = policy.cycle
    years = cycle.years_of(Period("", on, on + ONE_DAY, "", ""))
    return cycle.years_of(Period("", years[0].until, years[0].until + ONE_DAY, "", ""))[0]
