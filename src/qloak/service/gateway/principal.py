"""Who asks: bearer tokens, and how often each may ask.

A token is looked at before anything else of a request is, its body above all: strangers cost next to nothing.
A browser that has signed in sends its token as a cookie; with that alone it may read, never change anything.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Final

import anyio.to_thread
from fastapi import Depends, Header, Request
from fastapi.security import HTTPBearer

from ...errors import ForbiddenError, QloakError, RateLimitError, UnauthenticatedError
from ...storage.ledger import Principal, Scope
from ...storage.vault.client import VaultClient
from ...storage.vault.local_client import LocalClient
from ..browser import session_secret
from ..problem import problem_response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Send
    from starlette.types import Scope as AsgiScope

    from ...storage.vault import Vault

__all__ = ["KEY_PATTERN", "MAX_KEY", "Client", "IdempotencyKey", "KnownClients", "RateLimiter", "Who", "needs"]

KEY_PATTERN: Final = r"^[!-~]+$"
"""Of an idempotency key: printable ASCII without a space."""

MAX_KEY: Final = 128
_MAX_KNOWN: Final = 10_000
_GUARDED: Final = ("/v1", "/metrics")


@dataclass(slots=True)
class RateLimiter:
    """A token bucket for each token, in this process.

    Attributes:
        per_second: requests that flow in.
        burst: that can be saved up.
    """

    per_second: float = 500.0
    burst: float = 1000.0
    _levels: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, name: str) -> None:
        """Count one request.

        Raises:
            RateLimitError: if there have been too many.
        """
        now = time.monotonic()
        with self._lock:
            level, then = self._levels.pop(name, (self.burst, now))
            level = min(self.burst, level + (now - then) * self.per_second)
            allowed = level >= 1
            self._levels[name] = (level - 1 if allowed else level, now)
            while len(self._levels) > _MAX_KNOWN:
                self._levels.popitem(last=False)
        if not allowed:
            raise RateLimitError(f"More than {self.per_second:g} requests a second from this token. Wait a little.")


class KnownClients:
    """Lets nobody without a valid token through to what begins with /v1 or /metrics.

    Args:
        app: the application inside.
        vault: whose tokens are valid.
        limiter: counts each one's requests.
    """

    def __init__(self, app: ASGIApp, vault: Vault, limiter: RateLimiter) -> None:
        self._app = app
        self._vault = vault
        self._limiter = limiter

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http" and scope["path"].startswith(_GUARDED):
            try:
                scope["qloak.principal"] = await self._principal(scope)
            except QloakError as error:
                await problem_response(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _principal(self, scope: AsgiScope) -> Principal:
        header = dict(scope["headers"]).get(b"authorization", b"")
        scheme, _, secret = header.decode("latin-1").partition(" ")
        if not header:
            scheme, secret = "bearer", session_secret(scope)
        if scheme.lower() != "bearer" or not secret:
            raise UnauthenticatedError("No valid token. Send the header Authorization: Bearer TOKEN.")
        tokens = self._vault.ledger.tokens
        # Mostly without a thread: the ledger is not asked for every request of the same client.
        principal = tokens.seen(secret.strip())
        if principal is None:
            principal = await anyio.to_thread.run_sync(tokens.authenticate, secret.strip())
        self._limiter.take(principal.token_id)
        return principal


# It says in the description that tokens are needed; whether they are valid has been seen to by then.
_BEARER: Final = HTTPBearer(auto_error=False, description="A token of the vault.")


async def _who(request: Request, _: Annotated[object, Depends(_BEARER)]) -> Principal:
    principal: Principal = request.scope["qloak.principal"]
    return principal


Who = Annotated[Principal, Depends(_who)]


async def _client(request: Request, who: Who) -> VaultClient:
    return LocalClient(request.app.state.vault, who, doors=request.app.state.doors)


Client = Annotated[VaultClient, Depends(_client)]
"""The vault as the one who asks sees it."""

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=MAX_KEY,
        pattern=KEY_PATTERN,
        description="Whoever repeats it with the same request gets the first answer again.",
    ),
]


def needs(principal: Principal, scope: Scope) -> None:
    """Refuse a token without a scope.

    Raises:
        ForbiddenError: if it lacks it.
    """
    if scope not in principal.scopes:
        raise ForbiddenError(f"This token lacks the scope {scope.value!r}.")
