"""Many connections that ask one question after the other, without a client library's costs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, takewhile

import uvloop

HOST = "127.0.0.1"


@dataclass(slots=True)
class Told:
    """What came of a load.

    Attributes
    ----------
    seconds
        Of each request, from its first byte to the answer's last.
    failed
        How many were answered with another status than 2xx.
    """

    seconds: list[float] = field(default_factory=list)
    failed: int = 0


def request(method: str, path: str, key: str, body: bytes = b"") -> bytes:
    """Return the bytes of a request on a connection that stays open."""
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {HOST}",
        f"Authorization: Bearer {key}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def ask(port: int, requests: Iterator[bytes], count: int, connections: int) -> Told:
    """Send so many requests, each connection its next once the last is answered."""
    return uvloop.run(_ask(port, islice(requests, count), connections))


def ask_for(port: int, requests: Iterator[bytes], seconds: float, connections: int) -> Told:
    """Send requests for so long, in the same way."""
    end = time.monotonic() + seconds
    until = takewhile(lambda _: time.monotonic() < end, requests)
    return uvloop.run(_ask(port, until, connections))


async def _ask(port: int, requests: Iterator[bytes], connections: int) -> Told:
    told = Told()
    await asyncio.gather(*(_talk(port, requests, told) for _ in range(connections)))
    return told


async def _talk(port: int, requests: Iterator[bytes], told: Told) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
    for each in requests:
        began = time.perf_counter()
        writer.write(each)
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length or 0))
        told.seconds.append(time.perf_counter() - began)
        told.failed += not head.startswith(b"HTTP/1.1 2")
    writer.close()
    await writer.wait_closed()
