"""What a reader sees when a page cannot be shown: the same errors as the API's, as a page."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import DatabaseError

from features.errors import ZixuanError
from serving.errors import Forged, NotSignedIn, SpentLink, TooManyAttempts
from serving.problems import INVALID_REQUEST, NO_STORE, RETRY_SECONDS, kind_of
from serving.store.health import is_failure
from serving.web.pages import show

#: Turned away at the door, which says so itself.
_DOOR = (NotSignedIn, SpentLink, Forged, TooManyAttempts)


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
            except DatabaseError as error:
                if not is_failure(error):
                    raise
                structlog.get_logger().error("store", exc_info=error)
                return failure(request, NO_STORE.status)

        return handle_or_show


def failure(request: Request, status: int) -> Response:
    """Say what went wrong in the reader's words; the error's own are for whoever runs this."""
    answer = show(request, None, "failed.html", status_code=status, status=status)
    if status == NO_STORE.status:
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer
