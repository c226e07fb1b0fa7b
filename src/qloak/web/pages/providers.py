"""The page `/providers`: the servers, failures to rehearse, and how objects survive them."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response
from starlette.routing import Route

from ..api import Problem
from ..page import Page, form, page
from ..texts import text
from ..urls import url
from .providers_ring import around

__all__ = ["ROUTES"]

_RECENT: Final = 12
_FAULTS: Final = ("offline", "slow", "lossy", "measuring", "tampering")
_STRENGTHS: Final = {"offline": 1.0, "slow": 0.5}
"""What a fault is rehearsed with where the form says nothing: seconds for slow, else a probability."""


async def _show(asked: Page) -> Response:
    return asked.render("providers.html", texts=("providers",), **await _overview(asked))


async def _part(asked: Page) -> Response:
    return asked.render("providers/overview.html", **await _overview(asked))


async def _overview(asked: Page) -> dict[str, Any]:
    providers = (await asked.api.get("/v1/providers"))["providers"]
    listed = await asked.api.get("/v1/objects", before="", limit=_RECENT, look=True, state=["stored"])
    objects = [
        each | {"at": {clone["provider"]: clone["state"] for clone in each["health"]["clones"]}}
        for each in listed["objects"]
    ]
    return {"providers": providers, "servers": around(providers), "objects": objects, "more": listed["next"]}


async def _one(asked: Page) -> Response:
    return asked.render("providers/one.html", texts=("providers",), **await _provider(asked))


async def _provider(asked: Page) -> dict[str, Any]:
    name = asked.part("name")
    for each in (await asked.api.get("/v1/providers"))["providers"]:
        if each["name"] == name:
            return {"provider": each, "faults": _FAULTS, "strengths": _STRENGTHS}
    raise Problem(404, "unknown-name", text("providers.unknown"))


async def _rehearse(asked: Page) -> Response:
    fault, strength = asked.field("fault"), asked.field("strength")
    if fault not in _FAULTS:
        raise Problem(422, "bad-argument", text("providers.no_fault"))
    try:
        value = float(strength) if strength else _STRENGTHS.get(fault, 1.0)
    except ValueError:
        raise Problem(422, "bad-argument", text("providers.no_strength")) from None
    await asked.api.post(_path(asked, "rehearse"), {"fault": fault, "strength": value})
    return asked.go(url("providers"), said="providers.rehearsed" if value else "providers.switched_off")


async def _recover(asked: Page) -> Response:
    await asked.api.post(_path(asked, "recover"))
    return asked.go(url("providers"), said="providers.recovered")


async def _destroy(asked: Page) -> Response:
    if asked.field("sure") != "yes":
        raise Problem(422, "bad-argument", text("providers.not_sure"))
    await asked.api.post(_path(asked, "destroy"))
    return asked.go(url("providers"), said="providers.destroyed")


async def _new(asked: Page) -> Response:
    return asked.render("providers/new.html", texts=("providers",))


async def _add(asked: Page) -> Response:
    body: dict[str, Any] = {"name": asked.field("name")}
    if asked.field("kind") == "remote":
        body |= {"url": asked.field("url"), "token": asked.field("token")}
    for name in ("t1_seconds", "t2_seconds", "capacity"):
        if given := asked.field(name):
            try:
                body[name] = int(given) if name == "capacity" else float(given)
            except ValueError:
                raise Problem(422, "bad-argument", text("providers.no_number")) from None
    await asked.api.post("/v1/providers", body)
    return asked.go(url("providers"), said="providers.added")


def _path(asked: Page, act: str) -> str:
    return url("v1", "providers", asked.part("name"), act)


ROUTES: Final[tuple[Route, ...]] = (
    page("/providers", _show),
    page("/providers/part", _part),
    page("/providers/new", _new),
    form("/providers/new", _add),
    page("/providers/of/{name}", _one),
    form("/providers/of/{name}/rehearse", _rehearse),
    form("/providers/of/{name}/recover", _recover),
    form("/providers/of/{name}/destroy", _destroy),
)
