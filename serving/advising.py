"""One teacher's list and plan, out of the store and the model in use."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from features.dataset import Dataset
from features.dossiers import Dossier
from features.errors import UnknownId
from features.moments import instant, microseconds
from recommender.advise import Recommendation
from recommender.backdrop import Backdrop
from serving.datasets import Shelves, with_teacher
from serving.models import Loaded
from serving.store.tags import own_tags
from serving.store.teachers import frames_of
from serving.store.tenants import find_tenant


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What is known of one teacher at a moment.

    Parameters
    ----------
    as_of
        Nothing dated at or after it is seen.
    backdrop
        What all teachers are seen against at that moment.
    tenant
        Whose teacher it is.
    now
        When it was seen, by the clock.
    """

    dataset: Dataset
    backdrop: Backdrop
    loaded: Loaded
    teacher_id: str
    as_of: pd.Timestamp
    tenant: str
    now: pd.Timestamp

    def recommend(self, k: int, *, explain: bool) -> tuple[Recommendation, ...]:
        """Return the teacher's k best courses; nothing is explored."""
        dossier = Dossier.of(self.dataset, self.teacher_id)
        return self.backdrop.recommend(dossier, as_of=self.as_of, k=k, explain=explain)


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """What a view is read through.

    Parameters
    ----------
    now
        Told by the clock.
    skew
        How far a platform's clock may run ahead of it.
    """

    connection: sa.Connection
    tenant: str
    shelves: Shelves
    loaded: Loaded
    now: pd.Timestamp
    skew: pd.Timedelta

    def view(self, teacher_id: str, as_of: pd.Timestamp | None = None) -> View:
        """See a teacher at a moment; when left out, now.

        Now is no earlier than just after the teacher's latest event, or state that begins
        within the skew: a platform whose clock runs ahead a little sees the effect of what it
        has just sent all the same, the switch of personalisation above all.

        Raises
        ------
        UnknownId
            If there is no such teacher.
        """
        owner = find_tenant(self.connection, self.tenant)
        frames = frames_of(self.connection, owner, teacher_id)
        if frames["teachers"].empty:
            raise unknown_teacher(teacher_id)
        shelf = self.shelves.of(self.connection, owner)
        tags = own_tags(self.connection, self.tenant, teacher_id)
        dataset = with_teacher(shelf.dataset, frames, tags)
        moment = self._after_latest(dataset) if as_of is None else as_of
        backdrop = shelf.seen(self.loaded, moment, self.now)
        return View(dataset, backdrop, self.loaded, teacher_id, moment, self.tenant, self.now)

    def _after_latest(self, dataset: Dataset) -> pd.Timestamp:
        begun = microseconds(dataset.table("teachers")["valid_from"])
        begun = begun[begun <= instant(self.now + self.skew)]
        latest = max(int(dataset.log.known_at.max(initial=0)), int(begun.max(initial=0)))
        return max(self.now, pd.Timestamp(latest + 1, unit="us", tz="UTC"))


def unknown_teacher(teacher_id: str) -> UnknownId:
    """Say that the caller's tenant has no such teacher."""
    return UnknownId(f"teacher {teacher_id!r}", remedy="check the id, or put the teacher first")
