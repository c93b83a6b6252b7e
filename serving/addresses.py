"""Where webhooks may lead: out, and never into the network that the service stands in.

What a caller names as a receiver is asked by the service, which can reach what the caller cannot.
The name is therefore looked up here, and the connection made to the address that was judged: a
second look-up could give another one.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable

import httpx

from features.errors import InvalidSetting

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: Addresses that stand for others: judged by what is in them they could lead anywhere.
_TRANSLATED = tuple(
    map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
)


def check_url(url: str, *, loopback: bool) -> httpx.URL:
    """Return a receiver's URL as it may be asked.

    Parameters
    ----------
    loopback
        Whether this machine itself may be asked, without TLS too.

    Raises
    ------
    InvalidSetting
        If it is not ``https``, names no host, carries a password, or its host is an address within
        a network.
    """
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise _refused("none that can be read") from error
    if parsed.scheme != "https" and not (loopback and parsed.scheme == "http"):
        raise _refused(f"the scheme {parsed.scheme or 'of none'}")
    if not parsed.host or parsed.userinfo or parsed.fragment:
        raise _refused("one without a host, or with a password or a fragment")
    literal = _literal(parsed.host)
    if literal is not None and not may_be_asked(literal, loopback=loopback):
        raise _refused("an address that is not public")
    return parsed


async def find_address(url: httpx.URL, *, loopback: bool) -> str:
    """Return the address to connect to.

    Raises
    ------
    InvalidSetting
        If any address of the name is not public: then the name is not to be trusted.
    OSError
        If the name has no address.
    """
    loop = asyncio.get_running_loop()
    port = url.port or (443 if url.scheme == "https" else 80)
    found = await loop.getaddrinfo(url.raw_host.decode(), port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    return str(_judged(addresses, loopback=loopback))


def may_be_asked(address: Address, *, loopback: bool) -> bool:
    """Say whether an address is public, or this machine's where that is allowed."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback:
        return loopback
    inside = not address.is_global or address.is_multicast or address.is_reserved
    return not inside and not any(address in network for network in _TRANSLATED)


def _judged(addresses: Iterable[Address], *, loopback: bool) -> Address:
    judged = list(addresses)
    if not judged or not all(may_be_asked(each, loopback=loopback) for each in judged):
        raise _refused("a name with an address that is not public")
    return judged[0]


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _refused(got: str) -> InvalidSetting:
    return InvalidSetting(
        "url",
        expected="https and a host whose addresses are public",
        got=got,
        remedy="name a receiver that can be reached from everywhere",
    )
