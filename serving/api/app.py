"""The app: routes, errors and limits put together; nothing happens before it is asked for."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from time import monotonic
from typing import Any

import pandas as pd
import sqlalchemy as sa
import structlog
from fastapi import Depends, FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from serving import problems
from serving.api import (
    audit,
    batch,
    bulk,
    changes,
    courses,
    credits,
    diagnoses,
    discovery,
    enrolments,
    evaluations,
    events,
    links,
    model,
    oauth,
    organisations,
    parts,
    plans,
    privacy,
    probes,
    recommendations,
    teachers,
    webhooks,
    why_not,
)
from serving.api import metrics as watching
from serving.api.answers import ProblemDetails
from serving.api.context import Service, identified
from serving.api.contract import contract, operation_id
from serving.api.gate import Gate
from serving.api.leaving import telling
from serving.api.queries import only_known
from serving.api.quota import Quota
from serving.api.shedding import Shedding
from serving.following import Following
from serving.metrics import Metrics
from serving.models import ModelHolder
from serving.sending import Sending
from serving.settings import Settings
from serving.store.engine import Store
from serving.web import entrance, site
from serving.web.paged import Paged

V1 = "/v1"
#: What every route may answer beside its own.
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemDetails, "content": {problems.MEDIA_TYPE: {}}, "description": about}
    for status, about in (
        (400, "the body is no JSON"),
        (401, "no valid key"),
        (403, "the key lacks the scope"),
        (404, "nothing of this id within the caller's tenant"),
        (413, "the body is too large"),
        (422, "the request breaks the contract"),
        (503, "something that the answer needs is not there now; try again"),
    )
}


def utc_now() -> pd.Timestamp:
    """Return the time of the machine's clock, aware."""
    return pd.Timestamp.now("UTC")


def create_app(settings: Settings, *, clock: Callable[[], pd.Timestamp] = utc_now) -> FastAPI:
    """Open the store, load the model, and return the app.

    Parameters
    ----------
    clock
        Tells *now* to every request.

    Raises
    ------
    InvalidSetting
        If the store cannot be opened.
    """
    models = ModelHolder()
    models.load(settings)
    metrics = Metrics()
    store = Store.open(settings.database_url)
    service = Service.of(settings, store, models, clock, metrics)
    following = Following(models, service.canary, service.shelves, service.solving, settings, clock)
    following.look_at_candidate()
    sending = Sending(store, models, settings, clock, random.Random())

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(_warm, service)
        service.impressions.start()
        following.start()
        sending.start()
        yield
        sending.stop()
        following.stop()
        service.impressions.stop()
        service.intake.stop()
        service.solving.stop()
        service.store.close()

    app = FastAPI(
        title="zixuan 自选",
        summary="Teachers' self-selected training: ranked courses and multi-year plans",
        version=version("zixuan"),
        lifespan=lifespan,
        # The page of documents would load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
    )
    app.state.service = service
    # Routes are tried in this order: those that are asked for most come first.
    app.include_router(probes.router)
    _include_v1(app, settings)
    app.include_router(watching.router, dependencies=[Depends(identified)], responses=PROBLEMS)
    app.include_router(entrance.router)
    app.include_router(oauth.router)
    problems.install(app)
    entrance.install(app)
    site.install(app)
    larger = {bulk.ADDRESS: settings.max_bulk}
    app.add_middleware(
        Gate,
        max_body=settings.max_body,
        metrics=metrics,
        larger=larger,
        seconds=settings.body_seconds,
    )
    app.add_middleware(Shedding, most=settings.most_waiting, metrics=metrics)
    app.add_middleware(Paged)
    return app


def _warm(service: Service) -> None:
    """Make ready before the port opens; without a database the service starts all the same."""
    began = monotonic()
    try:
        service.warm()
    except sa.exc.SQLAlchemyError as error:
        structlog.get_logger().error("not warm", why=type(error).__name__)
    else:
        structlog.get_logger().info("warm", seconds=round(monotonic() - began, 1))


def _include_v1(app: FastAPI, settings: Settings) -> None:
    """Add the routes of ``/v1``: none of them without a key.

    Each part is included in the app itself, for the framework walks routers within routers at
    every request. What is popular comes before courses, whose ids it would be taken for.
    """
    each = [Depends(identified), Depends(_admission(settings))]
    things = (organisations, teachers, discovery, courses, parts, enrolments, credits, diagnoses)
    said = (evaluations,)
    advice = (batch, why_not, plans, model)
    beside = (links, privacy, changes, webhooks, audit)
    for part in (recommendations, events, bulk, *things, *said, *advice, *beside):
        app.include_router(part.router, prefix=V1, dependencies=each, responses=PROBLEMS)

    @app.get(f"{V1}/openapi.json", tags=["contract"], dependencies=each, responses=PROBLEMS)
    def get_openapi() -> dict[str, Any]:
        """Return this contract."""
        return contract(app)


def _admission(settings: Settings) -> Callable[[Request, Response], Awaitable[None]]:
    """Return what every request to ``/v1`` passes, as one dependency, for each has its price."""
    # Each worker counts for itself, and has its share.
    share = max(1, settings.per_minute // settings.workers)
    quota = Quota(share) if settings.per_minute else None
    tell = telling()

    async def admit(request: Request, response: Response) -> None:
        caller = await identified(request)
        if quota is not None:
            await quota(caller, response)
        await only_known(request)
        await tell(request, response)

    return admit
