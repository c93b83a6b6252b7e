"""Routes that are on their way out, told in the headers of RFC 9745 and RFC 8594.

Which may go and how long before it is said: docs/api.md. The table is empty while none goes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from types import MappingProxyType

from fastapi import Request, Response


@dataclass(frozen=True, slots=True)
class Leaving:
    """When a route goes.

    Parameters
    ----------
    deprecated
        From when nobody new should use it; aware, in UTC.
    sunset
        When it may stop to answer.
    instead
        The address of what explains how to do without it.
    """

    deprecated: datetime
    sunset: datetime
    instead: str


#: (method, pattern of the route) -> when it goes.
LEAVING: Mapping[tuple[str, str], Leaving] = MappingProxyType({})


def telling(
    leaving: Mapping[tuple[str, str], Leaving] = LEAVING,
) -> Callable[[Request, Response], Awaitable[None]]:
    """Return what adds the headers to answers of routes that go."""

    async def tell(request: Request, response: Response) -> None:
        found = leaving.get((request.method, request.scope["route"].path)) if leaving else None
        if found is not None:
            response.headers["Deprecation"] = f"@{int(found.deprecated.timestamp())}"
            response.headers["Sunset"] = format_datetime(found.sunset, usegmt=True)
            response.headers["Link"] = f'<{found.instead}>; rel="deprecation"; type="text/html"'

    return tell
