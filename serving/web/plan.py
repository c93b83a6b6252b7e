"""Plan: the years ahead, and how to change them."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from serving.web.failing import PageRoute
from serving.web.pages import show
from serving.web.visitor import Visiting

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/plan")
async def get_plan(request: Request, visitor: Visiting) -> Response:
    """Show the teacher's plan."""
    visitor.teacher()
    return show(request, visitor, "plan.html")
