"""The page `/drive/put`, which is a dialog on the drive: a state, where it goes, and what that takes."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response
from starlette.routing import Route

from ...errors import QloakError
from ..api import Problem
from ..page import Page, form, page
from ..urls import url
from .put_form import KINDS, MAX_PROGRAM_BYTES, Providers, grouped, options_of, source_of, whole

__all__ = ["ROUTES"]

_TEXTS: Final = ("put", "bloch")
_FIRST: Final = (50.0, 110.0)
"""Degrees: a state that is none of the named ones."""


async def _show(asked: Page) -> Response:
    if not asked.session.may("write"):
        return asked.render("put.html", texts=_TEXTS, may_write=False)
    providers = Providers((await asked.api.get("/v1/providers"))["providers"])
    registers = (await asked.api.get("/v1/registers"))["registers"]
    handle = asked.query("handle")
    kind = asked.query("source", "handle" if handle else "bloch")
    chosen: dict[str, Any] = {
        "kind": kind if kind in KINDS else "bloch",
        "theta": _FIRST[0],
        "phi": _FIRST[1],
        "handle": handle,
        "clones": providers.usual,
        "custody": "clones",
    }
    size = next((r["num_qubits"] for r in registers if r["handle"] == handle), None)
    plan = await _planned(asked, {"num_qubits": size or 1}) if providers.up >= 2 else {}
    return asked.render(
        "put.html",
        texts=_TEXTS,
        may_write=True,
        providers=providers,
        registers=registers,
        chosen=chosen,
        max_program=MAX_PROGRAM_BYTES,
        **({"plan": None, "problem": None} | plan),
    )


async def _plan(asked: Page) -> Response:
    try:
        body = {"source": await source_of(asked, file=False)} | options_of(asked)
    except QloakError as error:
        return asked.render("put_plan.html", plan=None, problem=str(error))
    return asked.render("put_plan.html", **await _planned(asked, body))


async def _planned(asked: Page, body: dict[str, Any]) -> dict[str, Any]:
    """What the preview shows: a plan, or why there is none."""
    try:
        plan = await asked.api.post("/v1/plan", body)
    except Problem as problem:
        if problem.status == 401:
            raise
        return {"plan": None, "problem": problem.detail}
    return {"plan": plan | {"rows": grouped(plan["who_can_read"], plan["providers"])}, "problem": None}


async def _put(asked: Page) -> Response:
    body: dict[str, Any] = {"source": await source_of(asked), "name": asked.field("name")} | options_of(asked)
    if asked.field("min_clones"):
        body["min_clones"] = whole("min_clones", asked.field("min_clones"))
    stored = await asked.api.post("/v1/objects", body, key=asked.key)
    return asked.go(url("drive", stored["id"]), said="drive.stored")


ROUTES: Final[tuple[Route, ...]] = (
    page("/drive/put", _show),
    form("/drive/put", _put),
    form("/drive/put/plan", _plan),
)
