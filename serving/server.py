"""The server: settings in, a listening service out."""

from __future__ import annotations

import uvicorn

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
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
    )
