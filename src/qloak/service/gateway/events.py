"""Server-sent events: what happens to a tenant's objects and to the vault's providers, as it happens."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import takewhile
from typing import TYPE_CHECKING, Annotated, Any, Final

import anyio.to_thread
from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from ...errors import QloakError
from ...storage.ledger import Principal, Scope
from ...storage.vault.news import EVERYBODY
from .principal import Who, needs

if TYPE_CHECKING:
    from ...storage.vault import Vault

__all__ = ["EventLog", "router"]

_KEPT: Final = 2000
_MOST_TENANTS: Final = 256
_MOST_TOLD: Final = 10_000
_LINGER_SECONDS: Final = 120.0
_POLL_SECONDS: Final = 0.1
_HEARTBEAT_SECONDS: Final = 10.0

router = APIRouter(prefix="/v1", tags=["events"])


@dataclass(frozen=True, slots=True)
class _Event:
    number: int
    kind: str
    data: dict[str, Any]


class EventLog:
    """The last events of each tenant, for whoever listens; implements `news.Listener`.

    Single steps are asked for only while a stream of the tenant is open, or was until a moment ago.
    """

    def __init__(self) -> None:
        self._events: OrderedDict[str, deque[_Event]] = OrderedDict()
        self._common: deque[_Event] = deque(maxlen=_KEPT)
        self._streams: Counter[str] = Counter()
        self._left: dict[str, float] = {}
        self._told: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()
        # Numbers grow over restarts too, so that a reconnecting listener misses nothing silently.
        self._number = time.time_ns() // 1_000_000

    def publish(self, tenant: str, kind: str, data: dict[str, Any]) -> None:
        """Tell the tenant's listeners, or everybody's."""
        with self._lock:
            self._number += 1
            self._of(tenant).append(_Event(self._number, kind, data))
            if "revision" in data:
                self._told[data["object"]] = data["revision"]
                _forget(self._told, _MOST_TOLD)

    def since(self, tenant: str, number: int) -> list[_Event]:
        """What the tenant has to be told after a number."""
        with self._lock:
            new = [
                list(takewhile(lambda event: event.number > number, reversed(events)))
                for events in (self._events.get(tenant, deque()), self._common)
            ]
        return list(merge(*(part[::-1] for part in new), key=lambda event: event.number))

    @property
    def last(self) -> int:
        """Number of the newest event."""
        return self._number

    def told(self, object_id: str) -> int:
        """The last revision of an object that a flow of this gateway has told of; 0 for none."""
        return self._told.get(object_id, 0)

    # --- who listens -----------------------------------------------------------------------------------------

    def hears(self, tenant: str) -> bool:
        """Whether anybody of a tenant listens, or was just cut off and may come back."""
        return self._streams[tenant] > 0 or self._left.get(tenant, 0.0) > time.monotonic() - _LINGER_SECONDS

    def tenants(self) -> list[str]:
        """Whoever listens."""
        with self._lock:
            return [tenant for tenant, count in self._streams.items() if count > 0]

    @contextlib.contextmanager
    def listening(self, tenant: str) -> Iterator[None]:
        """While a stream of a tenant is open."""
        with self._lock:
            self._streams[tenant] += 1
        try:
            yield
        finally:
            with self._lock:
                self._streams[tenant] -= 1
                now = time.monotonic()
                self._left = {name: when for name, when in self._left.items() if when > now - _LINGER_SECONDS}
                self._left[tenant] = now

    def _of(self, tenant: str) -> deque[_Event]:
        if tenant == EVERYBODY:
            return self._common
        if tenant not in self._events:
            self._events[tenant] = deque(maxlen=_KEPT)
        self._events.move_to_end(tenant)
        _forget(self._events, _MOST_TENANTS)
        return self._events[tenant]


def _forget(table: OrderedDict[str, Any], most: int) -> None:
    """Drop the oldest entries beyond a number."""
    while len(table) > most:
        table.popitem(last=False)


@router.get("/events", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}})
async def events(
    request: Request,
    who: Who,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID", max_length=32)] = None,
    *,
    since: Annotated[
        int | None, Query(ge=0, lt=2**62, description="Begin after this event, unless reconnecting.")
    ] = None,
    seconds: Annotated[float, Query(ge=0, le=3600, description="End after so long; 3600 at most.")] = 3600.0,
) -> StreamingResponse:
    """What happens to your objects, as server-sent events; reconnect with Last-Event-ID."""
    needs(who, Scope.READ)
    log: EventLog = request.app.state.events
    begin = log.last if since is None else since
    if last_event_id and last_event_id.isdigit():
        begin = int(last_event_id)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(request, who, begin, seconds), media_type="text/event-stream", headers=headers)


async def _stream(request: Request, who: Principal, number: int, seconds: float) -> AsyncIterator[str]:
    log: EventLog = request.app.state.events
    end, beat = time.monotonic() + seconds, time.monotonic()
    with log.listening(who.tenant):
        yield "retry: 1000\n\n"
        while time.monotonic() < end and not request.app.state.closing.is_set():
            for event in log.since(who.tenant, number):
                number = event.number
                data = json.dumps(event.data, separators=(",", ":"))
                yield f"id: {event.number}\nevent: {event.kind}\ndata: {data}\n\n"
            if await request.is_disconnected():
                return
            if time.monotonic() - beat > _HEARTBEAT_SECONDS:
                beat = time.monotonic()
                if not await _may_go_on(request.app.state.vault, who):
                    return
                yield ": still here\n\n"
            await asyncio.sleep(_POLL_SECONDS)


async def _may_go_on(vault: Vault, who: Principal) -> bool:
    """Whether the token that opened a stream is still valid; a ledger that does not answer now ends nothing."""
    try:
        return await anyio.to_thread.run_sync(vault.ledger.tokens.is_valid, who.token_id)
    except QloakError:
        return True
