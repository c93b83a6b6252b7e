"""Home: what is missing, what to do next, and the courses to choose from."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from recommender.advise import Recommendation, WhyNot, why_not
from recommender.scorers.hybrid import Hybrid
from serving.advising import View
from serving.api.context import Here, Service
from serving.errors import NoModel
from serving.lists import Ask
from serving.web.cards import LONGEST, SHOWN, Wanted, cards_of, narrowed, terms_in, values_in
from serving.web.choices import Choice, enrolled, standing, titles_of
from serving.web.failing import PageRoute
from serving.web.pages import see, show
from serving.web.sight import by_model, credits_or_none, view_of
from serving.web.visitor import Visiting, Visitor
from serving.web.wishes import follow_wish

router = APIRouter(include_in_schema=False, route_class=PageRoute)
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
    now = here.clock()
    ask = Ask(visitor.tenant, visitor.teacher(), LONGEST, explain=True)
    try:
        found = await here.lists.now(ask, now)
    except NoModel:
        return show(request, visitor, "home_without_list.html", status_code=503)
    wanted = Wanted.of(request)
    values = await run_in_threadpool(_home, here, visitor, found.items, wanted)
    limit = LONGEST if more else SHOWN
    chosen = values["cards"][:limit]
    degraded = found.source != Hybrid.name
    here.metrics.listed(found.source, degraded=degraded)
    here.impressions.show(ask, tuple(each.found for each in chosen), found.loaded.version, now)
    did_to = await run_in_threadpool(_titles, here, visitor, course)
    shown: dict[str, Any] = {
        "limit": limit,
        "degraded": degraded,
        "did": did,
        "did_course": course,
        "did_to": did_to,
        "request_query": urlencode(wanted.query | ({"more": "true"} if more else {})),
        "more_path": "/?" + urlencode(wanted.query | {"more": "true"}),
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
    back: Annotated[str, Form(max_length=1_000)] = "",
) -> Response:
    """Do with a course what a button says, once; the list and the next plan heed it at once."""
    if Choice(course_id, kind, press).record(here, visitor):
        follow_wish(here, visitor, course_id, kind)
    query = dict(parse_qsl(back))
    kept = {
        name: text for name, text in query.items() if name in Wanted.__slots__ or name == "more"
    }
    return see("/", **kept, did=kind, course=course_id)


@router.get("/why-not")
def get_why_not(
    request: Request, visitor: Visiting, here: Here, q: Annotated[str, Query(max_length=60)] = ""
) -> Response:
    """Say what keeps a course out of the list, of the courses whose title holds some words."""
    told = by_model(here, visitor, lambda view: _why_not(view, q))
    return show(request, visitor, "why_not.html", q=q, told=told)


def _why_not(view: View, q: str) -> list[tuple[tuple[str, str], WhyNot]]:
    words = q.lower().split()
    table = view.dataset.table("courses")
    text = table["title_zh"].fillna("") + " " + table["title_en"].fillna("").str.lower()
    hits = table[[bool(words) and all(word in each for word in words) for each in text]].head(8)
    return [
        (
            (row.title_zh, row.title_en),
            why_not(
                view.loaded.model,
                view.dataset,
                teacher_id=view.teacher_id,
                course_id=row.course_id,
                as_of=view.as_of,
            ),
        )
        for row in hits.itertuples()
    ]


def _home(
    here: Service,
    visitor: Visitor,
    found: Sequence[Recommendation],
    wanted: Wanted,
) -> dict[str, Any]:
    view = view_of(here, visitor)
    choices = standing(view.dataset)
    every = cards_of(found, view.dataset, choices, enrolled(view.dataset))
    return {
        "credits": credits_or_none(here, view, visitor),
        "cards": narrowed(every, wanted),
        "wishes": [each for each in every if each.choice == "selected"],
        "wanted": wanted,
        "filters": {
            "domain": values_in(every, "domain"),
            "subject": values_in(every, "subjects"),
            "mode": values_in(every, "mode"),
            "tier": values_in(every, "tier"),
            "term": terms_in(every),
        },
        "is_new": not len(view.dataset.log),
        "press": lambda: secrets.token_hex(_PRESS),
    }


def _titles(here: Service, visitor: Visitor, course_id: str) -> tuple[str, str]:
    if not course_id:
        return "", ""
    with here.store.reading() as connection:
        return titles_of(connection, visitor.tenant, course_id)
