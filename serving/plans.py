"""Plans in the store: made, changed, accounted for, and moved through their states."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import sqlalchemy as sa

from features.errors import Refused, UnknownId
from features.moments import instant
from recommender.planning.account import Account
from recommender.planning.alternatives import Alternative, alternatives
from recommender.planning.asked import Asked
from recommender.planning.names import Names
from recommender.planning.plan import Header, Plan, State
from recommender.planning.problem import Inputs, Wishes
from recommender.planning.replan import Change, kept_places
from recommender.plans import inputs_of, make_plan, next_stage_courses
from recommender.revisions import revise
from serving.advising import View
from serving.store.changes import Happened, News, tell
from serving.store.rows import find, insert
from serving.store.schema import PLANS, TENANT

#: From which state a plan may go where; a revision that replaces it leaves it ``revised``.
MOVES: Mapping[State, tuple[State, ...]] = MappingProxyType(
    {
        "draft": ("submitted",),
        "submitted": ("draft", "school_confirmed"),
        "school_confirmed": ("draft",),
        "revised": (),
    }
)

#: State -> what has happened to a plan that comes to it.
_MOVED: Mapping[State, Happened] = MappingProxyType(
    {
        "draft": Happened.PLAN_RETURNED,
        "submitted": Happened.PLAN_SUBMITTED,
        "school_confirmed": Happened.PLAN_CONFIRMED,
    }
)


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan with the id that it is asked for by, and when it was made."""

    plan_id: str
    plan: Plan
    made_at: pd.Timestamp


@dataclass(frozen=True, slots=True)
class Rules:
    """Which policy a plan is made under.

    Parameters
    ----------
    name
        ``None``: the one in force for the teacher.
    folder
        Of further policies beside those shipped.
    """

    name: str | None
    folder: Path | None


def first_plan(view: View, asked: Asked, rules: Rules) -> Plan:
    """Make a teacher's plan for the rest of the cycle."""
    return make_plan(
        view.loaded.model,
        view.dataset,
        teacher_id=view.teacher_id,
        as_of=view.as_of,
        policy_name=rules.name,
        policy_folder=rules.folder,
        wishes=asked.wishes(),
        limits=asked.limits(),
        backdrop=view.backdrop,
    )


def changed_plan(
    view: View, earlier: Plan, more: Asked, free: Collection[str], rules: Rules
) -> Change:
    """Make a plan anew, as things stand at the moment of a view, disturbing it little."""
    return revise(
        view.loaded.model,
        view.dataset,
        earlier,
        as_of=view.as_of,
        more=more,
        free=free,
        policy_name=rules.name,
        policy_folder=rules.folder,
        backdrop=view.backdrop,
    )


def account_of(view: View, plan: Plan, folder: Path | None) -> Account:
    """Account for a stored plan.

    Parameters
    ----------
    view
        Of the plan's teacher at the plan's moment.

    Raises
    ------
    Refused
        If the plan no longer stands, for courses or offerings have changed since.
    """
    inputs = _made_from(view, plan, folder)
    return Account.of(inputs, plan, Names(view.backdrop.titles, inputs.policy.cycle))


def others(view: View, plan: Plan, most: int, folder: Path | None) -> tuple[Alternative, ...]:
    """Return other plans beside a stored one; view and errors as in :func:`account_of`."""
    inputs = _made_from(view, plan, folder)
    header = Header(plan.teacher_id, pd.Timestamp(plan.as_of), view.loaded.version, plan.revision)
    next_stage = next_stage_courses(view.dataset, inputs)
    return alternatives(inputs, header, plan, most, next_stage=next_stage)


def _made_from(view: View, plan: Plan, folder: Path | None) -> Inputs:
    """Return what a plan was made from, its courses among the candidates without a bonus."""
    wishes = replace(plan.asked.wishes(), keep=kept_places(plan), keep_bonus=0.0)
    inputs = inputs_of(
        view.loaded.model,
        view.dataset,
        teacher_id=plan.teacher_id,
        as_of=pd.Timestamp(plan.as_of),
        policy_name=plan.policy.partition("@")[0],
        policy_folder=folder,
        wishes=_known(view, wishes),
        limits=plan.asked.limits(),
        backdrop=view.backdrop,
    )
    if inputs.policy.version != plan.policy or not _stands(inputs, plan):
        raise Refused(
            f"the plan of {plan.as_of.isoformat()}",
            expected="the rules, courses and offerings that it was made from",
            got="others: they have changed since",
            remedy="revise the plan, and ask about the new one",
        )
    return inputs


def _known(view: View, wishes: Wishes) -> Wishes:
    """Leave out what is kept of courses that are no longer there."""
    return replace(wishes, keep=tuple(p for p in wishes.keep if p[0] in view.dataset.courses))


def _stands(inputs: Inputs, plan: Plan) -> bool:
    terms = [term.key for term in inputs.horizon.terms]
    places = {
        (candidate.course, terms[option.term], option.offering)
        for candidate in inputs.candidates
        for option in candidate.options
    }
    return all((item.course, item.term, item.offering) in places for item in plan.items)


def keep_plan(
    connection: sa.Connection, tenant: str, plan: Plan, now: pd.Timestamp, key: str = ""
) -> StoredPlan:
    """Store a plan under a new id: of these 32 digits, if there are, and of drawn ones if not."""
    stored = StoredPlan(f"p-{key or uuid.uuid4().hex}", plan, now)
    stored = _insert(connection, tenant, stored)
    _tell(connection, tenant, stored, Happened.PLAN_DRAFTED, now)
    return stored


def made_before(
    connection: sa.Connection, tenant: str, key: str, content: str
) -> StoredPlan | None:
    """Return the plan that a request has made already, as it is now; ``None`` if it has not.

    Parameters
    ----------
    key, content
        Hexadecimal digits: of what names the request, and of what it says. Both are in the id.

    Raises
    ------
    Refused
        If the request of this name said something else.
    """
    begins = PLANS.c.plan_id.like(f"p-{key}%")
    query = sa.select(PLANS.c.plan_id).where(PLANS.c[TENANT] == tenant, begins).limit(1)
    plan_id = connection.scalar(query) if key else None
    if plan_id is None:
        return None
    if plan_id != f"p-{key}{content}":
        raise Refused(
            "the Idempotency-Key",
            expected="the request that it was sent with first",
            got="another",
            remedy="give another request another key",
        )
    return find_plan(connection, tenant, plan_id)


def keep_revision(
    connection: sa.Connection, tenant: str, plan_id: str, plan: Plan, now: pd.Timestamp
) -> StoredPlan:
    """Store a plan that replaces the one before it.

    Raises
    ------
    Refused
        If that one has been replaced already.
    """
    latest = find_plan(connection, tenant, plan_id)
    if latest.plan.revision != plan.revision - 1:
        raise Refused(
            f"the change of plan {plan_id!r}",
            expected=f"revision {plan.revision - 1} to be the latest",
            got=f"revision {latest.plan.revision}",
            remedy="read the plan again, and change what it is now",
        )
    _set_state(connection, tenant, latest, "revised")
    stored = _insert(connection, tenant, StoredPlan(plan_id, plan, now))
    _tell(connection, tenant, stored, Happened.PLAN_REVISED, now)
    return stored


def find_plan(
    connection: sa.Connection, tenant: str, plan_id: str, revision: int | None = None
) -> StoredPlan:
    """Return a plan as it was last revised, or one of its revisions.

    Raises
    ------
    UnknownId
        If the tenant has none of this id.
    """
    found = revisions(connection, tenant, plan_id)
    if revision is not None:
        found = [each for each in found if each.plan.revision == revision]
    if not found:
        what = f"plan {plan_id!r}" if revision is None else f"revision {revision} of {plan_id!r}"
        raise UnknownId(what, remedy="make one for the teacher first")
    return found[-1]


def revisions(connection: sa.Connection, tenant: str, plan_id: str) -> list[StoredPlan]:
    """Return all revisions of a plan, the first one first; empty if there is none."""
    return [
        StoredPlan(
            plan_id,
            replace(Plan.from_json(row["body"]), state=row["state"]),
            pd.Timestamp(row["made_at"], unit="us", tz="UTC"),
        )
        for row in find(connection, PLANS, tenant, plan_id=plan_id)
    ]


def move_plan(
    connection: sa.Connection, tenant: str, plan_id: str, state: State, now: pd.Timestamp
) -> StoredPlan:
    """Move the latest revision of a plan to another state; where it is already, nothing is done.

    Raises
    ------
    UnknownId
        If the tenant has none of this id.
    Refused
        If it cannot go there from where it is.
    """
    found = find_plan(connection, tenant, plan_id)
    if found.plan.state == state:
        return found
    if state not in MOVES[found.plan.state]:
        raise Refused(
            f"the state of plan {plan_id!r}",
            expected=" or ".join(MOVES[found.plan.state]) or "no other",
            got=f"{state}, from {found.plan.state}",
            remedy="a plan is submitted before the school confirms it",
        )
    _set_state(connection, tenant, found, state)
    _tell(connection, tenant, found, _MOVED[state], now)
    return replace(found, plan=replace(found.plan, state=state))


def _tell(
    connection: sa.Connection, tenant: str, stored: StoredPlan, kind: Happened, now: pd.Timestamp
) -> None:
    tell(connection, tenant, [News(kind, stored.plan_id, stored.plan.teacher_id)], now)


def check_revision(found: StoredPlan, revision: int | None) -> None:
    """Refuse a change of a revision that is no longer the latest.

    Raises
    ------
    Refused
        If another one is the latest.
    """
    if revision is not None and revision != found.plan.revision:
        raise Refused(
            "revision",
            expected=f"the latest, {found.plan.revision}",
            got=str(revision),
            remedy="read the plan again, and change what it is now",
        )


def _set_state(connection: sa.Connection, tenant: str, stored: StoredPlan, state: State) -> None:
    own = sa.and_(
        PLANS.c[TENANT] == tenant,
        PLANS.c.plan_id == stored.plan_id,
        PLANS.c.revision == stored.plan.revision,
    )
    connection.execute(sa.update(PLANS).where(own).values(state=state))


def _insert(connection: sa.Connection, tenant: str, stored: StoredPlan) -> StoredPlan:
    plan = stored.plan
    row = {
        TENANT: tenant,
        "plan_id": stored.plan_id,
        "revision": plan.revision,
        "teacher_id": plan.teacher_id,
        "policy": plan.policy,
        "model_version": plan.model,
        "as_of": instant(pd.Timestamp(plan.as_of)),
        "seed": plan.seed,
        "state": plan.state,
        "made_at": instant(stored.made_at),
        "body": plan.to_json(),
    }
    insert(connection, PLANS, [row])
    return stored
