"""What every route works with: the service, and the caller whose data it may touch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Annotated, Self, cast

import pandas as pd
import sqlalchemy as sa
from fastapi import Depends, Path, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

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
_BEARER = HTTPBearer(auto_error=False, description="A key made with `zixuan key`, or a token.")


async def identified(
    request: Request,
    service: Here,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
) -> Caller:
    """Return who calls; a request without a valid key goes no further."""
    header = request.headers.get("authorization", "")
    now = instant(service.clock())

    def find(connection: sa.Connection, header: str) -> Key:
        scheme, _, text = header.partition(" ")
        if scheme.lower() == "bearer" and text.count(".") == 2:
            return find_token(connection, text.strip(), service.settings, service.issuer_keys)
        return find_key(connection, header, now)

    return service.memory.key(header, service.memory.stamp(), find).caller_at(now)


Anyone = Annotated[Caller, Depends(identified)]


async def _platform(caller: Anyone) -> Caller:
    caller.require(Scope.PLATFORM)
    return caller


async def _admin(caller: Anyone) -> Caller:
    caller.require(Scope.ADMIN)
    return caller


def _watcher(caller: Anyone) -> Caller:
    caller.require(Scope.METRICS)
    return caller


Platform = Annotated[Caller, Depends(_platform)]
Admin = Annotated[Caller, Depends(_admin)]
Watcher = Annotated[Caller, Depends(_watcher)]

TeacherId = Annotated[Id, Path(description="teacher 教师标识", examples=["t-1001"])]
CourseId = Annotated[Id, Path(description="course 课程标识", examples=["c-77"])]
OfferingId = Annotated[Id, Path(description="offering 班次标识", examples=["c-77-2026-autumn"])]
OrganisationId = Annotated[
    Id, Path(description="organisation 机构标识", examples=["county-330109"])
]
PlanId = Annotated[Id, Path(description="plan 计划标识")]
