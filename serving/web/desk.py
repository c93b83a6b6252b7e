"""The administrator's view: plans that wait, places, demand, equity, credits at risk; and CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Final

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from features.errors import UnknownId
from serving.api.context import Here, Service
from serving.desk.jurisdiction import jurisdiction, unknown_organisation
from serving.desk.plans import Word, answer
from serving.desk.report import Report, report
from serving.desk.seats import STANDINGS
from serving.desk.standing import MEASURES
from serving.errors import NotAllowed
from serving.identity import Scope
from serving.store import audit
from serving.store.tenants import find_tenant
from serving.web import desk_tables
from serving.web.failing import PageRoute
from serving.web.language import Language, language_of
from serving.web.pages import HEADERS, see, show
from serving.web.visitor import Visiting, Visitor

ADDRESS: Final = "/desk"
#: Of long tables so much is shown; all of it is in the CSV.
MOST_ROWS: Final = 25
NEAR_TERMS: Final = 4
router = APIRouter(include_in_schema=False, route_class=PageRoute)
OrganisationId = Annotated[str, Path(max_length=200)]
PlanId = Annotated[str, Path(max_length=200)]
#: Name of a page's table -> what makes it.
TABLES: Final[Mapping[str, Callable[[Report, Language], bytes]]] = MappingProxyType(
    {
        "waiting": desk_tables.waiting,
        "places": desk_tables.places,
        "demand": desk_tables.demand,
        "equity": desk_tables.equity,
        "schools": desk_tables.schools,
        "risk": desk_tables.risk,
    }
)


@router.get(ADDRESS)
def get_desk(visitor: Visiting) -> Response:
    """Lead to the view of the own organisation."""
    return RedirectResponse(f"{ADDRESS}/{_own(visitor)}", 303, HEADERS)


@router.get(f"{ADDRESS}/{{organisation_id}}")
def get_view(
    organisation_id: OrganisationId,
    request: Request,
    visitor: Visiting,
    here: Here,
    said: str = "",
) -> Response:
    """Show what is known of the own organisation."""
    found = _report(visitor, organisation_id, here)
    return show(
        request,
        visitor,
        "desk.html",
        report=found,
        may_answer=Scope.SCHOOL in visitor.scopes and found.within.named,
        measures=MEASURES,
        standings=tuple(STANDINGS),
        most=MOST_ROWS,
        near=NEAR_TERMS,
        said=said[:20],
    )


@router.get(f"{ADDRESS}/{{organisation_id}}/{{name}}.csv")
def get_table(
    organisation_id: OrganisationId, name: str, request: Request, visitor: Visiting, here: Here
) -> Response:
    """Return one of the view's tables."""
    found = _report(visitor, organisation_id, here)
    if name not in TABLES:
        raise UnknownId(f"the table {name[:40]!r}", remedy="take one that the page names")
    content = TABLES[name](found, language_of(request))
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="zixuan-{name}.csv"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


@router.post(f"{ADDRESS}/{{organisation_id}}/plans/{{plan_id}}")
def post_word(
    organisation_id: OrganisationId,
    plan_id: PlanId,
    visitor: Visiting,
    here: Here,
    revision: Annotated[int, Form(ge=1, le=1_000_000)],
    word: Annotated[Word, Form()],
) -> Response:
    """Confirm a plan, or return it to its teacher."""
    own = _own(visitor)
    visitor.require(Scope.SCHOOL)
    now = here.clock()
    with here.store.writing() as connection:
        if organisation_id != own:
            raise unknown_organisation(organisation_id)
        shelf = here.shelves.of(connection, find_tenant(connection, visitor.tenant))
        within = jurisdiction(connection, visitor.tenant, shelf.dataset, own, now)
        stored = answer(connection, within, plan_id, revision, word, now)
        action = "plan.confirm" if word == "school_confirmed" else "plan.return"
        whose = (stored.plan.teacher_id,)
        deed = audit.Deed(visitor.actor, action, plan_id, now, whose)
        audit.write(connection, visitor.tenant, deed)
    return see(f"{ADDRESS}/{own}", said=word)


def _own(visitor: Visitor) -> str:
    """Return the organisation whose administrator visits.

    Raises
    ------
    NotAllowed
        If it is a teacher, or somebody without a scope.
    """
    allowed = {Scope.SCHOOL, Scope.ADMIN} & visitor.scopes
    if visitor.organisation_id is None or not allowed:
        raise NotAllowed(
            "this page",
            expected="an administrator of an organisation",
            remedy="ask your platform for a link that opens it",
        )
    return visitor.organisation_id


def _report(visitor: Visitor, organisation_id: str, here: Service) -> Report:
    own = _own(visitor)
    if organisation_id != own:
        raise unknown_organisation(organisation_id)
    with here.store.reading() as connection:
        shelf = here.shelves.of(connection, find_tenant(connection, visitor.tenant))
        folder = here.settings.policies
        return report(connection, visitor.tenant, shelf.dataset, own, here.clock(), folder)
