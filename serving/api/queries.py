"""Parameters of a query: a misspelt or repeated one would be lost silently, and is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute


async def only_known(request: Request) -> None:
    """Let a request pass whose query holds each declared parameter at most once.

    A route that declares its parameters itself, in ``openapi_extra``, checks them itself.

    Raises
    ------
    RequestValidationError
        For others, naming every fault.
    """
    given = Counter(name for name, _ in request.query_params.multi_items())
    if given:
        route: APIRoute = request.scope["route"]
        if "parameters" in (route.openapi_extra or {}):
            return
        known = frozenset(_of(route.dependant))
        faults = [_unknown(name, known) for name in given if name not in known]
        faults += [_repeated(name) for name, times in given.items() if times > 1]
        if faults:
            raise RequestValidationError(faults)


def _of(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for each in dependant.dependencies:
        yield from _of(each)


def _unknown(name: str, known: frozenset[str]) -> dict[str, Any]:
    expected = f"one of {', '.join(sorted(known))}" if known else "no parameters"
    return {"type": "unknown", "loc": ("query", name), "msg": f"Unknown; expected {expected}"}


def _repeated(name: str) -> dict[str, Any]:
    return {"type": "repeated", "loc": ("query", name), "msg": "Expected once"}
