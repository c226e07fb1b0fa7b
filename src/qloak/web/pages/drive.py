"""The page `/drive`: objects, the newest first, as many as one scrolls to."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response
from starlette.routing import Route

from ..page import Page, page
from . import drive_actions, drive_object

__all__ = ["ROUTES"]

_PAGE: Final = 100
_LONGEST_NAME: Final = 200
_FILTERS: Final = {
    "stored": ("stored",),
    "busy": ("storing", "redeeming", "refreshing", "deleting"),
    "redeemed": ("redeemed",),
    "over": ("lost", "aborted", "deleted"),
}
"""What one can choose to see -> states of objects."""


async def _show(asked: Page) -> Response:
    listed = await _listed(asked)
    return asked.render("drive.html", texts=("drive",), filters=tuple(_FILTERS), **listed)


async def _rows(asked: Page) -> Response:
    return asked.render("drive/rows.html", **await _listed(asked))


async def _listed(asked: Page) -> dict[str, Any]:
    """A page of objects as the query asks for it; what makes no sense in it is left out."""
    name, shown = asked.query("name")[:_LONGEST_NAME].strip(), asked.query("show")
    limit = asked.query("limit")
    query = {
        "before": asked.query("before")[:64],
        "limit": min(max(int(limit), 1), _PAGE) if limit.isdecimal() and len(limit) < 4 else _PAGE,
        "name": name or None,
        "state": list(_FILTERS[shown]) if shown in _FILTERS else None,
        "look": True,
    }
    document = await asked.api.get("/v1/objects", **query)
    return {
        "objects": document["objects"],
        "next": document["next"] or "",
        "name": name,
        "show": shown if shown in _FILTERS else "",
        "before": query["before"],
    }


ROUTES: Final[tuple[Route, ...]] = (
    page("/drive", _show),
    page("/drive/rows", _rows),
    *drive_object.ROUTES,
    *drive_actions.ROUTES,
)
