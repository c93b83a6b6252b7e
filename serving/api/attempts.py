"""Attempts to come in, for the routes that let in: whoever fails too often is told to wait."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import Depends, Request

from serving.api.context import Here
from serving.attempts import counted
from serving.errors import NotIdentified, SpentLink


async def attempting(request: Request, here: Here) -> AsyncIterator[None]:
    """Let a request try to come in, and count it if it fails."""
    address = counted(request.client.host if request.client else "")
    here.attempts.check(address)
    try:
        yield
    except (NotIdentified, SpentLink):
        here.attempts.failed(address)
        raise


#: Of a route that lets in.
ATTEMPTING = (Depends(attempting),)
