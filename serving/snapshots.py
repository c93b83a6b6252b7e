"""Teachers out of one state of the store, for questions that memory does not answer.

A list as of a moment or for a year to come, and the lists of many teachers at once, are read in
one transaction: whatever is written meanwhile is in all of them or in none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from features.dossiers import Dossier
from features.errors import InvalidSetting
from features.moments import instant
from recommender.backdrop import Backdrop
from recommender.foreseen import Foreseen, foresee
from recommender.plans import rules_for
from serving.advising import Window
from serving.datasets import Shelf, Shelves
from serving.memory import read_dossier, read_dossiers
from serving.store.tenants import find_tenant


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """What is known of some teachers, and what they are seen against.

    Parameters
    ----------
    dossiers
        Of those that the tenant has.
    """

    shelf: Shelf
    dossiers: Mapping[str, Dossier]

    @classmethod
    def of(
        cls, connection: sa.Connection, shelves: Shelves, tenant: str, teacher_ids: Sequence[str]
    ) -> Snapshot:
        """Read some of a tenant's teachers."""
        shelf = shelves.of(connection, find_tenant(connection, tenant))
        return cls(shelf, read_dossiers(connection, shelf, tenant, teacher_ids))

    def latest(self, until: pd.Timestamp) -> int:
        """Return when the last of them did something, or changed by then; UTC microseconds."""
        moments = (dossier.latest(instant(until)) for dossier in self.dossiers.values())
        return max(moments, default=0)


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """One teacher as of a moment.

    Parameters
    ----------
    foreseen
        The teacher in a year to come, where a list is for one.
    """

    dossier: Dossier
    backdrop: Backdrop
    as_of: pd.Timestamp
    foreseen: Foreseen | None = None


def past(
    window: Window, teacher_id: str, as_of: pd.Timestamp | None, year: str, policies: Path | None
) -> Past:
    """See a teacher as of a moment (now, when left out), and in a year to come if one is named.

    Raises
    ------
    UnknownId
        If there is no such teacher.
    InvalidPolicy
        If a year is named, and no policy is in force for the teacher.
    InvalidSetting
        If the year is none of those that a plan of that moment looks at.
    """
    owner = find_tenant(window.connection, window.tenant)
    shelf = window.shelves.of(window.connection, owner)
    dossier = read_dossier(window.connection, shelf, window.tenant, teacher_id)
    view = window.view(teacher_id, as_of)
    loaded, moment = window.loaded, view.as_of
    if not year:
        return Past(dossier, view.backdrop, moment)
    _, _, horizon = rules_for(view.dataset, teacher_id, moment, None, policies)
    known = {each.key: each for each in horizon.years}
    if year not in known:
        raise InvalidSetting(
            "year", expected=f"one of {', '.join(known)}", got=repr(year), remedy="ask for those"
        )
    foreseen = foresee(loaded.model, dossier, horizon, known[year], instant(moment))
    return Past(foreseen.dossier, view.backdrop, moment, foreseen)
