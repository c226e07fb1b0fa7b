"""The page `/lab`: the scheme explored without storing anything."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from ..api import Problem
from ..page import Page, page
from ..texts import text
from .lab_state import DEFAULTS, MAX_CLONES, MAX_PLACED, STEPS, LabState
from .lab_views import PARTS, View, placed

__all__ = ["ROUTES"]

_TEXTS: Final = ("bloch", "lab")
_FIXED: Final[View] = {
    "usual": urlencode(DEFAULTS.all()),
    "steps": STEPS,
    "max_clones": MAX_CLONES,
    "max_placed": MAX_PLACED,
}


async def _show(asked: Page) -> Response:
    """All parts, but for the placement, which takes seconds: that is fetched when the page is there."""
    state = LabState.read(asked.request.query_params)
    views = await asyncio.gather(*(_view(asked, name, state) for name in PARTS))
    devices = (await asked.api.get("/v1/lab/devices"))["devices"]
    parts: dict[str, Any] = dict(zip(PARTS, views, strict=True))
    return asked.render("lab.html", texts=_TEXTS, state=state, devices=devices, **parts, **_FIXED)


async def _part(asked: Page) -> Response:
    """One part anew."""
    name = asked.part("name")
    if name not in PARTS:
        raise Problem(404, "no-page", text("problem.no_page"))
    state = LabState.read(asked.request.query_params)
    values: dict[str, Any] = {name: await _view(asked, name, state)}
    return asked.render(f"lab_{name}.html", state=state, **values, **_FIXED)


async def _placed(asked: Page) -> Response:
    """A placement: a part for scripts, a page for whoever has none."""
    state = LabState.read(asked.request.query_params)
    values: dict[str, Any] = {"placed": await placed(asked.api, state), "state": state}
    return asked.render("lab_placed.html" if asked.live else "lab_placed_page.html", **values)


async def _view(asked: Page, name: str, state: LabState) -> View:
    """What the part's template needs; where that cannot be had, the problem in its place."""
    try:
        return {"problem": None} | await PARTS[name](asked.api, state)
    except Problem as problem:
        if problem.status == 401:
            raise
        return {"problem": problem}


ROUTES: Final[tuple[Route, ...]] = (
    page("/lab", _show),
    page("/lab/part/{name}", _part),
    page("/lab/placed", _placed),
)
