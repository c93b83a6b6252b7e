"""One teacher's list and plan, out of the store and the model in use."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import sqlalchemy as sa

from features.catalogue import Catalogue
from features.dataset import Dataset
from features.errors import UnknownId
from features.moments import instant, microseconds
from recommender.advise import Recommendation, recommend
from recommender.planning.plan import Plan
from recommender.planning.problem import Wishes
from recommender.plans import make_plan
from serving.datasets import Shelves, with_teacher
from serving.models import Loaded
from serving.store.rows import find, insert
from serving.store.schema import DATA, PLANS, TENANT
from serving.store.teachers import frames_of
from serving.store.tenants import find_tenant


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What is known of one teacher at a moment.

    Parameters
    ----------
    as_of
        Nothing dated at or after it is seen.
    catalogue
        The courses as the model sees them at that moment.
    """

    dataset: Dataset
    catalogue: Catalogue
    loaded: Loaded
    teacher_id: str
    as_of: pd.Timestamp

    def recommend(
        self, k: int, *, explain: bool, explore: float = 0.0, rng: np.random.Generator | None = None
    ) -> tuple[Recommendation, ...]:
        """Return the teacher's k best courses, a share of the places given to exploring."""
        return recommend(
            self.loaded.model,
            self.dataset,
            teacher_id=self.teacher_id,
            as_of=self.as_of,
            k=k,
            explain=explain,
            catalogue=self.catalogue,
            explore=explore,
            rng=rng,
        )

    def plan(self, policy: str | None, wishes: Wishes, policies: Path | None = None) -> Plan:
        """Return the teacher's plan under a policy, found if none is named.

        ``policies`` is a folder of further ones beside those shipped.
        """
        return make_plan(
            self.loaded.model,
            self.dataset,
            teacher_id=self.teacher_id,
            as_of=self.as_of,
            policy_name=policy,
            policy_folder=policies,
            wishes=wishes,
            catalogue=self.catalogue,
        )


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
        dataset = with_teacher(shelf.dataset, frames)
        moment = self._after_latest(dataset) if as_of is None else as_of
        catalogue = shelf.catalogue(self.loaded, moment)
        return View(dataset, catalogue, self.loaded, teacher_id, moment)

    def _after_latest(self, dataset: Dataset) -> pd.Timestamp:
        begun = microseconds(dataset.table("teachers")["valid_from"])
        begun = begun[begun <= instant(self.now + self.skew)]
        latest = max(int(dataset.log.known_at.max(initial=0)), int(begun.max(initial=0)))
        return max(self.now, pd.Timestamp(latest + 1, unit="us", tz="UTC"))


def unknown_teacher(teacher_id: str) -> UnknownId:
    """Say that the caller's tenant has no such teacher."""
    return UnknownId(f"teacher {teacher_id!r}", remedy="check the id, or put the teacher first")


def log_impressions(
    connection: sa.Connection,
    tenant: str,
    view: View,
    shown: Sequence[Recommendation],
    now: pd.Timestamp,
) -> str:
    """Remember what is shown to a teacher; return the id of the recommendation."""
    recommendation_id = f"r-{uuid.uuid4().hex}"
    rows = [
        {
            TENANT: tenant,
            "recommendation_id": recommendation_id,
            "teacher_id": view.teacher_id,
            "course_id": each.course_id,
            "rank": each.rank,
            "shown_at": instant(now),
            "propensity": each.propensity,
            "model_version": view.loaded.version,
        }
        for each in shown
    ]
    insert(connection, DATA["impressions"], rows)
    return recommendation_id


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan with the id that it is asked for by."""

    plan_id: str
    plan: Plan


def keep_plan(connection: sa.Connection, tenant: str, plan: Plan, now: pd.Timestamp) -> StoredPlan:
    """Store a plan under a new id."""
    plan_id = f"p-{uuid.uuid4().hex}"
    row = {
        TENANT: tenant,
        "plan_id": plan_id,
        "revision": plan.revision,
        "teacher_id": plan.teacher_id,
        "policy": plan.policy,
        "model_version": plan.model,
        "as_of": instant(pd.Timestamp(plan.as_of)),
        "seed": plan.seed,
        "state": plan.state,
        "made_at": instant(now),
        "body": plan.to_json(),
    }
    insert(connection, PLANS, [row])
    return StoredPlan(plan_id, plan)


def find_plan(connection: sa.Connection, tenant: str, plan_id: str) -> StoredPlan:
    """Return a plan as it was last revised.

    Raises
    ------
    UnknownId
        If the tenant has none of this id.
    """
    revisions = find(connection, PLANS, tenant, plan_id=plan_id)
    if not revisions:
        raise UnknownId(f"plan {plan_id!r}", remedy="make one for the teacher first")
    return StoredPlan(plan_id, Plan.from_json(revisions[-1]["body"]))
