"""What can be done with an object: redeem it, refresh it, delete it. Each is confirmed in a dialog or on a page."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from ..api import Problem
from ..page import Page, form, page
from ..texts import text
from ..urls import url
from .drive_object import object_view

__all__ = ["ROUTES"]

_OVER: Final = ("key-consumed", "redeem-in-progress", "lost", "conflict")
"""Problems after which the object is shown as it is now, and not the same form again."""

_METHODS: Final = ("measured", "unitary")


async def _redeem_page(asked: Page) -> Response:
    return asked.render("drive/redeem.html", texts=("drive",), refused=None, **await object_view(asked))


async def _redeem_part(asked: Page) -> Response:
    return asked.render("drive/redeem_part.html", refused=None, **await object_view(asked))


async def _redeem(asked: Page) -> Response:
    name = asked.part("ref")
    _need_consent(asked)
    verify = asked.field("verify", "1")
    body = {
        "verify": int(verify) if verify.isdecimal() and len(verify) < 4 else 0,
        "clone": asked.field("clone") or None,
        "method": asked.field("method") if asked.field("method") in _METHODS else "measured",
    }
    try:
        receipt = await asked.api.post(f"/v1/objects/{name}/redeem", body, key=asked.key)
    except Problem as problem:
        if asked.live or problem.code not in _OVER:
            raise
        view = await object_view(asked)
        return asked.render("drive/redeem.html", status=problem.status, texts=("drive",), refused=problem, **view)
    return asked.go(url("workbench", receipt["handle"]), said="drive.redeemed")


async def _refresh_page(asked: Page) -> Response:
    return asked.render("drive/refresh.html", texts=("drive",), **await object_view(asked))


async def _refresh(asked: Page) -> Response:
    name = asked.part("ref")
    await asked.api.post(f"/v1/objects/{name}/refresh", key=asked.key)
    return asked.go(url("drive", name), said="drive.refreshed")


async def _remove_page(asked: Page) -> Response:
    return asked.render("drive/remove.html", texts=("drive",), **await object_view(asked))


async def _remove(asked: Page) -> Response:
    name = asked.part("ref")
    _need_consent(asked)
    document = await asked.api.delete(f"/v1/objects/{name}", key=asked.key)
    if document["state"] == "deleted":
        return asked.go(url("drive"), said="drive.deleted")
    return asked.go(url("drive", name), said="drive.deleting")


def _need_consent(asked: Page) -> None:
    if asked.field("sure") != "yes":
        raise Problem(422, "bad-argument", text("drive.not_sure"))


ROUTES: Final[tuple[Route, ...]] = (
    page("/drive/{ref:object}/redeem", _redeem_page),
    page("/drive/{ref:object}/redeem/part", _redeem_part),
    form("/drive/{ref:object}/redeem", _redeem),
    page("/drive/{ref:object}/refresh", _refresh_page),
    form("/drive/{ref:object}/refresh", _refresh),
    page("/drive/{ref:object}/remove", _remove_page),
    form("/drive/{ref:object}/remove", _remove),
)
