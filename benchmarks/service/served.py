"""The service with two routes beside it that do nothing: what every request costs at least.

Started by ``benchmarks.service.running``, with the settings of the service in the environment.
"""

from __future__ import annotations

from fastapi import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.server import serve, settled
from serving.settings import Settings, read_settings

BARE, STATIC = "/bare", "/static"
#: As long as a list of ten courses without reasons.
ANSWER = b'{"items":[' + b",".join([b'{"course_id":"c-0001","title_zh":"x","rank":1}'] * 50) + b"]}"
_TYPE = "application/json"


def make(settings: Settings) -> ASGIApp:
    """Return the service with both routes: one behind its middleware, one before it."""
    app = settled(settings)

    @app.get(STATIC)
    async def get_static() -> Response:
        return Response(ANSWER, media_type=_TYPE)

    # Tried first: the framework takes longer for each route that it tries before.
    app.router.routes.insert(0, app.router.routes.pop())

    async def bare(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == BARE:
            await Response(ANSWER, media_type=_TYPE)(scope, receive, send)
        else:
            await app(scope, receive, send)

    return bare


if __name__ == "__main__":
    serve(read_settings(), make)
