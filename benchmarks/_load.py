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
from typing import Any
from urllib.parse import urlsplit

import numpy as np


class Connection:
    """One kept connection to a server."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        self._place = parts.hostname, parts.port
        self._head = f"Host: {parts.hostname}\r\nAuthorization: Bearer {token}\r\n"
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, body: bytes = b"", *, key: str = "") -> tuple[int, bytes]:
        """One request; its status and the answer's body. 0 if the server closed the connection instead."""
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(*self._place)
        head = (
            f"{method} {path} HTTP/1.1\r\n{self._head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        )
        if key:
            head += f"Idempotency-Key: {key}\r\n"
        try:
            self._writer.write(head.encode("latin-1") + b"\r\n" + body)
            return await self._answer()
        except (ConnectionError, asyncio.IncompleteReadError):
            self.close()
            return 0, b""

    async def _answer(self) -> tuple[int, bytes]:
        assert self._reader is not None
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in lines if line)
        body = await self._reader.readexactly(int(fields.get("content-length", 0)))
        if fields.get("connection") == "close":
            self.close()
        return int(first.split(" ")[1]), body

    def close(self) -> None:
        """Let go of it."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


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
    """A put and the redemption of what it stored."""
    body = json.dumps({"source": source}).encode()

    async def task(connection: Connection, figures: Figures, due: float) -> None:
        status, answer = await connection.ask("POST", "/v1/objects", body)
        figures.note("put", due, status)
        if status == 201:
            began = time.perf_counter()
            status, _ = await connection.ask("POST", f"/v1/objects/{json.loads(answer)['id']}/redeem", b"{}")
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
