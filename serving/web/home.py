"""Home: what is missing, what to do next, and the courses to choose from."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from serving.web.failing import PageRoute
from serving.web.pages import see, show
from serving.web.visitor import Visiting

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/")
async def get_home(request: Request, visitor: Visiting) -> Response:
    """Show the teacher's first page."""
    if visitor.organisation_id is not None:
        return see("/desk")
    visitor.teacher()
    return show(request, visitor, "home.html")
