"""Metrics: for whoever watches the service, with a key of their own."""

from __future__ import annotations

from fastapi import APIRouter, Response

from serving.api.context import Here, Watcher
from serving.metrics import MEDIA_TYPE

router = APIRouter(tags=["probes"])


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Prometheus's text format"}},
)
def get_metrics(here: Here, watcher: Watcher) -> Response:
    """Return counts and times since the start: requests, lists, events, the model's version."""
    if here.models.loaded is not None:
        here.metrics.serves(here.models.loaded.version)
    return Response(here.metrics.exposition(), media_type=MEDIA_TYPE)
