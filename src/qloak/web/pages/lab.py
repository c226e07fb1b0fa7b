"""The page `/lab`."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from ..page import Page, page

__all__ = ["ROUTES"]


async def _show(asked: Page) -> Response:
    return asked.render("lab.html")


ROUTES: Final[tuple[Route, ...]] = (page("/lab", _show),)
