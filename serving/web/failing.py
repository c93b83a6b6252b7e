"""What a reader sees when a page cannot be shown: the same errors as the API's, as a page."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from features.errors import ZixuanError
from serving.errors import Forged, NotSignedIn, SpentLink
from serving.problems import INVALID_REQUEST, NO_STORE, RETRY_SECONDS, kind_of
from serving.web.pages import show

#: Turned away at the door, which says so itself.
_DOOR = (NotSignedIn, SpentLink, Forged)


class PageRoute(APIRoute):
    """A route whose errors are pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, errors shown."""
        handle = super().get_route_handler()

        async def handle_or_show(request: Request) -> Response:
            try:
                return await handle(request)
            except _DOOR:
                raise
            except ZixuanError as error:
                return failure(request, kind_of(error).status)
            except RequestValidationError:
                return failure(request, INVALID_REQUEST.status)
            except OperationalError as error:
                structlog.get_logger().error("store", exc_info=error)
                return failure(request, NO_STORE.status)

        return handle_or_show


def install(app: FastAPI) -> None:
    """Let a browser see a page, too, for an address that there is not, or not in this way."""
    told = app.exception_handlers[HTTPException]

    async def show_or_tell(request: Request, error: HTTPException) -> Response:
        if _is_browser(request):
            return failure(request, error.status_code)
        answer = told(request, error)
        return answer if isinstance(answer, Response) else await answer

    app.exception_handler(HTTPException)(show_or_tell)


def _is_browser(request: Request) -> bool:
    asked = request.headers.get("accept", "")
    return "text/html" in asked and not request.url.path.startswith("/v1/")


def failure(request: Request, status: int) -> Response:
    """Say what went wrong in the reader's words; the error's own are for whoever runs this."""
    answer = show(request, None, "failed.html", status_code=status, status=status)
    if status == NO_STORE.status:
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer
