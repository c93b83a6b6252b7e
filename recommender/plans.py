"""A teacher's plan: what the model finds relevant, set into the years under the rules in force."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import codes
from features.dataset import Dataset
from features.dossiers import Dossier
from features.errors import InvalidSetting, UnknownId, did_you_mean
from recommender.ahead import look_ahead, planned_career
from recommender.backdrop import Backdrop
from recommender.gaps import gaps_of
from recommender.model import Model
from recommender.planning import intake, offered, plan, policy
from recommender.planning.attendance import away_from_school
from recommender.planning.cells import words
from recommender.planning.horizon import Horizon
from recommender.planning.load import Limits
from recommender.planning.matching import Career
from recommender.planning.problem import Inputs, Wishes
from recommender.planning.rules import Policy
from recommender.planning.school import School
from recommender.planning.shared import with_shared
from recommender.planning.solve import Effort

#: How many of the best courses compete for a place in a plan, and how many more of those that
#: each requirement asks for.
PLANNED_FROM, PER_REQUIREMENT = 120, 15
#: What a year's delay takes from a course's utility: of two like plans the earlier is better.
YEARLY_DISCOUNT = 0.97


def make_plan(
    model: Model,
    dataset: Dataset,
    *,
    teacher_id: str,
    as_of: pd.Timestamp,
    policy_name: str | None = None,
    policy_folder: Path | None = None,
    wishes: Wishes | None = None,
    limits: Limits | None = None,
    school: School | None = None,
    effort: Effort | None = None,
    backdrop: Backdrop | None = None,
) -> plan.Plan:
    """Return a teacher's plan for the rest of the cycle; see :func:`inputs_of`.

    Raises
    ------
    UnknownId
        If there is no such teacher.
    InvalidPolicy
        If no policy is in force for the teacher, or the named one is broken.
    """
    inputs = inputs_of(
        model,
        dataset,
        teacher_id=teacher_id,
        as_of=as_of,
        policy_name=policy_name,
        policy_folder=policy_folder,
        wishes=wishes,
        limits=limits,
        school=school,
        backdrop=backdrop,
    )
    return plan.make(inputs, plan.Header(teacher_id, as_of, model.version), effort)


def inputs_of(
    model: Model,
    dataset: Dataset,
    *,
    teacher_id: str,
    as_of: pd.Timestamp,
    policy_name: str | None = None,
    policy_folder: Path | None = None,
    wishes: Wishes | None = None,
    limits: Limits | None = None,
    school: School | None = None,
    backdrop: Backdrop | None = None,
) -> Inputs:
    """Return everything that a teacher's plan is made from.

    Parameters
    ----------
    policy_name
        Of a policy shipped or in ``policy_folder``; found from the teacher's dated place, stage
        and role when left out.
    wishes
        Pins, bans, terms that are preferred, and an earlier plan to keep to.
    limits
        The hours and days that the teacher takes on, and what is left of the school's allotment.
    school
        What the school sets for all of its plans. Who is away by its teachers' enrolments is
        added to ``school.away``: there, others' plans are told.
    backdrop
        What all teachers are seen against at that moment, where it is at hand.

    Raises
    ------
    UnknownId
        If there is no such teacher, or no course that is wished for or banned.
    InvalidSetting
        If a term or a year is asked about that is not to come.
    InvalidPolicy
        If no policy is in force for the teacher, or the named one is broken.
    """
    wishes, limits = wishes or Wishes(), limits or Limits()
    career, rules, horizon = rules_for(dataset, teacher_id, as_of, policy_name, policy_folder)
    _check(dataset, horizon, wishes, limits)
    if backdrop is None:
        backdrop = Backdrop.of(model, dataset, model.catalogue(dataset, as_of), as_of)
    ahead = look_ahead(backdrop, Dossier.of(dataset, teacher_id), as_of, horizon)
    assumed = ahead.assumed(horizon.years, career.standings[-1].stage)
    found = offered.candidates(
        dataset,
        teacher_id,
        as_of,
        _competing(dataset, ahead.relevance.max(axis=1), backdrop.fitting(rules), wishes),
        policy=rules,
        horizon=horizon,
    )
    school = school or School()
    candidates = with_shared(
        dataset,
        ahead.open_candidates(found, dataset.courses, horizon),
        teacher_id=teacher_id,
        as_of=as_of,
        contains=school.contains,
        horizon=horizon,
    )
    if school.limits_absences(rules.absences_at_once):
        school = school.also_away(away_from_school(dataset, teacher_id, as_of))
    utility = ahead.relevance[dataset.courses.positions([each.course for each in candidates])]
    discount = YEARLY_DISCOUNT ** np.arange(len(horizon.years))
    return Inputs(
        policy=rules,
        career=planned_career(career, assumed),
        horizon=horizon,
        ledger=intake.ledger(dataset, teacher_id, as_of),
        candidates=candidates,
        utility=np.maximum(utility, 0) * discount,
        done=frozenset(offered.completions(dataset, teacher_id, as_of)),
        limits=limits,
        wishes=wishes,
        gaps=gaps_of(dataset, teacher_id, as_of, ahead.last_stage) if ahead.personal else (),
        assumed=assumed,
        school=school,
    )


def next_stage_courses(dataset: Dataset, inputs: Inputs) -> frozenset[str]:
    """Return the candidates that are meant for the career stage after the teacher's own.

    Empty where no stage is known, none comes after it, or no course says so. A principal and a
    trainer are of another kind, and no next stage.
    """
    ladder = [
        each
        for each in dataset.columns.codes.get("career_stages", codes.CAREER_STAGES)
        if each not in codes.ROLES
    ]
    stage = inputs.career.on(inputs.horizon.today).stage
    if stage not in ladder[:-1]:
        return frozenset()
    after = ladder[ladder.index(stage) + 1]
    table = dataset.table("courses")
    meant = {
        course
        for course, stages in zip(table["course_id"], table["stages"], strict=True)
        if after in words(stages)
    }
    return frozenset(meant.intersection(each.course for each in inputs.candidates))


def rules_for(
    dataset: Dataset,
    teacher_id: str,
    as_of: pd.Timestamp,
    policy_name: str | None = None,
    policy_folder: Path | None = None,
) -> tuple[Career, Policy, Horizon]:
    """Return a teacher's career, the policy in force for it, and how far a plan looks.

    Raises
    ------
    UnknownId
        If there is no such teacher.
    InvalidPolicy
        If no policy is in force for the teacher, or the named one is broken.
    """
    career = intake.career(dataset, teacher_id, as_of)
    rules = policy.in_force(career, as_of, policy_name, policy_folder)
    return career, rules, Horizon.of(rules, as_of)


def check_course(dataset: Dataset, course: str) -> None:
    """Refuse a course that is not there, and ask after a slip of the pen.

    Raises
    ------
    UnknownId
        If there is no such course.
    """
    if course not in dataset.courses:
        raise UnknownId(
            f"course {course!r}",
            expected=f"one of {len(dataset.courses)} known courses",
            remedy=did_you_mean([course], dataset.courses.ids)
            or "check the id, or add the course first",
        )


def _check(dataset: Dataset, horizon: Horizon, wishes: Wishes, limits: Limits) -> None:
    """Refuse wishes for courses that are not there, and for terms or years that are not to come."""
    places = [*wishes.pins, *wishes.prefer]
    out = sorted(wishes.bans_in_year)
    for course in (*(name for name, _ in (*places, *out)), *sorted(wishes.bans)):
        check_course(dataset, course)
    asked = (
        ("term", [term for _, term in places if term], [term.key for term in horizon.terms]),
        (
            "year",
            [year for year, _ in limits.hours_in_year] + [year for _, year in out],
            [each.key for each in horizon.years],
        ),
    )
    for what, named, known in asked:
        for name in named:
            if name not in known:
                raise InvalidSetting(
                    f"the {what} of a wish",
                    expected=f"one to come, from {known[0]} to {known[-1]}",
                    got=repr(name),
                    remedy=did_you_mean([name], known) or "name one of the plan",
                )


def _competing(
    dataset: Dataset,
    scores: NDArray[np.float64],
    fitting: Mapping[str, NDArray[np.int32]],
    wishes: Wishes,
) -> NDArray[np.int64]:
    """Return the courses that compete for a place: the best, some for each duty, the wished.

    A wish opens no course that a rule keeps from the teacher.
    """
    order = np.argsort(-scores, kind="stable")
    order = order[scores[order] >= 0]
    chosen: list[NDArray[np.integer]] = [order[:PLANNED_FROM]]
    for courses in fitting.values():
        chosen.append(order[np.isin(order, courses)][:PER_REQUIREMENT])
    wished = [course for course, _ in (*wishes.pins, *wishes.prefer, *wishes.keep)]
    chosen.append(order[np.isin(order, dataset.courses.positions(wished))])
    return np.unique(np.concatenate(chosen)).astype(np.int64)
