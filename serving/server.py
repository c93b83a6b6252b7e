"""The server: settings in, a listening service out."""

from __future__ import annotations

import gc
import os
from typing import Final

import uvicorn
from fastapi import FastAPI

from serving.api.app import create_app
from serving.logs import configure_logs
from serving.settings import PREFIX, Settings, read_settings
from serving.store.engine import Store

#: Seconds after which a worker that does not say that it is well is replaced.
_PATIENCE: Final = 60


def serve(settings: Settings) -> None:
    """Serve until stopped; a signal lets running requests finish.

    Several workers are processes that share the port and, through the store, all that they know.

    Raises
    ------
    InvalidSetting
        If the store cannot be opened.
    """
    configure_logs(settings.log_level)
    # Opened here first: a store that cannot be opened is said once, and migrated by one.
    Store.open(settings.database_url).close()
    many = settings.workers > 1
    if many:
        _tell_workers(settings)
    uvicorn.run(
        f"{__name__}:{app_of_environment.__name__}" if many else _settled(settings),
        factory=many,
        workers=settings.workers if many else None,
        timeout_worker_healthcheck=_PATIENCE,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.proxies,
    )


def app_of_environment() -> FastAPI:
    """Return the app of one worker; its settings are in the environment."""
    settings = read_settings()
    configure_logs(settings.log_level)
    return _settled(settings)


def _tell_workers(settings: Settings) -> None:
    for name, value in settings.model_dump(mode="json", exclude_none=True).items():
        os.environ[f"{PREFIX}{name.upper()}"] = str(value)


def _settled(settings: Settings) -> FastAPI:
    """Return the app, all that it has loaded left out of later collections of garbage.

    Looking through modules and models takes a tenth of a second, and frees nothing: it came in
    the middle of one request in a hundred.
    """
    app = create_app(settings)
    gc.collect()
    gc.freeze()
    return app
