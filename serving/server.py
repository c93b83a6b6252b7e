"""The server: settings in, a listening service out."""

from __future__ import annotations

import gc

import uvicorn
from fastapi import FastAPI

from serving.api.app import create_app
from serving.logs import configure_logs
from serving.settings import Settings


def serve(settings: Settings) -> None:
    """Serve until stopped; a signal lets running requests finish.

    Raises
    ------
    InvalidSetting
        If the store cannot be opened.
    """
    configure_logs(settings.log_level)
    uvicorn.run(
        _settled(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
    )


def _settled(settings: Settings) -> FastAPI:
    """Return the app, all that it has loaded left out of later collections of garbage.

    Looking through modules and models takes a tenth of a second, and frees nothing: it came in
    the middle of one request in a hundred.
    """
    app = create_app(settings)
    gc.collect()
    gc.freeze()
    return app
