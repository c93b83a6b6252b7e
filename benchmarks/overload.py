"""What a service under five times its load still answers.

Usage: python -m benchmarks.overload [--folder DIR] [--teachers N] [--courses N] [--seconds S]

Lists of one teacher after the other, of more teachers than are asked for in that time (a list that
was made within the minute costs next to nothing). First as many as eight connections get
answered (the peak); then, for as long, requests are sent at five times that rate, whether or not
those before have been answered, as clients do who do not wait for each other. Of interest is how
many are answered then, how many are told to come back, and how soon a probe is answered meanwhile.
Load and server share the machine's cores; the server's own CPU is by the system's count.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.service.load import HOST, ask_for, request
from benchmarks.service.prepared import Province, prepare
from benchmarks.service.running import running
from benchmarks.serving import PLAIN, of_teacher

TIMES = 5
#: A connection each, of those that wait for no other.
CONNECTIONS = 400


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path("benchmark-service"))
    parser.add_argument("--teachers", type=int, default=1_500)
    parser.add_argument("--courses", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=10)
    arguments = parser.parse_args()
    province = prepare(arguments.folder, arguments.teachers, arguments.courses, 2)
    settings = {
        "database_url": province.database,
        "artifact": province.artifact,
        "most_waiting": 50,
    }
    table = Table("", "sent/s", "answered/s", "told to come back", "CPU us", "p99 ms", "probe ms")
    with running(settings, 1, arguments.folder / "server.log") as server:
        rng = np.random.default_rng(0)
        lists = _lists(province, rng)
        ask_for(server.port, lists, 3, 8)  # the catalogue is encoded by the first
        used = server.cpu_seconds()
        told = ask_for(server.port, lists, arguments.seconds, 8)
        used = server.cpu_seconds() - used
        peak = len(told.seconds) / arguments.seconds
        table.add_row(
            "peak",
            f"{peak:,.0f}",
            f"{peak:,.0f}",
            "0",
            f"{used / len(told.seconds) * 1e6:,.0f}",
            f"{np.percentile(told.seconds, 99) * 1e3:,.0f}",
            "",
        )
        used = server.cpu_seconds()
        status, seconds, probes = asyncio.run(
            _flood(server.port, lists, TIMES * peak, arguments.seconds)
        )
        used = server.cpu_seconds() - used
        answered = status[200] / arguments.seconds
        table.add_row(
            f"{TIMES} x peak",
            f"{sum(status.values()) / arguments.seconds:,.0f}",
            f"{answered:,.0f} ({answered / peak:.2f} x)",
            f"{status[503] / max(1, sum(status.values())):.0%}",
            f"{used / max(1, status[200]) * 1e6:,.0f}",
            f"{np.percentile(seconds, 99) * 1e3:,.0f}" if seconds else "",
            f"{np.median(probes) * 1e3:.0f}, at most {max(probes) * 1e3:.0f}",
        )
    Console(width=110).print(table)


def _lists(province: Province, rng: np.random.Generator) -> Iterator[bytes]:
    while True:
        for place in rng.permutation(len(province.teachers)):
            path = of_teacher(province.teachers[place], f"recommendations?{PLAIN}")
            yield request("GET", path, province.key)


async def _flood(
    port: int, requests: Iterator[bytes], rate: float, seconds: float
) -> tuple[Counter[int], list[float], list[float]]:
    """Send at a rate; return how many were answered how, and how long the lists and probes took."""
    status: Counter[int] = Counter()
    took: list[float] = []
    probes: list[float] = []
    due: asyncio.Queue[bytes] = asyncio.Queue()
    end = time.monotonic() + seconds
    clients = [asyncio.create_task(_client(port, due, status, took)) for _ in range(CONNECTIONS)]
    prober = asyncio.create_task(_probe(port, probes))
    sent, began = 0, time.monotonic()
    while time.monotonic() < end:
        while sent < rate * (time.monotonic() - began):
            due.put_nowait(next(requests))
            sent += 1
        await asyncio.sleep(0.005)
    for task in (*clients, prober):
        task.cancel()
    await asyncio.gather(*clients, prober, return_exceptions=True)
    return status, took, probes


async def _client(
    port: int, due: asyncio.Queue[bytes], status: Counter[int], took: list[float]
) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
    while True:
        each = await due.get()
        began = time.perf_counter()
        code = await _answered(reader, writer, each)
        status[code] += 1
        if code == 200:
            took.append(time.perf_counter() - began)


async def _probe(port: int, probes: list[float]) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
    while True:
        began = time.perf_counter()
        await _answered(reader, writer, request("GET", "/livez", ""))
        probes.append(time.perf_counter() - began)
        await asyncio.sleep(0.1)


async def _answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, each: bytes) -> int:
    writer.write(each)
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length or 0))
    return int(head[9:12])


if __name__ == "__main__":
    main()
