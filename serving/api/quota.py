"""Quotas: how many requests a key may make in a minute, told with each answer.

The headers are those of draft-ietf-httpapi-ratelimit-headers (``RateLimit-Policy``,
``RateLimit``); counting is the library ``limits``' own.
"""

from __future__ import annotations

import time
from math import ceil

from fastapi import Response
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from serving.errors import TooMany
from serving.identity import Caller

NAME = "minute"
WINDOW = 60


class Quota:
    """Counts the requests of each key, in this process.

    Parameters
    ----------
    per_minute
        How many a key may make; at least 1.
    """

    def __init__(self, per_minute: int) -> None:
        self._limit = RateLimitItemPerMinute(per_minute)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    async def __call__(self, caller: Caller, response: Response) -> None:
        """Count a request, and say how many are left.

        Raises
        ------
        TooMany
            If none is left in this minute.
        """
        counted = caller.tenant, caller.key_id
        admitted = self._limiter.hit(self._limit, *counted)
        ends, left = self._limiter.get_window_stats(self._limit, *counted)
        seconds = max(1, ceil(ends - time.time()))
        told = {
            "RateLimit-Policy": f'"{NAME}";q={self._limit.amount};w={WINDOW}',
            "RateLimit": f'"{NAME}";r={left};t={seconds}',
        }
        if not admitted:
            raise TooMany(self._limit.amount, {**told, "Retry-After": str(seconds)})
        response.headers.update(told)
