"""The page `/drive/{id}`: one object, how it is, what happened to it, and its life as a circuit."""

from __future__ import annotations

import asyncio
import base64
from typing import Any, Final

from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import Response
from starlette.routing import Route

from ..api import Problem
from ..chart import FidelityChart
from ..page import Page, page
from ..picture import ring
from ..readers import group_readers
from ..texts import text

__all__ = ["ROUTES", "object_view"]

_LIVE: Final = ("storing", "stored", "redeeming", "refreshing")
_HOURS: Final = (6, 24, 168, 720)
_POINTS: Final = 61
_FORMS: Final = {
    "stim": "text/plain; charset=utf-8",
    "qasm3": "text/plain; charset=utf-8",
    "qpy": "application/octet-stream",
}
_NO_CIRCUIT: Final = ("aborted", "deleted", "storing", "deleting")


class _ObjectId(Convertor[str]):
    """Ids only: names are free text, and other pages are below /drive too."""

    regex = "[0-9A-HJKMNP-TV-Z]{26}"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("object", _ObjectId())


async def object_view(asked: Page) -> dict[str, Any]:
    """What templates show of the object that the path names."""
    name = asked.part("ref")
    document, history = await asyncio.gather(
        asked.api.get(f"/v1/objects/{name}"), asked.api.get("/v1/audit", subject=name, limit=200)
    )
    entries = history["entries"]
    health = document["health"]
    return {
        "object": document,
        "health": health,
        "spots": ring(health["clones"]),
        "readers": group_readers(health["who_can_read"]),
        "history": entries,
        "receipt": _last(entries, "redeemed"),
        "begun": _last(entries, document["state"]),
        "register": await _register(asked, document["handle"]),
        "live": document["state"] in _LIVE,
        "circuit_forms": () if document["state"] in _NO_CIRCUIT else tuple(_FORMS),
        "may_write": asked.session.may("write"),
    }


async def _whole_view(asked: Page) -> dict[str, Any]:
    """The object with its forecast, asked for at the same time: slow providers are waited for once."""
    wanted, name = asked.query("hours"), asked.part("ref")
    hours = int(wanted) if wanted in map(str, _HOURS) else 24
    view, forecast = await asyncio.gather(
        object_view(asked), asked.api.get(f"/v1/objects/{name}/forecast", hours=hours, points=_POINTS)
    )
    chart = FidelityChart.of(forecast)
    return view | {"chart": chart, "forecast": forecast, "hours": hours, "all_hours": _HOURS}


def _last(entries: list[dict[str, Any]], action: str) -> dict[str, Any] | None:
    return next((entry for entry in reversed(entries) if entry["action"] == action), None)


async def _register(asked: Page, handle: str | None) -> dict[str, Any] | None:
    """The register that came of it, if it is still there."""
    if handle is None:
        return None
    try:
        register = await asked.api.get(f"/v1/registers/{handle}")
    except Problem as problem:
        if problem.status != 404:
            raise
        return None
    return register if register["live"] else None


async def _show(asked: Page) -> Response:
    return asked.render("drive/object.html", texts=("drive",), **await _whole_view(asked))


async def _body(asked: Page) -> Response:
    return asked.render("drive/body.html", **await _whole_view(asked))


async def _circuit(asked: Page) -> Response:
    form = asked.part("form")
    if form not in _FORMS:
        raise Problem(404, "no-page", text("problem.no_page"))
    name = asked.part("ref")
    document = await asked.api.get(f"/v1/objects/{name}/export", form=form)
    content = base64.b64decode(document["base64"]) if "base64" in document else document["text"]
    headers = {"Content-Disposition": f'attachment; filename="qloak-{name}.{form}"'}
    return Response(content, media_type=_FORMS[form], headers=headers)


ROUTES: Final[tuple[Route, ...]] = (
    page("/drive/{ref:object}", _show),
    page("/drive/{ref:object}/body", _body),
    page("/drive/{ref:object}/circuit/{form}", _circuit),
)
