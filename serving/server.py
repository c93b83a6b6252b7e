"""The server: settings in, a listening service out."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Final

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

from serving.api.app import create_app
from serving.listening import SharedPort, require_free
from serving.logs import configure_logs
from serving.settings import Settings
from serving.store.engine import Store

#: Seconds after which a worker that does not say that it is well is replaced.
_PATIENCE: Final = 60


def settled(settings: Settings) -> FastAPI:
    """Return the app, all that it has loaded when it starts left out of collections of garbage.

    Looking through modules, models and catalogues takes a tenth of a second, and frees nothing: it
    came in the middle of one request in a hundred.
    """
    configure_logs(settings.log_level)
    app = create_app(settings)
    started = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with started(app):
            gc.collect()
            gc.freeze()
            yield

    app.router.lifespan_context = lifespan
    return app


def serve(settings: Settings, make: Callable[[Settings], ASGIApp] = settled) -> None:
    """Serve until stopped; a signal lets running requests finish.

    Several workers are processes that share the port and, through the store, all that they know.

    Parameters
    ----------
    make
        Makes the app of a worker; a function of a module, for it is called in each process.

    Raises
    ------
    InvalidSetting
        If the store cannot be opened, or the port is taken.
    """
    configure_logs(settings.log_level)
    # Opened here first: a store that cannot be opened is said once, and migrated by one.
    Store.open(settings.database_url).close()
    require_free(settings.host, settings.port)
    config = uvicorn.Config(
        partial(make, settings),
        factory=True,
        workers=settings.workers,
        timeout_worker_healthcheck=_PATIENCE,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.proxies,
    )
    if settings.workers > 1:
        with SharedPort.bound(settings.host, settings.port) as shared:
            Multiprocess(config, sockets=[shared]).run()
    else:
        with suppress(KeyboardInterrupt):  # raised again once everything has been finished
            uvicorn.Server(config).run()
