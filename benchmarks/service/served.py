"""The service with two routes beside it that do nothing: what every request costs at least.

python -m benchmarks.service.served PORT WORKERS
"""

from __future__ import annotations

import sys

import uvicorn
from fastapi import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.api.app import create_app
from serving.logs import configure_logs
from serving.settings import read_settings

BARE, STATIC = "/bare", "/static"
#: As long as a list of ten courses without reasons.
ANSWER = b'{"items":[' + b",".join([b'{"course_id":"c-0001","title_zh":"x","rank":1}'] * 50) + b"]}"
_TYPE = "application/json"


def make() -> ASGIApp:
    """Return the service with both routes: one behind its middleware, one before it."""
    settings = read_settings()
    configure_logs(settings.log_level)
    app = create_app(settings)

    @app.get(STATIC)
    async def get_static() -> Response:
        return Response(ANSWER, media_type=_TYPE)

    async def bare(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == BARE:
            await Response(ANSWER, media_type=_TYPE)(scope, receive, send)
        else:
            await app(scope, receive, send)

    return bare


def main() -> None:
    port, workers = int(sys.argv[1]), int(sys.argv[2])
    uvicorn.run(
        "benchmarks.service.served:make",
        factory=True,
        port=port,
        workers=workers,
        log_config=None,
        access_log=False,
        server_header=False,
    )


if __name__ == "__main__":
    main()
