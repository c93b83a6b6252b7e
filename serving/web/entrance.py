"""The entrance: where a link leads, and where a visit ends.

A chat application opens every address that is sent through it, to show what is behind it. So an
address alone uses nothing up: it shows a page with one button, and the button does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Form, Path, Query, Request, Response, status
from fastapi.responses import RedirectResponse

from serving import problems
from serving.api.attempts import ATTEMPTING
from serving.api.context import Here, Service
from serving.errors import Forged, NotSignedIn, SpentLink, TooManyAttempts
from serving.launching import launch as use
from serving.sessions import Begun, enter, leave
from serving.web.failing import PageRoute
from serving.web.pages import HEADERS, show
from serving.web.visitor import Visiting, cookie_name, is_own, require_own

HOME: Final = "/"
LONGEST: Final = 8_000
#: The word of an error's page, and the status that it has.
_ERRORS: Final = {NotSignedIn: "signed_out", SpentLink: "spent", Forged: "forged"}
_STATUS: Final = {"signed_out": 401, "spent": 410, "forged": 403, "often": 429}

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Token = Annotated[str, Path(max_length=200)]


@router.get("/enter")
def show_launch(request: Request, launch: Annotated[str, Query(max_length=LONGEST)]) -> Response:
    """Show the button that lets in whom a platform launches."""
    return page(request, "door", action="/enter", launch=launch)


@router.post("/enter", dependencies=ATTEMPTING)
def be_launched(
    request: Request, here: Here, launch: Annotated[str, Form(max_length=LONGEST)]
) -> Response:
    """Use a launch up, and begin a visit; a platform's own form leads to the button first."""
    if not is_own(request):
        return page(request, "door", action="/enter", launch=launch)
    return let_in(here, use(here.store, launch, here.clock(), here.settings))


@router.get("/enter/{token}")
def show_door(token: Token, request: Request) -> Response:
    """Show the button that lets in; whether the link is valid is told when it is pressed."""
    return page(request, "door", action=f"/enter/{quote(token)}")


@router.post("/enter/{token}", dependencies=ATTEMPTING)
def come_in(token: Token, request: Request, here: Here) -> Response:
    """Use the link up, and begin a visit."""
    require_own(request)
    return let_in(here, enter(here.store, token, here.clock(), here.settings))


@router.post("/leave")
def go(request: Request, visitor: Visiting, here: Here) -> Response:
    """End the visit."""
    leave(here.store, visitor.session, here.clock())
    answer = page(request, "left")
    answer.delete_cookie(cookie_name(here.settings), secure=here.settings.https, httponly=True)
    return answer


def let_in(here: Service, begun: Begun) -> Response:
    """Give a visitor the cookie, and lead them to their first page."""
    answer = RedirectResponse(HOME, status.HTTP_303_SEE_OTHER, HEADERS)
    answer.set_cookie(
        cookie_name(here.settings),
        begun.cookie,
        max_age=int(here.settings.session_life),
        secure=here.settings.https,
        httponly=True,
        samesite="lax",
    )
    return answer


def page(request: Request, word: str, *, action: str = "", launch: str = "") -> Response:
    """Return a page of the entrance.

    Parameters
    ----------
    word
        ``door``, ``left``, or why somebody is not let in.
    action
        Where the door's button leads.
    launch
        What it sends along.
    """
    status_code = _STATUS.get(word, status.HTTP_200_OK)
    values = {"word": word, "action": action, "launch": launch}
    return show(request, None, "entrance.html", status_code=status_code, **values)


def install(app: FastAPI) -> None:
    """Let whoever is not let in see a page that says why."""
    for error, word in _ERRORS.items():
        app.exception_handler(error)(_turning_away(word))
    app.exception_handler(TooManyAttempts)(_make_wait)


async def _make_wait(request: Request, error: TooManyAttempts) -> Response:
    if not request.url.path.startswith("/enter"):
        return await problems.of_ours(request, error)
    answer = page(request, "often")
    answer.headers.update(error.headers)
    return answer


def _turning_away(word: str) -> Callable[[Request, Exception], Response]:
    def turn_away(request: Request, error: Exception) -> Response:
        return page(request, word)

    return turn_away
