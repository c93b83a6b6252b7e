"""Changes of the plan: seen before they are made, and other plans beside it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Annotated
from urllib.parse import urlencode

import pandas as pd
from fastapi import APIRouter, Depends, Form, Query, Request, Response

from features.errors import UnknownId
from recommender.advise import Recommendation
from recommender.planning.account import Account
from recommender.planning.alternatives import Alternative
from recommender.planning.names import Names
from recommender.planning.replan import Change
from serving.advising import View
from serving.api import plan_words
from serving.api.context import Here, Service
from serving.api.plans import MOST_ALTERNATIVES
from serving.latest_plans import require_plan
from serving.naming import names_seen
from serving.plans import StoredPlan, check_revision, keep_revision, others
from serving.store import audit
from serving.web.effects import Effect, effects, is_worse
from serving.web.failing import PageRoute
from serving.web.pages import see, show
from serving.web.sight import by_model
from serving.web.visitor import Visiting, Visitor
from serving.web.wishes import Deed, Wish, keep, tried

router = APIRouter(include_in_schema=False, route_class=PageRoute)
#: So many replacements are shown, found among so many of the best.
REPLACEMENTS, LOOKED_AT = 5, 20
_Revision = Annotated[int, Form(ge=1, le=1_000_000)]


def _wish(
    *,
    do: Annotated[Deed, Query()],
    course: Annotated[str, Query(max_length=200)] = "",
    term: Annotated[str, Query(max_length=40)] = "",
    other: Annotated[str, Query(max_length=200)] = "",
    year: Annotated[str, Query(max_length=40)] = "",
    hours: Annotated[Decimal | None, Query(ge=0, le=10_000)] = None,
) -> Wish:
    return Wish(do, course, term, other, year, hours)


#: A change travels in the address, whether it is looked at or made.
Wished = Annotated[Wish, Depends(_wish)]


@router.get("/plan/change")
def get_change(request: Request, visitor: Visiting, here: Here, wish: Wished) -> Response:
    """Show what a wish would change; where it cannot be met, why, and the smallest way out."""
    stored = _own(here, visitor)

    def make(view: View) -> tuple[Change, Names]:
        change = tried(here, view, stored, wish)
        return change, names_seen(view, change.plan, here.settings.policies)

    change, names = by_model(here, visitor, make)
    account = None
    if change.plan.unkept or is_worse(stored.plan, change.plan):
        account = plan_words.explanation(Account.of(change.inputs, change.plan, names))
    return show(
        request,
        visitor,
        "plan_change.html",
        stored=stored,
        wish=wish,
        query=urlencode(wish.fields),
        told=change.difference.sentences(names),
        account=account,
        effects=effects(stored.plan, change.plan),
    )


@router.post("/plan/change")
def post_change(visitor: Visiting, here: Here, wish: Wished, revision: _Revision) -> Response:
    """Make the change that was looked at."""
    stored = _own(here, visitor)
    check_revision(stored, revision)
    change = by_model(here, visitor, lambda view: tried(here, view, stored, wish))
    keep(here, visitor, stored, change)
    return see("/plan", did="changed")


@router.get("/plan/swap")
def get_swap(
    request: Request,
    visitor: Visiting,
    here: Here,
    course: Annotated[str, Query(max_length=200)],
    year: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Show the best replacements of a planned course, each with what it does to the plan."""
    stored = _own(here, visitor)
    if not any(each.course == course and year in ("", each.year) for each in stored.plan.items):
        raise UnknownId(f"course {course!r}", remedy="choose one that is in the plan")
    place = course, year
    title, found = by_model(here, visitor, lambda view: _replacements(here, view, stored, place))
    return show(
        request, visitor, "plan_swap.html", title=title, found=found, unit_of_plan=stored.plan.unit
    )


@router.get("/plan/alternatives")
def get_alternatives(request: Request, visitor: Visiting, here: Here) -> Response:
    """Show plans that really differ, side by side with the plan that stands."""
    stored = _own(here, visitor)

    def make(view: View) -> tuple[tuple[Alternative, ...], Names]:
        names = names_seen(view, stored.plan, here.settings.policies)
        return _others(here, view, stored), names

    found, names = by_model(here, visitor, make, pd.Timestamp(stored.plan.as_of))
    told = plan_words.alternatives(stored, found, names)
    return show(
        request,
        visitor,
        "plan_alternatives.html",
        stored=stored,
        told=told.alternatives,
        names=names,
    )


@router.post("/plan/alternatives")
def post_alternative(
    visitor: Visiting,
    here: Here,
    code: Annotated[str, Form(max_length=40)],
    revision: _Revision,
) -> Response:
    """Take another plan for one's own; the one that stood is kept in the history."""
    stored = _own(here, visitor)
    check_revision(stored, revision)
    as_of = pd.Timestamp(stored.plan.as_of)
    found = by_model(here, visitor, lambda view: _others(here, view, stored), as_of)
    taken = [each.plan for each in found if each.change.code == code]
    if not taken:
        raise UnknownId(f"the alternative {code!r}", remedy="look at those that there are now")
    plan = replace(taken[0], revision=stored.plan.revision + 1, state="draft")
    now = here.clock()
    with here.store.writing() as connection:
        keep_revision(connection, visitor.tenant, stored.plan_id, plan, now)
        deed = audit.Deed(visitor.actor, "plan.revise", stored.plan_id, now, (visitor.teacher(),))
        audit.write(connection, visitor.tenant, deed)
    return see("/plan", did="changed")


def _own(here: Service, visitor: Visitor) -> StoredPlan:
    with here.store.reading() as connection:
        return require_plan(connection, visitor.tenant, visitor.teacher())


def _replacements(
    here: Service, view: View, stored: StoredPlan, place: tuple[str, str]
) -> tuple[tuple[str, str], list[tuple[Recommendation, str, list[Effect]]]]:
    """Return a course's titles, and the best in its place with what each does to the plan."""
    course, year = place
    planned = {each.course for each in stored.plan.items}
    found: list[tuple[Recommendation, str, list[Effect]]] = []
    for each in view.recommend(LOOKED_AT, explain=True):
        if each.course_id in planned or len(found) == REPLACEMENTS:
            continue
        wish = Wish("swap", course, other=each.course_id, year=year)
        change = tried(here, view, stored, wish)
        if each.course_id in {placed.course for placed in change.plan.items}:
            told = effects(stored.plan, change.plan)
            found.append((each, urlencode(wish.fields), told))
    return view.backdrop.titles.get(course, ("", "")), found


def _others(here: Service, view: View, stored: StoredPlan) -> tuple[Alternative, ...]:
    return here.solving.make(others, view, stored.plan, MOST_ALTERNATIVES, here.settings.policies)
