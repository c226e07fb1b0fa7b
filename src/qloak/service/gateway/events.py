"""Server-sent events: what happens to a tenant's objects, as it happens."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from ...errors import QloakError
from ...storage.ledger import ObjectRecord, Scope
from ...storage.vault.local_client import Doors
from ...storage.vault.requests import PutRequest, RedeemRequest
from .principal import Who, needs

__all__ = ["EventLog", "WatchedDoors", "router"]

_KEPT: Final = 5000
_POLL_SECONDS: Final = 0.1
_HEARTBEAT_SECONDS: Final = 10.0

router = APIRouter(prefix="/v1", tags=["events"])


@dataclass(frozen=True, slots=True)
class _Event:
    number: int
    tenant: str
    kind: str
    data: dict[str, Any]


class EventLog:
    """The last few thousand events, for whoever listens."""

    def __init__(self) -> None:
        self._events: deque[_Event] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()
        # Numbers grow over restarts too, so that a reconnecting listener misses nothing silently.
        self._number = time.time_ns() // 1_000_000

    def publish(self, tenant: str, kind: str, data: dict[str, Any]) -> None:
        """Tell the tenant's listeners."""
        with self._lock:
            self._number += 1
            self._events.append(_Event(self._number, tenant, kind, data))

    def since(self, tenant: str, number: int) -> list[_Event]:
        """The tenant's events after a number."""
        new = []
        with self._lock:
            for event in reversed(self._events):
                if event.number <= number:
                    break
                if event.tenant == tenant:
                    new.append(event)
        return new[::-1]

    @property
    def last(self) -> int:
        """Number of the newest event."""
        return self._number


class WatchedDoors:
    """Doors of a vault that tell an event log what goes in and what comes of it.

    Args:
        doors: a vault or a batcher.
        log: that is told.
    """

    def __init__(self, doors: Doors, log: EventLog) -> None:
        self._doors = doors
        self._log = log

    def put(self, request: PutRequest) -> ObjectRecord:
        """Store."""
        return self._told(request, "put", lambda: self._doors.put(request))

    def redeem(self, request: RedeemRequest) -> ObjectRecord:
        """Recover."""
        return self._told(request, "redeem", lambda: self._doors.redeem(request))

    def _told(self, request: PutRequest | RedeemRequest, what: str, act: Callable[[], ObjectRecord]) -> ObjectRecord:
        name = request.name if isinstance(request, PutRequest) else request.object_id
        self._log.publish(request.tenant, what, {"step": "begun", "name": name})
        try:
            record = act()
        except QloakError as error:
            self._log.publish(request.tenant, what, {"step": "refused", "name": name, "code": error.code})
            raise
        self._log.publish(
            request.tenant,
            what,
            {"step": "done", "name": name, "object": record.object_id, "state": record.state.value},
        )
        return record


@router.get("/events", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}})
async def events(
    request: Request,
    who: Who,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID", max_length=32)] = None,
    *,
    seconds: Annotated[float, Query(ge=0, le=3600, description="End after so long; 3600 at most.")] = 3600.0,
) -> StreamingResponse:
    """What happens to your objects, as server-sent events; reconnect with Last-Event-ID."""
    needs(who, Scope.READ)
    log: EventLog = request.app.state.events
    begin = int(last_event_id) if last_event_id and last_event_id.isdigit() else log.last
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _stream(request, who.tenant, begin, seconds), media_type="text/event-stream", headers=headers
    )


async def _stream(request: Request, tenant: str, number: int, seconds: float) -> AsyncIterator[str]:
    log: EventLog = request.app.state.events
    end, beat = time.monotonic() + seconds, time.monotonic()
    yield "retry: 1000\n\n"
    while time.monotonic() < end and not request.app.state.closing.is_set():
        for event in log.since(tenant, number):
            number = event.number
            data = json.dumps(event.data, separators=(",", ":"))
            yield f"id: {event.number}\nevent: {event.kind}\ndata: {data}\n\n"
        if await request.is_disconnected():
            return
        if time.monotonic() - beat > _HEARTBEAT_SECONDS:
            beat = time.monotonic()
            yield ": still here\n\n"
        await asyncio.sleep(_POLL_SECONDS)
