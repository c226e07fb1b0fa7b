"""Signing in by token or by one-time link, and signing out."""

from __future__ import annotations

import secrets
import threading
import time
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from ..service.browser import cookie_name, cookie_secret
from .api import Api, Problem
from .page import Page, form, render
from .urls import safe_return, url

__all__ = ["ROUTES", "OneTimeLinks", "ask_to_sign_in"]

_LIFETIME_SECONDS: Final = 900.0
_LONGEST: Final = 200


class OneTimeLinks:
    """Codes that sign somebody in once, soon."""

    def __init__(self) -> None:
        self._offers: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def offer(self, secret: str) -> str:
        """The path of a link that signs in with this token, once and within 15 minutes."""
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._offers[code] = (secret, time.monotonic() + _LIFETIME_SECONDS)
        return url("sign-in", "once", code=code)

    def take(self, code: str) -> str:
        """The token of a code, which is spent by that; empty if there is none."""
        with self._lock:
            secret, end = self._offers.pop(code, ("", 0.0))
        return secret if time.monotonic() < end else ""


def ask_to_sign_in(request: Request) -> Response:
    """The answer to whoever is not signed in, or no longer."""
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    reason = "ended" if cookie_secret(request.scope) else None
    target = url("sign-in", back=back if request.method == "GET" else None, reason=reason)
    if request.method != "GET" or "x-qloak-live" in request.headers:
        return JSONResponse({"location": target}, 401)
    return RedirectResponse(target, 303)


async def _show(request: Request) -> Response:
    return render(
        request, "sign_in.html", reason=request.query_params.get("reason", ""), back=_back(request), problem=""
    )


async def _by_token(request: Request) -> Response:
    async with request.form(max_files=0, max_fields=8) as values:
        token = str(values.get("token", "")).strip()
        back = safe_return(str(values.get("back", "")))
    # Nobody is signed in yet, so there is no proof to ask for: a forged form could only sign its victim in
    # with the forger's token, and SameSite and the browser's word on where it came from keep those out too.
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return render(request, "sign_in.html", status=403, reason="foreign", back=back, problem="")
    try:
        if not token or len(token) > _LONGEST or not token.isascii():
            raise Problem(401, "unauthenticated", "")
        await Api(request.app.state.client, token).get("/v1/session")
    except Problem as problem:
        if problem.status != 401:
            raise
        return render(request, "sign_in.html", status=401, reason="", back=back, problem="refused")
    return _signed_in(request, token, back)


async def _by_link(request: Request) -> Response:
    links: OneTimeLinks = request.app.state.links
    secret = links.take(request.query_params.get("code", "")[:_LONGEST])
    if secret:
        return _signed_in(request, secret, "/drive")
    if cookie_secret(request.scope):
        # Browsers load links twice at times: the first time has signed in.
        return RedirectResponse("/drive", 303)
    return render(request, "sign_in.html", status=401, reason="used", back="/drive", problem="")


async def _out(page: Page) -> Response:
    response: Response = page.go("/sign-in?reason=out")
    response.delete_cookie(cookie_name(page.request.scope), path="/", samesite="strict", httponly=True)
    return response


def _signed_in(request: Request, token: str, back: str) -> Response:
    response = RedirectResponse(back, 303)
    # Without an age it ends with the browser; the token ends when it is revoked or expires.
    options: dict[str, Any] = {"path": "/", "httponly": True, "samesite": "strict"}
    response.set_cookie(cookie_name(request.scope), token, secure=request.url.scheme == "https", **options)
    return response


def _back(request: Request) -> str:
    return safe_return(request.query_params.get("back", ""))


ROUTES: Final = (
    Route("/sign-in", _show, methods=["GET"]),
    Route("/sign-in", _by_token, methods=["POST"]),
    Route("/sign-in/once", _by_link, methods=["GET"]),
    form("/sign-out", _out),
)
