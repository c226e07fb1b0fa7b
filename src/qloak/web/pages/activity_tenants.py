"""The pages `/activity/tenants…`: who has objects in this vault; for its operator."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from ..api import Problem
from ..page import Page, form, page
from ..texts import text
from .activity_tabs import tabs

__all__ = ["ROUTES"]

_LIMITS: Final = ("max_objects", "max_qubits")
_LONGEST_NUMBER: Final = 16


async def _show(asked: Page) -> Response:
    may = asked.session.is_operator and asked.session.may("admin")
    tenants = (await asked.api.get("/v1/tenants"))["tenants"] if may else []
    return asked.render(
        "activity_tenants.html", texts=("activity",), tenants=tenants, may=may, **tabs(asked, "tenants")
    )


async def _new(asked: Page) -> Response:
    may = asked.session.is_operator and asked.session.may("admin")
    return asked.render("activity_tenant_new.html", texts=("activity",), may=may)


async def _make(asked: Page) -> Response:
    body: dict[str, object] = {"name": asked.field("name")}
    for name in _LIMITS:
        if given := asked.field(name):
            if not (given.isdecimal() and given.isascii() and len(given) <= _LONGEST_NUMBER):
                raise Problem(422, "bad-argument", text("activity.tenants.no_number"))
            body[name] = int(given)
    await asked.api.post("/v1/tenants", body)
    return asked.go("/activity/tenants", said="activity.tenant_made")


ROUTES: Final[tuple[Route, ...]] = (
    page("/activity/tenants", _show),
    page("/activity/tenants/new", _new),
    form("/activity/tenants/new", _make),
)
