"""Me: what is used about me, what I want, where I stand; and how to end it all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Form, Path, Request, Response
from starlette.datastructures import FormData

from features.columns import ColumnsFile
from features.errors import InvalidSetting
from features.moments import instant
from features.tables import BY_NAME
from serving import privacy
from serving.api.context import Here
from serving.diagnosing import LEVELS, Competency, competencies, diagnose
from serving.privacy import Tag, Whose
from serving.store.tenants import find_tenant
from serving.web.chart import bars
from serving.web.failing import PageRoute
from serving.web.pages import see, show
from serving.web.tag_words import shown_tag
from serving.web.visitor import Visiting, Visitor, cookie_name

ADDRESS: Final = "/me"
#: How a level's field of the form begins.
LEVEL: Final = "level-"
router = APIRouter(include_in_schema=False, route_class=PageRoute)
TagName = Annotated[str, Path(max_length=200)]


async def _fields(request: Request) -> FormData:
    return await request.form()


Fields = Annotated[FormData, Depends(_fields)]


@router.get(ADDRESS)
def get_me(request: Request, visitor: Visiting, here: Here, said: str = "") -> Response:
    """Show what is used about the teacher, and how they stand."""
    whose, now = _whose(visitor), instant(here.clock())
    with here.store.reading() as connection:
        tags = privacy.tags_of(connection, whose.tenant, whose.teacher_id, now)
        personal = privacy.is_personal(connection, whose.tenant, whose.teacher_id, now)
        columns, known = _known(connection, here, whose, tags)
    names = {each.code: each.name for each in known}
    return show(
        request,
        visitor,
        "me.html",
        said=said[:20],
        personal=personal,
        stated=[shown_tag(each, columns, names) for each in tags if each.kind == "stated"],
        inferred=[shown_tag(each, columns, names) for each in tags if each.kind != "stated"],
        goals=next((each.value for each in tags if each.tag == "goals"), None) or [],
        competencies=known,
        chart=bars(known),
        levels=LEVELS,
    )


@router.post(f"{ADDRESS}/tags/{{tag}}")
def post_tag(tag: TagName, visitor: Visiting, here: Here, fields: Fields) -> Response:
    """Correct what is used."""
    values = [str(value) for value in fields.getlist("value")]
    if not values or not any(values):
        raise InvalidSetting("value", expected="a value", got="none", remedy="choose one")
    many = BY_NAME["teachers"].column(tag).many if tag in privacy.STATED else False
    privacy.correct(
        here.store, _whose(visitor), tag, values if many else _typed(values[0]), here.clock()
    )
    return see(ADDRESS, said="kept")


@router.post(f"{ADDRESS}/tags/{{tag}}/suppress")
def post_tag_suppress(tag: TagName, visitor: Visiting, here: Here) -> Response:
    """Use something no longer."""
    privacy.suppress(here.store, _whose(visitor), tag, here.clock())
    return see(ADDRESS, said="removed")


@router.post(f"{ADDRESS}/tags/{{tag}}/restore")
def post_tag_restore(tag: TagName, visitor: Visiting, here: Here) -> Response:
    """Let hold again what others say."""
    privacy.correct(here.store, _whose(visitor), tag, None, here.clock())
    return see(ADDRESS, said="restored")


@router.post(f"{ADDRESS}/goals")
def post_goals(visitor: Visiting, here: Here, fields: Fields) -> Response:
    """Say in which competencies the teacher wants to grow; without any, goals are not used."""
    goals = [str(value) for value in fields.getlist("goal")]
    whose, now = _whose(visitor), here.clock()
    if goals:
        privacy.correct(here.store, whose, "goals", goals, now)
    else:
        privacy.suppress(here.store, whose, "goals", now)
    return see(ADDRESS, said="kept")


@router.post(f"{ADDRESS}/levels")
def post_levels(visitor: Visiting, here: Here, fields: Fields) -> Response:
    """Keep the levels that the teacher states."""
    whose, now = _whose(visitor), here.clock()
    levels = {
        name.removeprefix(LEVEL): int(str(value))
        for name, value in fields.items()
        if name.startswith(LEVEL) and str(value) in _LEVEL_WORDS
    }
    with here.store.writing() as connection:
        _, known = _known(connection, here, whose, ())
        diagnose(connection, whose, known, levels, now)
    return see(ADDRESS, said="kept")


@router.post(f"{ADDRESS}/personalisation")
def post_personalisation(visitor: Visiting, here: Here, on: Annotated[bool, Form()]) -> Response:
    """Be advised personally, or not, from the next page on."""
    privacy.switch(here.store, _whose(visitor), on, here.clock())
    return see(ADDRESS, said="on" if on else "off")


@router.post(f"{ADDRESS}/export")
def post_export(visitor: Visiting, here: Here) -> Response:
    """Return everything that is stored about the teacher."""
    found = privacy.everything_about(here.store, _whose(visitor), here.clock())
    text = json.dumps(found, ensure_ascii=False, indent=2)
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": 'attachment; filename="zixuan-everything.json"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(text.encode("utf-8", "replace"), media_type="application/json", headers=headers)


@router.get(f"{ADDRESS}/erase")
def get_erase(request: Request, visitor: Visiting) -> Response:
    """Ask whether everything is really to go."""
    visitor.teacher()
    return show(request, visitor, "erase.html", unsure=False)


@router.post(f"{ADDRESS}/erase")
def post_erase(
    request: Request, visitor: Visiting, here: Here, sure: Annotated[str, Form()] = ""
) -> Response:
    """Erase everything about the teacher, who has said so twice."""
    if sure != "yes":
        return show(request, visitor, "erase.html", unsure=True, status_code=422)
    privacy.erase(here.store, _whose(visitor), here.clock())
    answer = show(request, None, "erased.html")
    answer.delete_cookie(cookie_name(here.settings), secure=here.settings.https, httponly=True)
    return answer


_LEVEL_WORDS: Final = frozenset(str(level) for level in range(len(LEVELS)))


def _known(
    connection: sa.Connection, here: Here, whose: Whose, tags: list[Tag] | tuple[()]
) -> tuple[ColumnsFile, tuple[Competency, ...]]:
    """Return what the tenant's columns mean, and how the teacher stands in each competency."""
    owner = find_tenant(connection, whose.tenant)
    shared = here.shelves.of(connection, owner).dataset
    stage = next((each.value for each in tags if each.tag == "career_stage"), None)
    found = competencies(connection, whose.tenant, shared, whose.teacher_id, stage)
    return owner.columns, found


def _typed(text: str) -> Any:
    """Return what a field of a form means where a column holds a number or a yes."""
    words: Mapping[str, bool] = {"true": True, "false": False}
    if text in words:
        return words[text]
    try:
        return float(text)
    except ValueError:
        return text


def _whose(visitor: Visitor) -> Whose:
    return Whose(visitor.tenant, visitor.teacher(), visitor.actor)
