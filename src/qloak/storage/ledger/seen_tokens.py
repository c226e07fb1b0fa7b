"""Tokens that were found valid a moment ago: most requests come from somebody who has just asked."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .tokens import Principal

__all__ = ["SEEN_SECONDS", "SeenTokens"]

SEEN_SECONDS: Final = 2.0
"""For so long a token that another process has revoked may still be taken for valid by this one."""

_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Seen:
    principal: Principal
    until: float
    expires: float | None


class SeenTokens:
    """The latest tokens by their hashes, each for `SEEN_SECONDS`. Safe to share between threads."""

    def __init__(self) -> None:
        self._seen: OrderedDict[bytes, _Seen] = OrderedDict()
        self._revocations = 0
        self._lock = threading.Lock()

    def find(self, digest: bytes) -> Principal | None:
        """Whose token this is, if that was found out a moment ago and the token has not expired."""
        seen = self._seen.get(digest)
        if seen is None or seen.until <= time.monotonic():
            return None
        return seen.principal if seen.expires is None or seen.expires > time.time() else None

    def ask(self) -> int:
        """Call it before the ledger is asked, for `note`."""
        return self._revocations

    def note(self, digest: bytes, principal: Principal, *, expires: float | None, asked: int) -> None:
        """A token was found valid, unless one has been revoked since `ask`."""
        with self._lock:
            if asked != self._revocations:
                return
            self._seen[digest] = _Seen(principal, time.monotonic() + SEEN_SECONDS, expires)
            self._seen.move_to_end(digest)
            while len(self._seen) > _MOST:
                self._seen.popitem(last=False)

    def forget(self, token_id: str) -> None:
        """A token has been revoked."""
        with self._lock:
            self._revocations += 1
            for digest in [key for key, seen in self._seen.items() if seen.principal.token_id == token_id]:
                del self._seen[digest]
