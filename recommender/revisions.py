"""A plan looked at again: what is over, what is still to come, and what else is asked now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd

from features.dataset import Dataset
from features.errors import InvalidSetting
from recommender.backdrop import Backdrop
from recommender.eligibility import Eligibility
from recommender.model import Model
from recommender.planning.asked import Asked
from recommender.planning.causes import RULES, Asking, Since
from recommender.planning.difference import Difference
from recommender.planning.horizon import Horizon
from recommender.planning.plan import Header, Plan, make
from recommender.planning.problem import Wishes
from recommender.planning.replan import Change, kept_places
from recommender.planning.school import School
from recommender.planning.solve import Effort
from recommender.plans import check_course, inputs_of, rules_for

#: Utility of leaving a course where an earlier plan has it: as much as the best course is worth.
LASTING = 1.0


def revise(
    model: Model,
    dataset: Dataset,
    earlier: Plan,
    *,
    as_of: pd.Timestamp,
    more: Asked | None = None,
    free: Collection[str] = (),
    policy_name: str | None = None,
    policy_folder: Path | None = None,
    budget: Decimal | None = None,
    school: School | None = None,
    effort: Effort | None = None,
    backdrop: Backdrop | None = None,
) -> Change:
    """Plan anew from a later moment, disturbing an earlier plan as little as can be.

    What has happened since is read off the data set: courses done, failed, no longer offered, a
    move to another place, a new stage. What was asked of the earlier plan is asked again, as far
    as it is not over.

    Parameters
    ----------
    earlier
        Made as of this moment or before it.
    more
        What is asked now; it goes before what was asked earlier of the same course or year.
    free
        Courses of which what was asked earlier is forgotten.
    policy_name, policy_folder, school, backdrop
        As in :func:`~recommender.plans.inputs_of`; the policy is found anew unless it is named.
    budget
        Yuan that are left of the school's allotment for this plan.

    Raises
    ------
    UnknownId
        If there is no such teacher, or no course that is asked about.
    InvalidSetting
        If the earlier plan was made later, or a term or a year is asked about that is not to come.
    InvalidPolicy
        If no policy is in force for the teacher, or the named one is broken.
    """
    _check_order(earlier, as_of)
    for course in free:
        check_course(dataset, course)
    _, _, horizon = rules_for(dataset, earlier.teacher_id, as_of, policy_name, policy_folder)
    since = happened(dataset, earlier, as_of)
    asked = _still_asked(earlier, since, horizon).without(free).then(more or Asked())
    inputs = inputs_of(
        model,
        dataset,
        teacher_id=earlier.teacher_id,
        as_of=as_of,
        policy_name=policy_name,
        policy_folder=policy_folder,
        wishes=_wishes(earlier, asked),
        limits=asked.limits(budget),
        school=school,
        backdrop=backdrop,
    )
    header = Header(earlier.teacher_id, as_of, model.version, earlier.revision + 1)
    plan = make(inputs, header, effort)
    asking = Asking(earlier, plan, inputs, since)
    return Change(plan, Difference.between(earlier, plan).explained(asking), inputs)


def _check_order(earlier: Plan, as_of: pd.Timestamp) -> None:
    before = pd.Timestamp(earlier.as_of)
    if before > as_of:
        raise InvalidSetting(
            "the moment of the new plan",
            expected=f"{before.isoformat()} or later, when the earlier plan was made",
            got=as_of.isoformat(),
            remedy="ask as of a later moment, or make a first plan",
        )


def happened(dataset: Dataset, earlier: Plan, as_of: pd.Timestamp) -> Since:
    """Return what has happened to the courses of a plan since it was made."""
    eligibility = Eligibility.of(dataset, as_of)
    teacher = dataset.teachers.position(earlier.teacher_id)
    closed = {}
    for name in sorted({item.course for item in earlier.items}):
        course = int(dataset.courses.positions([name])[0])
        rules = eligibility.why_not(teacher, course) if course >= 0 else ()
        told = [rule for rule in rules if rule in RULES or rule == "equivalent_done"]
        if told:
            closed[name] = told[0]
    return Since(
        done=_more(dataset, earlier, as_of, "completed"),
        failed=_more(dataset, earlier, as_of, "failed"),
        closed=closed,
    )


def _more(dataset: Dataset, earlier: Plan, as_of: pd.Timestamp, kind: str) -> frozenset[str]:
    """Return the courses of which more events of a kind are known than the plan knew of."""
    teacher = np.array([dataset.teachers.position(earlier.teacher_id)])
    now, then = (
        Counter(dataset.log.before(moment).of_kinds(kind).of_teachers(teacher).course.tolist())
        for moment in (as_of, pd.Timestamp(earlier.as_of))
    )
    return frozenset(dataset.courses.outside(np.array(sorted(now - then), dtype=np.int64)))


def _still_asked(earlier: Plan, since: Since, horizon: Horizon) -> Asked:
    """Return what was asked of a plan and is neither done nor over."""
    terms = [term.key for term in horizon.terms]
    years = [year.key for year in horizon.years]
    return earlier.asked.without(since.done).within(terms, years)


def _wishes(earlier: Plan, asked: Asked) -> Wishes:
    """Return the wishes of what is asked, and to keep the plan; in terms now preferred if any."""
    preferred = dict(asked.prefer)
    keep = tuple((course, preferred.get(course, term)) for course, term in kept_places(earlier))
    return replace(asked.wishes(), keep=keep, keep_bonus=LASTING)
