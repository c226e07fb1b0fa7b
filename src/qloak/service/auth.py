"""Bearer tokens of servers that know a fixed few of them: providers and the world."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ..errors import UnauthenticatedError, UsageError

if TYPE_CHECKING:
    from fastapi import Request

__all__ = ["TokenTable", "hash_token", "new_token"]

MIN_TOKEN_CHARACTERS: Final = 20
_MAX_TOKEN_CHARACTERS: Final = 200


def new_token() -> str:
    """A random token of 256 bits."""
    return "qlk_" + secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What is kept of a token. It is random and long, so a plain hash does not help who reads it.

    Raises:
        UsageError: for one that is too short to be random.
    """
    if not MIN_TOKEN_CHARACTERS <= len(token) <= _MAX_TOKEN_CHARACTERS:
        hint = "Make one: qloak token new PRINCIPAL."
        raise UsageError.of("token", f"{len(token)} characters", f"at least {MIN_TOKEN_CHARACTERS}, random", hint)
    return hashlib.sha256(token.encode()).hexdigest()


class TokenTable:
    """Hashed tokens and whom each one stands for.

    Args:
        principals: sha256 of a token, in hex -> name.
    """

    def __init__(self, principals: Mapping[str, str]) -> None:
        self._principals = dict(principals)

    def known(self) -> Mapping[str, str]:
        """All tokens, hashed, and whom each one stands for."""
        return self._principals

    def principal(self, request: Request) -> str:
        """Who sends this request.

        Raises:
            UnauthenticatedError: without a token that is in the table.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and len(token) <= _MAX_TOKEN_CHARACTERS:
            given = hashlib.sha256(token.encode(errors="replace")).hexdigest()
            # All of them, so that the time taken says nothing about which one came close.
            matches = [name for known, name in self.known().items() if hmac.compare_digest(known, given)]
            if matches:
                return matches[0]
        raise UnauthenticatedError("No valid token. Send the header Authorization: Bearer TOKEN.")
