"""Attempts to come in: an address that fails too often is not listened to for a while.

Only failures are counted, so that a school whose teachers share an address comes in as fast as it
likes. The address is the peer's; where that is a proxy that is believed (``ZIXUAN_PROXIES``), the
server has put the one that the proxy names in its place. One of this machine itself says nothing
about who calls, and is never shut out.
"""

from __future__ import annotations

import time
from ipaddress import IPv6Address, IPv6Network, ip_address
from math import ceil

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from serving.errors import TooManyAttempts

#: Of IPv6 so many bits are one household's or school's.
_NETWORK = 64


class Attempts:
    """Counts failed attempts by address, in this process.

    Parameters
    ----------
    per_minute
        How many an address may make; 0: any number.
    """

    def __init__(self, per_minute: int) -> None:
        self._limit = RateLimitItemPerMinute(per_minute) if per_minute else None
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def check(self, address: str) -> None:
        """Let an address try.

        Raises
        ------
        TooManyAttempts
            If it has failed too often within the minute.
        """
        if self._limit is None or not address or self._limiter.test(self._limit, address):
            return
        ends, _ = self._limiter.get_window_stats(self._limit, address)
        raise TooManyAttempts(self._limit.amount, max(1, ceil(ends - time.time())))

    def failed(self, address: str) -> None:
        """Count a failure of an address."""
        if self._limit is not None and address:
            self._limiter.hit(self._limit, address)


def counted(host: str) -> str:
    """Return what an address is counted as; empty where it is not.

    Examples
    --------
    >>> counted("203.0.113.9"), counted("2001:db8::a:1"), counted("127.0.0.1"), counted("")
    ('203.0.113.9', '2001:db8::/64', '', '')
    """
    try:
        address = ip_address(host)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    if address.is_loopback:
        return ""
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address), _NETWORK), strict=False))
    return str(address)
