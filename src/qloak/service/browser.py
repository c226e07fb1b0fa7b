"""Browsers that have signed in: the cookie that holds their token, and proof that a form is one of ours.

The cookie is the token itself, out of reach of scripts (HttpOnly) and of other sites (SameSite=Strict): whoever
revokes the token ends the session. With the cookie alone only reading requests are answered, so that /v1 needs no
protection against forged forms; the pages' own forms carry `form_proof`.
"""

from __future__ import annotations

import hashlib
import hmac
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.types import Scope

__all__ = ["cookie_name", "cookie_secret", "form_proof", "session_secret"]

_SAFE: Final = ("GET", "HEAD")
_OWN: Final = (b"same-origin", b"none")
_LONGEST: Final = 8192


def cookie_name(scope: Scope) -> str:
    """Of the cookie of this server.

    Cookies know no ports, so servers of one machine would overwrite each other's; over TLS the prefix keeps the
    cookie from being set by anybody else.
    """
    if scope["scheme"] == "https":
        return "__Host-qloak"
    _, port = scope.get("server") or ("", 0)
    return f"qloak-{port}"


def cookie_secret(scope: Scope) -> str:
    """The token of the cookie; empty without one."""
    header = dict(scope["headers"]).get(b"cookie", b"")
    if len(header) > _LONGEST:
        return ""
    try:
        morsel = SimpleCookie(header.decode("latin-1")).get(cookie_name(scope))
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def session_secret(scope: Scope) -> str:
    """The token by which a browser may read; empty for requests that change something or come from other sites."""
    origin = dict(scope["headers"]).get(b"sec-fetch-site", b"same-origin")
    return cookie_secret(scope) if scope["method"] in _SAFE and origin in _OWN else ""


def form_proof(secret: str) -> str:
    """What a form of ours carries: only who has the cookie's token could have computed it."""
    return hmac.new(secret.encode(), b"qloak form", hashlib.sha256).hexdigest()
