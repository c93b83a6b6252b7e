"""The gate: every request gets an id, a limit on its body, and a line in the log."""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.metrics import Metrics
from serving.problems import FAILED, TOO_LARGE, TOO_SLOW, problem

REQUEST_ID = "X-Request-Id"
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class Gate:
    """Middleware around the whole app.

    Parameters
    ----------
    app
        What it guards.
    max_body
        In bytes; a larger body is refused before it has been read.
    larger
        Path -> how large a body may be there.
    metrics
        Are told of every request.
    seconds
        How long each part of a body may take to arrive.
    """

    app: ASGIApp
    max_body: int
    metrics: Metrics
    larger: Mapping[str, int]
    seconds: float

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get(REQUEST_ID, "")
        request_id = given if _ID.fullmatch(given) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        passage = _Passage(scope, send, request_id)
        self.metrics.begun()
        try:
            with structlog.contextvars.bound_contextvars(request_id=request_id):
                await self._pass(passage, receive, headers)
                passage.log()
        finally:
            method = str(scope["method"])
            self.metrics.ended(method, passage.route, passage.status, passage.seconds)

    async def _pass(self, passage: _Passage, receive: Receive, headers: Headers) -> None:
        limit = self.larger.get(passage.scope["path"], self.max_body)
        declared = headers.get("content-length", "0")
        if not declared.isdecimal() or int(declared[:20]) > limit:
            refusal = problem(TOO_LARGE, _advice(limit), passage.request_id)
            await refusal(passage.scope, receive, passage.send)
            return
        try:
            body = _Body(receive, limit, self.seconds)
            await self.app(passage.scope, body.receive, passage.send)
        except Exception as error:
            structlog.get_logger().error("failed", exc_info=error)
            if passage.status:
                raise  # half an answer is out: the server can only cut the line
            answer = problem(FAILED, "the request was not carried out", passage.request_id)
            await answer(passage.scope, receive, passage.send)


@dataclass(slots=True)
class _Body:
    """Counts what arrives: a length need not be declared, and need not be true or sent soon."""

    source: Receive
    limit: int
    seconds: float
    arrived: int = 0
    whole: bool = False

    async def receive(self) -> Message:
        if self.whole:
            return await self.source()  # that the client has gone, whenever it does
        try:
            async with asyncio.timeout(self.seconds):
                message = await self.source()
        except TimeoutError:
            raise HTTPException(
                TOO_SLOW.status, f"expected more within {self.seconds:g} s"
            ) from None
        self.whole = not message.get("more_body", False)
        self.arrived += len(message.get("body", b""))
        if self.arrived > self.limit:
            # FastAPI turns any other error raised while it reads a body into a 400.
            raise HTTPException(TOO_LARGE.status, _advice(self.limit))
        return message


def _advice(limit: int) -> str:
    return f"expected a body of at most {limit} bytes; send less at once"


class _Passage:
    """One request on its way: adds the id to the answer and remembers its status."""

    def __init__(self, scope: Scope, send: Send, request_id: str) -> None:
        self.scope = scope
        self.request_id = request_id
        self.status = 0
        self._send = send
        self._began = time.perf_counter()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            MutableHeaders(scope=message)[REQUEST_ID] = self.request_id
        await self._send(message)

    @property
    def route(self) -> str:
        """The pattern of the route, not the address: an address names a teacher."""
        return getattr(self.scope.get("route"), "path", "")

    @property
    def seconds(self) -> float:
        """Since the request came."""
        return time.perf_counter() - self._began

    def log(self) -> None:
        structlog.get_logger().info(
            "request",
            method=self.scope["method"],
            route=self.route,
            status=self.status,
            milliseconds=round(1000 * self.seconds, 1),
        )
