"""Take away: the plan on paper, in a calendar, in a table; and the credit records."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from recommender.credits import credits_of
from serving.api.context import Here
from serving.datasets import with_teacher
from serving.latest_plans import latest_plan, require_plan
from serving.privacy import Whose
from serving.store import audit
from serving.store.tags import own_tags
from serving.store.teachers import frames_of
from serving.store.tenants import find_tenant
from serving.takeaway import calendar, paper
from serving.takeaway.languages import Language
from serving.takeaway.sheet import Sheet, sheet_of
from serving.takeaway.subscriptions import subscribe, subscribed_at, subscriber, unsubscribe
from serving.takeaway.tables import credit_table, plan_table
from serving.web.failing import PageRoute
from serving.web.language import language_of
from serving.web.pages import show
from serving.web.visitor import Visiting, Visitor

ADDRESS = "/take-away"
CSV = "text/csv; charset=utf-8"
router = APIRouter(include_in_schema=False, route_class=PageRoute)
Token = Annotated[str, Path(max_length=200)]


@router.get(ADDRESS)
def get_take_away(request: Request, visitor: Visiting, here: Here) -> Response:
    """Show what can be taken away."""
    return _page(request, visitor, here)


@router.post(f"{ADDRESS}/calendar")
def post_calendar(request: Request, visitor: Visiting, here: Here) -> Response:
    """Make an address for calendar programs, and show it this once."""
    whose, now = _whose(visitor), here.clock()
    with here.store.writing() as connection:
        token = subscribe(connection, whose.tenant, whose.teacher_id, now)
        audit.write(connection, whose.tenant, whose.deed("calendar.open", now))
    language = language_of(request).code
    return _page(request, visitor, here, str(request.url_for("follow", token=token, lang=language)))


@router.post(f"{ADDRESS}/calendar/end")
def post_calendar_end(request: Request, visitor: Visiting, here: Here) -> Response:
    """End the address that calendar programs have."""
    whose, now = _whose(visitor), here.clock()
    with here.store.writing() as connection:
        if unsubscribe(connection, whose.tenant, whose.teacher_id):
            audit.write(connection, whose.tenant, whose.deed("calendar.close", now))
    return _page(request, visitor, here)


@router.get(f"{ADDRESS}/plan.pdf")
def get_paper(request: Request, visitor: Visiting, here: Here) -> Response:
    """Return the plan as a PDF."""
    content = paper.paper_of(_sheet(visitor, here), _language(request))
    return _file(content, paper.MEDIA_TYPE, "plan.pdf")


@router.get(f"{ADDRESS}/plan.csv")
def get_plan_table(request: Request, visitor: Visiting, here: Here) -> Response:
    """Return the plan as a table."""
    return _file(plan_table(_sheet(visitor, here), _language(request)), CSV, "plan.csv")


@router.get(f"{ADDRESS}/plan.ics")
def get_calendar(request: Request, visitor: Visiting, here: Here) -> Response:
    """Return the plan as a calendar."""
    content = calendar.calendar_of(_sheet(visitor, here), _language(request))
    return _file(content, calendar.MEDIA_TYPE, "plan.ics")


@router.get(f"{ADDRESS}/credits.csv")
def get_credit_table(request: Request, visitor: Visiting, here: Here) -> Response:
    """Return the credit records as a table."""
    teacher_id = visitor.teacher()
    with here.store.reading() as connection:
        owner = find_tenant(connection, visitor.tenant)
        shared = here.shelves.of(connection, owner).dataset
        own = own_tags(connection, visitor.tenant, teacher_id)
        dataset = with_teacher(shared, frames_of(connection, owner, teacher_id), own)
    statement = credits_of(
        dataset,
        teacher_id=teacher_id,
        as_of=here.clock(),
        policy_folder=here.settings.policies,
    )
    return _file(credit_table(statement, _language(request)), CSV, "credits.csv")


@router.get("/calendar/{lang}/{token}.ics")
def follow(lang: Language, token: Token, here: Here) -> Response:
    """Return a plan to a calendar program; who knows the address needs nothing else."""
    with here.store.reading() as connection:
        who = subscriber(connection, token)
        stored = latest_plan(connection, who.tenant, who.teacher_id)
        folder = here.settings.policies
        sheet = sheet_of(connection, who.tenant, stored, folder) if stored else None
    return _file(calendar.calendar_of(sheet, lang), calendar.MEDIA_TYPE, "plan.ics")


def _page(request: Request, visitor: Visitor, here: Here, address: str = "") -> Response:
    teacher_id = visitor.teacher()
    with here.store.reading() as connection:
        since = subscribed_at(connection, visitor.tenant, teacher_id)
        stored = latest_plan(connection, visitor.tenant, teacher_id)
    return show(
        request,
        visitor,
        "take_away.html",
        since=since,
        has_plan=stored is not None,
        address=address,
    )


def _sheet(visitor: Visitor, here: Here) -> Sheet:
    """Return the visitor's latest plan.

    Raises
    ------
    UnknownId
        If there is none yet.
    """
    teacher_id = visitor.teacher()
    with here.store.reading() as connection:
        stored = require_plan(connection, visitor.tenant, teacher_id)
        return sheet_of(connection, visitor.tenant, stored, here.settings.policies)


def _whose(visitor: Visitor) -> Whose:
    return Whose(visitor.tenant, visitor.teacher(), visitor.actor)


def _language(request: Request) -> Language:
    return Language(language_of(request).code)


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="zixuan-{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=kind, headers=headers)
