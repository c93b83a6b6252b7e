"""Whatever a browser is refused, wherever in the service, it is told as a page."""

from __future__ import annotations

from typing import Final

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.problems import MEDIA_TYPE
from serving.web.failing import failure

#: Kept of the answer in whose place the page comes.
_KEPT: Final = ("allow", "retry-after", "x-request-id")


class Paged:
    """Middleware around everything else: programs pass it untouched.

    Parameters
    ----------
    app
        What it stands in front of.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, and look at its answer."""
        if scope["type"] != "http" or not _is_browser(scope):
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        await self._app(scope, receive, answer.send)
        if answer.problem is not None:
            page = failure(Request(scope), answer.problem["status"])
            before = Headers(raw=answer.problem["headers"])
            page.headers.update({name: before[name] for name in _KEPT if name in before})
            await page(scope, receive, send)


class _Answer:
    """Holds back an answer that is a problem, and no other."""

    def __init__(self, send: Send) -> None:
        self.problem: Message | None = None
        self._send = send

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            kind = Headers(raw=message["headers"]).get("content-type", "")
            self.problem = message if kind.startswith(MEDIA_TYPE) else None
        if self.problem is None:
            await self._send(message)


def _is_browser(scope: Scope) -> bool:
    asked = Headers(scope=scope).get("accept", "")
    return "text/html" in asked and not scope["path"].startswith("/v1/")
