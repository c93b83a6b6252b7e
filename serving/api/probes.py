"""Probes for whoever runs the service; open, for they tell nothing of anybody."""

from __future__ import annotations

import sqlalchemy as sa
from fastapi import APIRouter, Response, status

from serving.api.answers import Alive, Ready
from serving.api.context import Here, Service

router = APIRouter(tags=["probes"])
OK = "ok"


@router.get("/livez")
async def get_livez() -> Alive:
    """Say that the process answers."""
    return Alive(status="alive")


@router.get("/readyz", responses={503: {"model": Ready}})
def get_readyz(here: Here, response: Response) -> Ready:
    """Say whether the service can do all of its work, and if not, why (503)."""
    store, model = _store(here), OK if here.models.loaded else here.models.why_not
    ready = store == model == OK
    if not ready:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return Ready(ready=ready, store=store, model=model)


def _store(here: Service) -> str:
    try:
        with here.store.reading() as connection:
            connection.execute(sa.select(sa.literal(1)))
    except sa.exc.SQLAlchemyError:
        return "the database does not answer"
    return OK if here.store.health.well else "the database has just failed"
