"""The page `/activity/metrics`: how much this gateway has done, and how fast."""

from __future__ import annotations

import math
from typing import Any, Final

from starlette.responses import Response
from starlette.routing import Route

from ..page import Page, page
from .activity_figures import Figures
from .activity_tabs import tabs

__all__ = ["ROUTES"]


async def _show(asked: Page) -> Response:
    may = asked.session.is_operator and asked.session.may("metrics")
    figures = await _figures(asked) if may else {"figures": None}
    return asked.render("activity_metrics.html", texts=("activity",), **tabs(asked, "metrics"), **figures)


async def _part(asked: Page) -> Response:
    return asked.render("activity_figures.html", **await _figures(asked))


async def _figures(asked: Page) -> dict[str, Any]:
    figures = Figures.of(await asked.api.text("/metrics"))
    return {"figures": figures, "seconds": _seconds, "infinity": math.inf}


def _seconds(seconds: float) -> str:
    """As it is written: "5 ms", "2 s"."""
    return f"{seconds:g} s" if seconds >= 1 or math.isinf(seconds) else f"{seconds * 1000:g} ms"


ROUTES: Final[tuple[Route, ...]] = (
    page("/activity/metrics", _show),
    page("/activity/metrics/part", _part),
)
