"""Plan: the years ahead, term by term, what it has been, and where it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request, Response

from recommender.planning.asked import Asked
from recommender.planning.difference import Difference
from recommender.planning.horizon import Horizon
from recommender.planning.plan import Plan
from recommender.planning.terms import Period
from recommender.plans import rules_for
from serving.advising import View
from serving.api import plan_words
from serving.api.context import Here
from serving.api.plan_answers import PlannedCourse
from serving.latest_plans import latest_plan, require_plan
from serving.plans import Rules, first_plan, keep_plan, move_plan, revisions
from serving.store import audit
from serving.web.bars import credits_shown
from serving.web.choices import enrolled, standing
from serving.web.failing import PageRoute
from serving.web.pages import see, show
from serving.web.sight import by_model, view_of
from serving.web.visitor import Visiting

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a plan and what is planned in it."""

    period: Period
    items: Sequence[PlannedCourse]


@dataclass(frozen=True, slots=True)
class Year:
    """One policy year of a plan.

    Parameters
    ----------
    hours
        All that is planned in it.
    limit
        The most that the teacher wants; None where nothing was said.
    """

    period: Period
    terms: Sequence[Term]
    hours: Decimal
    limit: Decimal | None


@router.get("/plan")
def get_plan(
    request: Request,
    visitor: Visiting,
    here: Here,
    did: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show the teacher's plan, or how to come by one."""
    with here.store.reading() as connection:
        stored = latest_plan(connection, visitor.tenant, visitor.teacher())
        folder = here.settings.policies
        told = plan_words.plan(connection, visitor.tenant, stored, folder) if stored else None
    if stored is None or told is None:
        return show(request, visitor, "plan_first.html")
    view = view_of(here, visitor)
    _, _, horizon = rules_for(
        view.dataset, view.teacher_id, view.as_of, policy_folder=here.settings.policies
    )
    return show(
        request,
        visitor,
        "plan.html",
        stored=stored,
        told=told,
        years=years_of(horizon, stored.plan, told.items),
        terms=horizon.terms,
        pinned={course for course, _ in stored.plan.asked.pins},
        yearly=planned_yearly(stored.plan),
        bans=_left_out(view, stored.plan.asked, horizon),
        unkept=[each[1:] for each in _named(view, [c for c, _ in stored.plan.unkept])],
        enrolments=enrolled(view.dataset),
        credits=credits_shown(view, stored.plan, here.settings.policies),
        did=did,
    )


@router.post("/plan")
def post_plan(visitor: Visiting, here: Here) -> Response:
    """Make a first plan, the courses that were chosen in the list among it."""
    rules = Rules(None, here.settings.policies)

    def make(view: View) -> Plan:
        chosen = standing(view.dataset)
        pins = tuple((course, "") for course, kind in chosen.items() if kind == "selected")
        bans = tuple(course for course, kind in chosen.items() if kind == "dismissed")
        return here.solving.make(first_plan, view, Asked(pins=pins, bans=bans), rules)

    plan = by_model(here, visitor, make)
    now = here.clock()
    with here.store.writing() as connection:
        if latest_plan(connection, visitor.tenant, visitor.teacher()) is None:
            kept = keep_plan(connection, visitor.tenant, plan, now)
            deed = audit.Deed(visitor.actor, "plan.make", kept.plan_id, now, (visitor.teacher(),))
            audit.write(connection, visitor.tenant, deed)
    return see("/plan", did="made")


@router.post("/plan/state")
def post_state(
    visitor: Visiting, here: Here, state: Annotated[Literal["submitted", "draft"], Form()]
) -> Response:
    """Send the plan to the school, or take it back."""
    now = here.clock()
    with here.store.writing() as connection:
        stored = require_plan(connection, visitor.tenant, visitor.teacher())
        move_plan(connection, visitor.tenant, stored.plan_id, state, now)
        deed = audit.Deed(visitor.actor, f"plan.{state}", stored.plan_id, now, (visitor.teacher(),))
        audit.write(connection, visitor.tenant, deed)
    return see("/plan", did=state)


@router.get("/plan/history")
def get_history(request: Request, visitor: Visiting, here: Here) -> Response:
    """Show what the plan has been, each version with what it changed."""
    with here.store.reading() as connection:
        stored = require_plan(connection, visitor.tenant, visitor.teacher())
        found = revisions(connection, visitor.tenant, stored.plan_id)
        changes = [
            plan_words.difference(
                connection,
                visitor.tenant,
                Difference.between(before.plan, after.plan),
                after.plan,
                here.settings.policies,
            )
            for before, after in zip(found, found[1:], strict=False)
        ]
    versions = list(zip(found, [None, *changes], strict=True))
    return show(request, visitor, "plan_history.html", versions=versions[::-1])


def years_of(horizon: Horizon, plan: Plan, items: Sequence[PlannedCourse]) -> list[Year]:
    """Return the years of a plan with their terms, empty ones too."""
    limits = dict(plan.asked.hours_in_year)
    found = []
    for number, year in enumerate(horizon.years):
        placed = zip(horizon.terms, horizon.year_of_term, strict=True)
        terms = [
            Term(term, [each for each in items if each.term == term.key])
            for term, of_year in placed
            if of_year == number
        ]
        hours = sum((Decimal(i.hours or "0") for each in terms for i in each.items), Decimal(0))
        found.append(Year(year, terms, hours, limits.get(year.key, plan.asked.hours_per_year)))
    return found


def planned_yearly(plan: Plan) -> frozenset[str]:
    """Return the courses that are planned in several years."""
    years: dict[str, set[str]] = {}
    for item in plan.items:
        years.setdefault(item.course, set()).add(item.year)
    return frozenset(course for course, found in years.items() if len(found) > 1)


def _left_out(
    view: View, asked: Asked, horizon: Horizon
) -> list[tuple[str, str, str, tuple[Period, ...]]]:
    """Return the courses that are kept out, with their titles; the years, where it is not all."""
    named = _named(view, [*asked.bans, *(course for course, _ in asked.bans_in_year)])
    out = frozenset(asked.bans_in_year)
    return [
        (course, zh, en, tuple(year for year in horizon.years if (course, year.key) in out))
        for course, zh, en in named
    ]


def _named(view: View, courses: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return courses with their titles; those that are gone are left out."""
    table = view.dataset.table("courses")
    rows = table[table["course_id"].isin(courses)]
    titles = (rows[name].fillna("") for name in ("title_zh", "title_en"))
    return list(zip(rows["course_id"], *titles, strict=True))
