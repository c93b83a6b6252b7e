"""What every route works with: the service, and the caller whose data it may touch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Annotated, Self, cast

import pandas as pd
import sqlalchemy as sa
from fastapi import Depends, Path, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from features.moments import instant
from serving.api.cells import Id
from serving.attempts import Attempts
from serving.canary import Canary
from serving.datasets import Shelves
from serving.identity import Caller, Key, Scope, find_key
from serving.impressions import Impressions
from serving.intake import Intake
from serving.issuer_keys import IssuerKeys
from serving.lists import Lists
from serving.memory import Memory
from serving.metrics import Metrics
from serving.models import ModelHolder
from serving.settings import Settings
from serving.solving import Solving
from serving.store.engine import Store
from serving.store.tenants import all_tenants
from serving.tiers import Tiers
from serving.tokens import find_token
from serving.trying import Trying


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of a running service.

    Parameters
    ----------
    clock
        Tells *now*, aware; the only place a request takes it from.
    metrics
        Count what is done.
    """

    settings: Settings
    store: Store
    models: ModelHolder
    canary: Canary
    shelves: Shelves
    clock: Callable[[], pd.Timestamp]
    metrics: Metrics
    memory: Memory
    lists: Lists
    impressions: Impressions
    intake: Intake
    solving: Solving
    attempts: Attempts
    issuer_keys: IssuerKeys

    @classmethod
    def of(
        cls,
        settings: Settings,
        store: Store,
        models: ModelHolder,
        clock: Callable[[], pd.Timestamp],
        metrics: Metrics,
    ) -> Self:
        """Put the parts together around a store and a model."""
        shelves, memory = Shelves(), Memory(store)
        skew = pd.Timedelta(seconds=settings.clock_skew)
        trying = Trying(settings.explore, settings.explore_seed)
        canary = Canary(models, settings.canary, settings.budget, metrics)
        tiers = Tiers(settings.budget, monotonic)
        lists = Lists(
            store, shelves, memory, canary, trying=trying, tiers=tiers, skew=skew, now=monotonic
        )
        return cls(
            settings,
            store,
            models,
            canary,
            shelves,
            clock,
            metrics,
            memory,
            lists,
            Impressions(store),
            Intake(store),
            Solving.of(settings, metrics),
            Attempts(_share(settings.tries_per_minute, settings.workers)),
            IssuerKeys(settings.issuer_keys, monotonic),
        )

    def warm(self) -> None:
        """Let the models see the courses of every tenant, so that no teacher waits for it."""
        answering = [each for each in (self.models.loaded, self.canary.loaded) if each is not None]
        with self.store.reading() as connection:
            for tenant in all_tenants(connection) if answering else ():
                for loaded in answering:
                    self.shelves.of(connection, tenant).backdrop(loaded, self.clock())
        self.solving.see(answering, self.clock())

    @property
    def skew(self) -> pd.Timedelta:
        """How far a platform's clock may run ahead."""
        return pd.Timedelta(seconds=self.settings.clock_skew)


def _share(per_minute: int, workers: int) -> int:
    """Return the share of one worker, each of which counts for itself; 0 stays 0."""
    return max(1, per_minute // workers) if per_minute else 0


async def _service(request: Request) -> Service:
    return cast(Service, request.app.state.service)


Here = Annotated[Service, Depends(_service)]


class Identified(SecurityBase):
    """A dependency: who calls; a request without a valid key, or without a scope, goes no further.

    Parameters
    ----------
    scope
        What the key must have been given; None for any key.
    """

    model = HTTPBearer(description="A key made with `zixuan key`, or a token.")
    scheme_name = "HTTPBearer"

    def __init__(self, scope: Scope | None = None) -> None:
        self._scope = scope

    async def __call__(self, request: Request) -> Caller:
        """Return the caller, found once a request.

        Raises
        ------
        NotIdentified
            If the request carries no key that is valid now.
        NotAllowed
            If the key lacks the scope.
        """
        state = request.state
        if not hasattr(state, "caller"):
            service: Service = request.app.state.service
            state.stamp = service.memory.stamp()
            header = request.headers.get("authorization", "")
            state.caller = _caller(service, header, state.stamp)
        caller: Caller = state.caller
        if self._scope is not None:
            caller.require(self._scope)
        return caller


def _caller(service: Service, header: str, stamp: object) -> Caller:
    now = instant(service.clock())

    def find(connection: sa.Connection, header: str) -> Key:
        scheme, _, text = header.partition(" ")
        if scheme.lower() == "bearer" and text.count(".") == 2:
            return find_token(connection, text.strip(), service.settings, service.issuer_keys)
        return find_key(connection, header, now)

    return service.memory.key(header, stamp, find).caller_at(now)


#: Any caller with a valid key.
identified = Identified()
Anyone = Annotated[Caller, Depends(identified)]
Platform = Annotated[Caller, Depends(Identified(Scope.PLATFORM))]
Admin = Annotated[Caller, Depends(Identified(Scope.ADMIN))]
Watcher = Annotated[Caller, Depends(Identified(Scope.METRICS))]

TeacherId = Annotated[Id, Path(description="teacher 教师标识", examples=["t-1001"])]
CourseId = Annotated[Id, Path(description="course 课程标识", examples=["c-77"])]
OfferingId = Annotated[Id, Path(description="offering 班次标识", examples=["c-77-2026-autumn"])]
OrganisationId = Annotated[
    Id, Path(description="organisation 机构标识", examples=["county-330109"])
]
PlanId = Annotated[Id, Path(description="plan 计划标识")]
