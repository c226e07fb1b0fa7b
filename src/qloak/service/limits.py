"""Bodies have a greatest size, checked while they arrive and not after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import LimitError
from .problem import problem_response

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["limit_bodies"]


class _BodyLimit:
    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self._max:
            await problem_response(self._error(int(announced)))(scope, receive, send)
            return
        seen = 0
        too_long: LimitError | None = None

        async def counted() -> Message:
            nonlocal seen, too_long
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._max:
                too_long = self._error(seen)
                raise too_long
            return message

        async def unless_too_long(message: Message) -> None:
            # Whoever reads a body may take any trouble with it for bad syntax.
            if too_long is None:
                await send(message)

        try:
            await self._app(scope, counted, unless_too_long)
        except LimitError as error:
            if error is not too_long:
                raise
        if too_long is not None:
            await problem_response(too_long)(scope, receive, send)

    def _error(self, size: int) -> LimitError:
        return LimitError.of("body", f"{size} bytes", f"at most {self._max}")


def limit_bodies(app: FastAPI, max_bytes: int) -> None:
    """Refuse request bodies above a size with HTTP 413."""
    app.add_middleware(_BodyLimit, max_bytes=max_bytes)
