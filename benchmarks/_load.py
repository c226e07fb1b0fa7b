"""Load for HTTP servers: connections that are kept, requests at a rate or as fast as answers come.

A client of its own, as light as can be: on a machine with two cores a comfortable one would take half of what it
measures.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import numpy as np


class Connection(asyncio.Protocol):
    """One kept connection to a server; one request at a time."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        self._place = parts.hostname, parts.port
        self._head = f"Host: {parts.hostname}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        self._transport: asyncio.Transport | None = None
        self._come = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    async def ask(self, method: str, path: str, body: bytes = b"", *, key: str = "") -> tuple[int, bytes]:
        """One request; its status and the answer's body. 0 if the server closed the connection instead."""
        loop = asyncio.get_running_loop()
        if self._transport is None:
            await loop.create_connection(lambda: self, *self._place)
        named = f"Idempotency-Key: {key}\r\n" if key else ""
        head = f"{method} {path} HTTP/1.1\r\n{self._head}{named}Content-Length: {len(body)}\r\n\r\n"
        self._answer = loop.create_future()
        if self._transport is not None:
            self._transport.write(head.encode("latin-1") + body)
        return await self._answer

    def close(self) -> None:
        """Let go of it."""
        if self._transport is not None:
            self._transport.close()
        self._transport = None

    # --- called by the loop ----------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It stands."""
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._come = transport, b""

    def connection_lost(self, _: Exception | None) -> None:
        """The server has closed it."""
        self._transport = None
        self._give(0, b"")

    def data_received(self, data: bytes) -> None:
        """A piece of the answer."""
        self._come += data
        head, end, body = self._come.partition(b"\r\n\r\n")
        if not end:
            return
        head = head.lower()
        length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
        if len(body) < int(length or 0):
            return
        self._come = b""
        if b"\r\nconnection: close" in head:
            self.close()
        self._give(int(head[9:12]), body)

    def _give(self, status: int, body: bytes) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((status, body))


@dataclass(slots=True)
class Figures:
    """What came of a load.

    Attributes:
        seconds: name of a step -> how long each took.
        statuses: how often each status came.
        elapsed: of all.
    """

    seconds: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    elapsed: float = 0.0

    def note(self, step: str, began: float, status: int) -> None:
        """One answer."""
        self.seconds.setdefault(step, []).append(time.perf_counter() - began)
        self.statuses[status] += 1

    def percentile(self, step: str, percent: float) -> float:
        """Of a step, in milliseconds."""
        return float(np.percentile(self.seconds[step], percent)) * 1e3


Task = Callable[[Connection, Figures, float], Awaitable[None]]
"""Does something by a connection; due at a time of `time.perf_counter`."""


def pair_of(source: dict[str, Any]) -> Task:
    """A put and the redemption of what it stored, each under a key of its own."""
    body = json.dumps({"source": source}).encode()
    keys = (f"{time.time_ns():x}-{number}" for number in count())

    async def task(connection: Connection, figures: Figures, due: float) -> None:
        status, answer = await connection.ask("POST", "/v1/objects", body, key=next(keys))
        figures.note("put", due, status)
        if status == 201:
            began, path = time.perf_counter(), f"/v1/objects/{json.loads(answer)['id']}/redeem"
            status, _ = await connection.ask("POST", path, b"{}", key=next(keys))
            figures.note("redeem", began, status)

    return task


async def open_loop(connections: list[Connection], task: Task, *, rate: float, seconds: float) -> Figures:
    """Begin tasks at a rate whatever becomes of them; what waits for a connection counts as waiting."""
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for connection in connections:
        free.put_nowait(connection)
    figures = Figures()
    start = time.perf_counter()

    async def one(due: float) -> None:
        connection = await free.get()
        await task(connection, figures, due)
        free.put_nowait(connection)

    running = []
    for number in range(int(rate * seconds)):
        due = start + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        running.append(asyncio.create_task(one(due)))
    await asyncio.gather(*running)
    figures.elapsed = time.perf_counter() - start
    return figures


async def closed_loop(connections: list[Connection], task: Task, *, seconds: float) -> Figures:
    """Each connection does one task after the other."""
    figures = Figures()
    start = time.perf_counter()

    async def one(connection: Connection) -> None:
        while time.perf_counter() - start < seconds:
            await task(connection, figures, time.perf_counter())

    await asyncio.gather(*(one(connection) for connection in connections))
    figures.elapsed = time.perf_counter() - start
    return figures


async def some_of(connections: list[Connection], task: Task, *, number: int) -> Figures:
    """A number of tasks, as fast as they can be done."""
    figures = Figures()
    start, left = time.perf_counter(), iter(range(number))

    async def one(connection: Connection) -> None:
        for _ in left:
            await task(connection, figures, time.perf_counter())

    await asyncio.gather(*(one(connection) for connection in connections))
    figures.elapsed = time.perf_counter() - start
    return figures
