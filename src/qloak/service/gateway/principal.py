"""Who asks: bearer tokens, and how often each may ask."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Annotated, Final

from fastapi import Depends, Header, Request

from ...errors import RateLimitError, UnauthenticatedError
from ...storage.ledger import Principal, Scope
from ...storage.vault.client import VaultClient
from ...storage.vault.local_client import LocalClient

__all__ = ["Client", "IdempotencyKey", "RateLimiter", "Who", "needs", "principal_of"]

_MAX_KNOWN: Final = 10_000


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


def principal_of(request: Request) -> Principal:
    """The holder of the request's token.

    Raises:
        UnauthenticatedError: without a valid one.
        RateLimitError: if it asks too often.
    """
    state = request.app.state
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise UnauthenticatedError("No valid token. Send the header Authorization: Bearer TOKEN.")
    principal: Principal = state.vault.ledger.tokens.authenticate(secret.strip())
    state.limiter.take(principal.token_id)
    return principal


Who = Annotated[Principal, Depends(principal_of)]


def _client(request: Request, who: Who) -> VaultClient:
    return LocalClient(request.app.state.vault, who, doors=request.app.state.doors)


Client = Annotated[VaultClient, Depends(_client)]
"""The vault as the one who asks sees it."""

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        pattern=r"^[!-~]+$",
        description="Whoever repeats it with the same request gets the first answer again.",
    ),
]


def needs(principal: Principal, scope: Scope) -> None:
    """Refuse a token without a scope.

    Raises:
        ForbiddenError: if it lacks it.
    """
    from ...errors import ForbiddenError

    if scope not in principal.scopes:
        raise ForbiddenError(f"This token lacks the scope {scope.value!r}.")
