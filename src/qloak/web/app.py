"""The pages as an application, mounted on a gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from ..errors import QloakError
from ..service.problem import http_problem
from .api import Problem, open_transport
from .assets import Assets
from .page import render
from .pages import PAGES
from .sign_in import ROUTES, OneTimeLinks, ask_to_sign_in
from .texts import has_text, text

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["add_pages"]

_API = ("/v1", "/metrics")


def add_pages(gateway: FastAPI, links: OneTimeLinks | None = None) -> None:
    """Mount the web app on a gateway, below everything that the gateway answers itself.

    Args:
        gateway: from `create_gateway_app`.
        links: one-time links that sign in.
    """
    pages = Starlette(
        routes=[
            Route("/", _home, methods=["GET"]),
            Route("/favicon.ico", _icon, methods=["GET"]),
            Mount("/static", Assets()),
            *ROUTES,
            *PAGES,
        ],
        exception_handlers={
            Problem: _of_problem,  # type: ignore[dict-item]
            QloakError: _of_error,  # type: ignore[dict-item]
            HTTPException: _of_http,  # type: ignore[dict-item]
            Exception: _of_bug,
        },
    )
    pages.state.client = open_transport(gateway)
    pages.state.links = links or OneTimeLinks()
    gateway.mount("/", pages)


async def _home(_: Request) -> Response:
    return RedirectResponse("/drive", 303)


async def _icon(_: Request) -> Response:
    return RedirectResponse("/static/0/icon.svg", 308)


async def _of_problem(request: Request, problem: Problem) -> Response:
    if problem.status == 401:
        return ask_to_sign_in(request)
    if "x-qloak-live" in request.headers:
        body = {"status": problem.status, "code": problem.code, "detail": problem.detail}
        help_key = f"problem.help.{problem.code}"
        return JSONResponse(body | {"help": text(help_key) if has_text(help_key) else ""}, problem.status)
    help_key = f"problem.help.{problem.code}"
    known = text(help_key) if has_text(help_key) else ""
    return render(request, "problem.html", status=problem.status, problem=problem, help=known)


async def _of_error(request: Request, error: QloakError) -> Response:
    return await _of_problem(request, Problem(error.http_status, error.code, str(error)))


async def _of_bug(request: Request, _: Exception) -> Response:
    """What no page should do; the server logs it."""
    return await _of_problem(request, Problem(500, "failed", text("problem.bug")))


async def _of_http(request: Request, error: HTTPException) -> Response:
    if request.url.path.startswith(_API):
        return http_problem(error)
    detail = text("problem.no_page") if error.status_code == 404 else str(error.detail)
    code = "no-page" if error.status_code == 404 else "bad-request"
    return await _of_problem(request, Problem(error.status_code, code, detail))
