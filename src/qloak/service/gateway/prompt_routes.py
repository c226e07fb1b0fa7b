"""The two requests that a gateway hears most, read without the framework's detours when they are well formed.

The framework takes longer to find a route and what its arguments are than the vault takes to store a state in the
company of others. Whatever is unusual about a request is left to it: it describes, checks and refuses.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError
from starlette.responses import JSONResponse

from ...errors import QloakError
from ..problem import problem_response
from .principal import KEY_PATTERN, MAX_KEY
from .prompt import PromptClient
from .schemas import PutBody, RedeemBody

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Send
    from starlette.types import Scope as AsgiScope

__all__ = ["PromptRoutes"]

_KEY: Final = re.compile(KEY_PATTERN.encode("ascii"))
_JSON: Final = b"application/json"
_LARGEST: Final = 4096
"""Bytes of a body; longer ones take the loop too long."""


@dataclass(frozen=True, slots=True)
class _Route:
    """One of them, with as much of `fastapi.routing.APIRoute` as the meters look at.

    Attributes:
        path: as the gateway's description has it.
        pattern: of the paths.
        body: model of the body.
        status: of an answer that is none of an error.
    """

    path: str
    pattern: re.Pattern[str]
    body: type[PutBody] | type[RedeemBody]
    status: int


_PUT: Final = _Route("/v1/objects", re.compile("/v1/objects"), PutBody, 201)
_REDEEM: Final = _Route("/v1/objects/{ref}/redeem", re.compile("/v1/objects/([^/]{1,200})/redeem"), RedeemBody, 200)


class PromptRoutes:
    """Answers what it can and leaves everything else to the application inside.

    Args:
        app: the application inside.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """One request."""
        route, matched = _found(scope)
        if route is None or matched is None or not _is_usual(headers := dict(scope["headers"])):
            await self._app(scope, receive, send)
            return
        messages: list[Message] = [await receive()]
        body = _read(route, messages[0])
        if body is None:
            await self._app(scope, _again(messages, receive), send)
            return
        scope["route"] = route
        key = headers.get(b"idempotency-key")
        client = PromptClient.of(scope)
        asked = None if key is None else key.decode("ascii")
        try:
            if isinstance(body, PutBody):
                document = await client.put(body.source, body.options(), key=asked)
            else:
                document = await client.redeem(matched[1], body.model_dump(), key=asked)
        except QloakError as error:
            await problem_response(error)(scope, receive, send)
        else:
            await JSONResponse(document, route.status)(scope, receive, send)


def _found(scope: AsgiScope) -> tuple[_Route | None, re.Match[str] | None]:
    """The route of a request, and what is in its path."""
    if scope["type"] == "http" and scope["method"] == "POST" and not scope["query_string"]:
        for route in (_PUT, _REDEEM):
            if matched := route.pattern.fullmatch(scope["path"]):
                return route, matched
    return None, None


def _is_usual(headers: dict[bytes, bytes]) -> bool:
    """Whether nothing about the headers needs a closer look."""
    key, length = headers.get(b"idempotency-key"), headers.get(b"content-length", b"")
    is_short = length.isdigit() and len(length) < 5 and 0 < int(length) <= _LARGEST
    is_key = key is None or (len(key) <= MAX_KEY and _KEY.fullmatch(key) is not None)
    return is_short and is_key and headers.get(b"content-type") == _JSON


def _read(route: _Route, message: Message) -> PutBody | RedeemBody | None:
    """The body, if it is here, whole and well formed."""
    if message["type"] != "http.request" or message.get("more_body"):
        return None
    try:
        return route.body.model_validate(json.loads(message["body"]))
    except (ValidationError, ValueError, RecursionError):
        return None


def _again(messages: list[Message], receive: Receive) -> Receive:
    """What gives messages that have been taken once more, and then what comes."""

    async def give() -> Message:
        return messages.pop(0) if messages else await receive()

    return give
