"""The app: routes, errors and limits put together; nothing happens before it is asked for."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

import pandas as pd
from fastapi import APIRouter, Depends, FastAPI

from serving import problems
from serving.api import (
    audit,
    bulk,
    changes,
    courses,
    credits,
    diagnoses,
    enrolments,
    events,
    organisations,
    parts,
    plans,
    probes,
    recommendations,
    teachers,
    webhooks,
)
from serving.api import metrics as watching
from serving.api.answers import ProblemDetails
from serving.api.context import Service, identified
from serving.api.gate import Gate
from serving.api.leaving import telling
from serving.api.queries import only_known
from serving.following import Following
from serving.metrics import Metrics
from serving.models import ModelHolder
from serving.sending import Sending
from serving.settings import Settings
from serving.store.engine import Store

#: What every route may answer beside its own.
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemDetails, "content": {problems.MEDIA_TYPE: {}}, "description": about}
    for status, about in (
        (401, "no valid key"),
        (403, "the key lacks the scope"),
        (404, "nothing of this id within the caller's tenant"),
        (413, "the body is too large"),
        (422, "the request breaks the contract"),
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
    following = Following(models, service.shelves, settings, clock)
    sending = Sending(store, models, settings, clock, random.Random())

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service.impressions.start()
        following.start()
        sending.start()
        yield
        sending.stop()
        following.stop()
        service.impressions.stop()
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
    )
    app.state.service = service
    app.include_router(_v1(app))
    app.include_router(probes.router)
    app.include_router(watching.router, dependencies=[Depends(identified)], responses=PROBLEMS)
    problems.install(app)
    larger = {bulk.ADDRESS: settings.max_bulk}
    app.add_middleware(Gate, max_body=settings.max_body, metrics=metrics, larger=larger)
    return app


def _v1(app: FastAPI) -> APIRouter:
    """Return the routes of ``/v1``: none of them without a key."""
    each = [Depends(identified), Depends(only_known), Depends(telling())]
    v1 = APIRouter(prefix="/v1", dependencies=each, responses=PROBLEMS)
    entities = (organisations, teachers, courses, parts, enrolments, credits, diagnoses)
    for part in (*entities, events, bulk, recommendations, plans, changes, webhooks, audit):
        v1.include_router(part.router)

    @v1.get("/openapi.json", tags=["contract"])
    def get_openapi() -> dict[str, Any]:
        """Return this contract."""
        return app.openapi()

    return v1
