"""Shedding: a process that has more to do than it can answers some at once, to come back later.

Behind a queue that grows without end every answer comes too late, and all work is in vain. So many
requests wait; whoever comes on top is told so within microseconds, before anything is done for
the request, so that nearly all of the machine is left for those who wait.
"""

from __future__ import annotations

import asyncio
from itertools import cycle

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.metrics import Metrics
from serving.problems import OVERLOADED, problem

#: How a watcher tells that the process is alive: answered whatever waits.
EXEMPT = frozenset({"/livez", "/readyz", "/metrics"})
#: Seconds after which to come back; not all at once.
_RETRY = (1, 2, 3)
_ADVICE = "too many requests are waiting; nothing was done; come back after Retry-After seconds"


class Shedding:
    """Middleware around everything else.

    Parameters
    ----------
    app
        What it guards.
    most
        So many requests of one process wait or are being answered at a time.
    metrics
        Are told of every request that is shed.
    """

    def __init__(self, app: ASGIApp, most: int, metrics: Metrics) -> None:
        self._app = app
        self._most = most
        self._metrics = metrics
        self._inside = 0
        self._turn = asyncio.Lock()
        self._answers = cycle([_answer(seconds) for seconds in _RETRY])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request in, or tell it to come back."""
        if scope["type"] != "http" or scope["path"] in EXEMPT:
            await self._app(scope, receive, send)
            return
        if self._inside >= self._most:
            await self._shed(scope, receive, send)
            return
        self._inside += 1
        try:
            # One enters at a time, and between two the process looks at what has arrived: all of it
            # is counted before it is answered, and a probe waits for one request and not for all.
            async with self._turn:
                await asyncio.sleep(0)
            await self._app(scope, receive, send)
        finally:
            self._inside -= 1

    async def _shed(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._metrics.shed()
        await next(self._answers)(scope, receive, send)


def _answer(seconds: int) -> JSONResponse:
    """Return what tells somebody to come back: made before there is a rush."""
    answer = problem(OVERLOADED, _ADVICE, "shed")
    answer.headers["Retry-After"] = str(seconds)
    return answer
