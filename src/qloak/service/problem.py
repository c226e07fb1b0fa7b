"""Errors over HTTP: RFC 9457 problem documents, one shape for everything that can go wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..errors import QloakError, RateLimitError, UsageError, shorten

if TYPE_CHECKING:
    from fastapi import FastAPI, Request
    from fastapi.responses import JSONResponse
    from starlette.exceptions import HTTPException

__all__ = ["PROBLEM_RESPONSES", "add_problem_handlers", "http_problem", "problem_response"]

_TYPE: Final = "application/problem+json"

_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "exit_code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "exit_code": {"type": "integer"},
    },
}

PROBLEM_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    status: {"description": text, "content": {_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for status, text in (
        (400, "The request cannot be read."),
        (401, "No valid token."),
        (403, "The token is not for this, or the qubits do not determine the state."),
        (404, "Unknown, or somebody else's."),
        (405, "No such method here."),
        (409, "It does not fit the present state; nothing has changed."),
        (410, "The object is lost."),
        (413, "Larger than is accepted."),
        (422, "An argument that cannot be used."),
        (429, "Too many requests."),
        (501, "An optional part is not installed."),
        (503, "Something needed does not answer at present; try again."),
        (507, "No room."),
    )
}
"""For the `responses` of an application: every problem that a route may answer."""


def problem_response(error: QloakError) -> JSONResponse:
    """An error as a response."""
    from fastapi.responses import JSONResponse

    status = error.http_status
    headers = {"Retry-After": "1"} if isinstance(error, RateLimitError) or status == 503 else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(_document(status, error.code, str(error), error.exit_code), status, headers, _TYPE)


def http_problem(error: HTTPException) -> JSONResponse:
    """What the framework refuses, as a response."""
    from fastapi.responses import JSONResponse

    body = _document(error.status_code, "bad-request", str(error.detail), 1)
    return JSONResponse(body, error.status_code, error.headers, _TYPE)


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error of an application as a problem document, and describe what that is."""
    from fastapi.exceptions import RequestValidationError
    from fastapi.responses import JSONResponse
    from starlette.exceptions import HTTPException

    async def of_ours(_: Request, error: QloakError) -> JSONResponse:
        return problem_response(error)

    async def of_http(_: Request, error: HTTPException) -> JSONResponse:
        return http_problem(error)

    async def of_validation(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        # Never the input itself: it may be a state, and it may be long.
        detail = f"{shorten(place)[1:-1]}: {first['msg']}."
        return JSONResponse(_document(422, UsageError.code, detail, UsageError.exit_code), 422, None, _TYPE)

    async def of_bug(_: Request, error: Exception) -> JSONResponse:  # noqa: ARG001, it is logged by the server
        detail = "Something went wrong in the server that it cannot name; its log says more."
        return JSONResponse(_document(500, QloakError.code, detail, 1), 500, None, _TYPE)

    bare = app.openapi

    def with_problems() -> dict[str, Any]:
        document = bare()
        document.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _SCHEMA
        return document

    app.openapi = with_problems  # type: ignore[method-assign]
    app.add_exception_handler(Exception, of_bug)
    app.add_exception_handler(QloakError, of_ours)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, of_http)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, of_validation)  # type: ignore[arg-type]


def _document(status: int, code: str, detail: str, exit_code: int) -> dict[str, object]:
    return {
        "type": f"urn:qloak:problem:{code}",
        "title": code.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
        "exit_code": exit_code,
    }
