"""Home: what is missing, what to do next, and the courses to choose from."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from features.codes import DISMISSAL_REASONS
from recommender.scorers.hybrid import Hybrid
from recommender.wanted import Wanted
from serving.advising import View
from serving.api.context import Here, Service
from serving.errors import NoModel
from serving.lists import Ask, List
from serving.web.cards import (
    LONGEST,
    SHOWN,
    Filters,
    beginning_in,
    cards_of,
    terms_in,
    values_in,
)
from serving.web.choices import Choice, enrolled, standing
from serving.web.failing import PageRoute
from serving.web.pages import see, show
from serving.web.sight import credits_or_none, view_of
from serving.web.visitor import Visiting, Visitor
from serving.web.wishes import follow_wish

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Reason = Literal[DISMISSAL_REASONS]  # type: ignore[valid-type]
CourseField = Annotated[str, Form(max_length=200)]
_PRESS = 16


@router.get("/")
async def get_home(
    request: Request,
    visitor: Visiting,
    here: Here,
    more: Annotated[bool, Query()] = False,
    did: Annotated[str, Query(max_length=20)] = "",
    course: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Show the teacher's first page; lead an administrator to theirs."""
    if visitor.organisation_id is not None:
        return see("/desk")
    try:
        view = await run_in_threadpool(view_of, here, visitor)
    except NoModel:
        return show(request, visitor, "home_without_list.html", status_code=503)
    filters, choices = Filters.of(request), standing(view.dataset)
    gone = [course for course, kind in choices.items() if kind == "dismissed"]
    whole = await _list(here, view, visitor, Filters().wanted(gone))
    found = await _list(here, view, visitor, filters.wanted(gone)) if filters.query else whole
    values = await run_in_threadpool(_home, here, visitor, view, (whole, found), filters)
    limit = LONGEST if more else SHOWN
    chosen = values["cards"][:limit]
    degraded = found.source != Hybrid.name
    here.metrics.listed(found.source, degraded=degraded)
    ask = Ask(visitor.tenant, view.teacher_id, LONGEST, explain=True)
    showing = tuple(each.found for each in chosen)
    here.impressions.show(ask, showing, found.loaded.version, here.clock())
    shown: dict[str, Any] = {
        "limit": limit,
        "degraded": degraded,
        "did": did,
        "did_course": course,
        "did_to": view.backdrop.titles.get(course, ("", "")),
        "reasons": DISMISSAL_REASONS,
        "gone": [(each, view.backdrop.titles[each]) for each in gone],
        "request_query": urlencode(filters.query | ({"more": "true"} if more else {})),
        "more_path": "/?" + urlencode(filters.query | {"more": "true"}),
    }
    return show(request, visitor, "home.html", **values, **shown)


@router.post("/choices")
def post_choice(
    visitor: Visiting,
    here: Here,
    *,
    course_id: CourseField,
    kind: Annotated[Literal["saved", "selected", "dismissed", "withdrawn"], Form()],
    press: Annotated[str, Form(pattern="^[a-z0-9]{8,40}$")],
    reason: Annotated[Reason | None, Form()] = None,
    back: Annotated[str, Form(max_length=1_000)] = "",
) -> Response:
    """Do with a course what a button says, once; the list and the next plan heed it at once.

    Why a course is waved off is said afterwards, or not at all: it changes nothing more.
    """
    choice = Choice(course_id, kind, press, reason or "" if kind == "dismissed" else "")
    if choice.record(here, visitor) and not choice.reason:
        follow_wish(here, visitor, course_id, kind)
    query = dict(parse_qsl(back))
    kept = {
        name: text for name, text in query.items() if name in Filters.__slots__ or name == "more"
    }
    return see("/", **kept, did="told" if choice.reason else kind, course=course_id)


async def _list(here: Service, view: View, visitor: Visitor, wanted: Wanted) -> List:
    ask = Ask(visitor.tenant, view.teacher_id, LONGEST, explain=True, wanted=wanted)
    return await here.lists.now(ask, here.clock())


def _home(
    here: Service, visitor: Visitor, view: View, lists: tuple[List, List], filters: Filters
) -> dict[str, Any]:
    """Return what the page shows of the whole list, and of what it is narrowed to."""
    stands = standing(view.dataset), enrolled(view.dataset)
    every, cards = (cards_of(each.items, view.dataset, *stands) for each in lists)
    return {
        "credits": credits_or_none(here, view, visitor),
        "cards": beginning_in(cards, filters.term),
        "wishes": [each for each in every if each.choice == "selected"],
        "filters": filters,
        "options": {
            "domain": values_in(every, "domain"),
            "subject": values_in(every, "subjects"),
            "mode": values_in(every, "mode"),
            "tier": values_in(every, "tier"),
            "term": terms_in(every),
        },
        "is_new": not len(view.dataset.log),
        "press": lambda: secrets.token_hex(_PRESS),
    }
