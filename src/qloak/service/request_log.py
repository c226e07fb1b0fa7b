"""A line in the log for each request: what was asked, how it ended, how long it took. Never a body or a token."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["RequestLog"]

_QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_MAX_PATH: Final = 200


class RequestLog:
    """An application whose requests are logged.

    Args:
        app: the application.
        log: a structured logger.
    """

    def __init__(self, app: ASGIApp, log: Any) -> None:  # noqa: ANN401, structlog's loggers have no type of their own
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, and log it."""
        if scope["type"] != "http" or scope["path"] in _QUIET:
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, seen)
        finally:
            milliseconds = round(1000 * (time.perf_counter() - began), 2)
            # Without the query, which may name what its owner does not want in a log.
            place = {"method": scope["method"][:10], "path": scope["path"][:_MAX_PATH]}
            level = self._log.warning if status >= 500 or not status else self._log.info
            level("request", **place, status=status, milliseconds=milliseconds)
