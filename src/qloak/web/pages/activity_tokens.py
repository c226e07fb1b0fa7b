"""The pages `/activity/tokens…`: tokens of one's tenant, new ones, and their end."""

from __future__ import annotations

import time
from typing import Any, Final

from starlette.responses import Response
from starlette.routing import Route

from ...service.browser import cookie_name
from ..api import Problem
from ..page import Page, form, page
from ..texts import text
from ..urls import url
from .activity_tabs import tabs

__all__ = ["ROUTES"]

_SCOPES: Final = ("read", "write", "admin", "emulator", "rehearse", "metrics")
_HOUR: Final = 3600
_LIFETIMES: Final = {
    "hour": _HOUR,
    "day": 24 * _HOUR,
    "month": 30 * 24 * _HOUR,
    "year": 365 * 24 * _HOUR,
    "never": None,
}
_USUAL: Final = "month"
_WEEK: Final = 7 * 24 * _HOUR
_MAX_NAME: Final = 200


async def _show(asked: Page) -> Response:
    return asked.render("activity_tokens.html", texts=("activity",), **tabs(asked, "tokens"), **await _listed(asked))


async def _part(asked: Page) -> Response:
    return asked.render("activity_token_list.html", **await _listed(asked))


async def _listed(asked: Page) -> dict[str, Any]:
    """Tokens, the newest first: those that work, and those that have ended."""
    if not asked.session.may("admin"):
        return {"valid": [], "ended": [], "soon": ()}
    now = time.time()
    tokens = (await asked.api.get("/v1/tokens"))["tokens"][::-1]
    # One's own first: where everything ends if it is revoked.
    tokens.sort(key=lambda each: each["id"] != asked.session.token_id)
    valid = [each for each in tokens if not _has_ended(each, now)]
    soon = [each["id"] for each in valid if each["expires"] is not None and _ends_soon(each, now)]
    return {"valid": valid, "ended": [each for each in tokens if _has_ended(each, now)], "soon": soon}


def _has_ended(token: dict[str, Any], now: float) -> bool:
    return token["revoked"] is not None or (token["expires"] is not None and token["expires"] <= now)


def _ends_soon(token: dict[str, Any], now: float) -> bool:
    """Within a week, of those that were made for longer."""
    return bool(token["expires"] - now < _WEEK < token["expires"] - token["created"])


async def _new(asked: Page) -> Response:
    tenants: list[str] = []
    if asked.session.is_operator and asked.session.may("admin"):
        tenants = [each["name"] for each in (await asked.api.get("/v1/tenants"))["tenants"]]
    return asked.render(
        "activity_token_new.html",
        texts=("activity",),
        scopes=[scope for scope in _SCOPES if asked.session.may(scope)],
        lifetimes=tuple(_LIFETIMES),
        usual=_USUAL,
        tenants=tenants,
        chosen=asked.query("tenant"),
    )


async def _make(asked: Page) -> Response:
    """The secret is in this answer and nowhere else: it is not kept, and no other page could show it."""
    scopes, lifetime = asked.fields("scopes"), asked.field("lifetime")
    if not scopes:
        raise Problem(422, "bad-argument", text("activity.tokens.no_scope"))
    if lifetime not in _LIFETIMES:
        raise Problem(422, "bad-argument", text("activity.tokens.no_lifetime"))
    body = {
        "scopes": scopes,
        "name": asked.field("name")[: _MAX_NAME + 1],
        "expires_seconds": _LIFETIMES[lifetime],
        "tenant": asked.field("tenant") or None,
    }
    token = await asked.api.post("/v1/tokens", body, key=asked.key)
    return asked.render("activity_token_made.html", texts=("activity",), token=token)


async def _one(asked: Page) -> Response:
    token = await _token(asked)
    return asked.render(
        "activity_token.html",
        texts=("activity",),
        token=token,
        own=token["id"] == asked.session.token_id,
        ended=_has_ended(token, time.time()),
    )


async def _token(asked: Page) -> dict[str, Any]:
    wanted = asked.part("token")
    for each in (await asked.api.get("/v1/tokens"))["tokens"]:
        if each["id"] == wanted:
            found: dict[str, Any] = each
            return found
    raise Problem(404, "unknown-name", text("activity.tokens.unknown"))


async def _revoke(asked: Page) -> Response:
    token_id = asked.part("token")
    await asked.api.delete(url("v1", "tokens", token_id))
    if token_id != asked.session.token_id:
        return asked.go("/activity/tokens", said="activity.revoked")
    # It was the one that this browser is signed in with: from here on it opens nothing.
    response = asked.go(url("sign-in", reason="revoked"))
    response.delete_cookie(cookie_name(asked.request.scope), path="/", samesite="strict", httponly=True)
    return response


ROUTES: Final[tuple[Route, ...]] = (
    page("/activity/tokens", _show),
    page("/activity/tokens/part", _part),
    page("/activity/tokens/new", _new),
    form("/activity/tokens/new", _make),
    page("/activity/tokens/of/{token}", _one),
    form("/activity/tokens/of/{token}/revoke", _revoke),
)
