"""The world's server: nature for vaults and providers on other machines.

A token stands for a holder, and acts as this holder only. A provider's token `name` also stands for all its
incarnations `name#1`, `name#2`, …. The token of ADMIN makes holders known; peeking, which no device can do, takes
a token of its own.
"""

from __future__ import annotations

import base64
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, FastAPI, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from .._version import __version__
from ..errors import ForbiddenError, UsageError
from ..storage.world.codec import decode_operation
from ..storage.world.operations import Advance, Applied, Operation, Result
from ..storage.world.protocol import World
from ..storage.world.remote import MAX_BULK, holder_document, holder_of
from .auth import TokenTable
from .headers import secure_headers
from .limits import limit_bodies
from .problem import PROBLEM_RESPONSES, add_problem_handlers

__all__ = ["ADMIN", "EMULATOR", "create_world_app"]

ADMIN: Final = "*admin"
"""Principal that may register any holder."""

EMULATOR: Final = "*emulator"
"""Principal that may look at states, as no device can."""

_MAX_BODY_BYTES: Final = 48 * 2**20

Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[!-~]+$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OperationsBody(_Strict):
    """Operations in order, one transaction."""

    operations: Annotated[list[dict[str, Any]], Field(max_length=MAX_BULK)]
    epoch: Annotated[int, Field(ge=0, lt=2**31)] = 0


class ResultsBody(_Strict):
    """Operations by name."""

    op_ids: Annotated[list[Name], Field(max_length=MAX_BULK)]


# Shorter than any memory and longer than any world; the arithmetic of rates stays finite.
Seconds = Annotated[float, Field(ge=1e-12, le=1e18)]


class HolderBody(_Strict):
    """A holder; null for an infinite time."""

    name: Name
    t1_seconds: Seconds | None = None
    t2_seconds: Seconds | None = None
    link_error: Annotated[float, Field(ge=0, le=1)] = 0.0
    link_loss: Annotated[float, Field(ge=0, le=1)] = 0.0


class CustodyBody(_Strict):
    """Encrypted registers, and who asks."""

    stored: Annotated[list[Name], Field(max_length=MAX_BULK)]
    holder: Name


class EpochBody(_Strict):
    """A vault."""

    holder: Name


def _world(request: Request) -> World:
    world: World = request.app.state.world
    return world


def _principal(request: Request) -> str:
    tokens: TokenTable = request.app.state.tokens
    return tokens.principal(request)


def _emulator(request: Request) -> str:
    who = _principal(request)
    if who != EMULATOR:
        raise ForbiddenError("Only an emulator's operator can look at a state; this token is not his.")
    return who


Nature = Annotated[World, Depends(_world)]
Who = Annotated[str, Depends(_principal)]

_health = APIRouter(tags=["health"])
_holders = APIRouter(prefix="/v1", tags=["holders"])
_emulation = APIRouter(prefix="/v1", tags=["emulator"], dependencies=[Depends(_emulator)])


@_health.get("/healthz")
def healthz() -> dict[str, str]:
    """The process is alive."""
    return {"status": "ok"}


@_health.get("/readyz")
def readyz(world: Nature) -> dict[str, str]:
    """The world's database answers."""
    world.now()
    return {"status": "ok"}


@_holders.get("/openapi.json", include_in_schema=False)
def openapi(request: Request, who: Who) -> dict[str, Any]:  # noqa: ARG001, whoever has a token
    """What can be asked, as OpenAPI."""
    app: FastAPI = request.app
    return app.openapi()


@_holders.post("/operations")
def operations(body: OperationsBody, who: Who, world: Nature) -> dict[str, Any]:
    """Do operations; see the operation kinds in the documentation."""
    wanted = [_operation(item) for item in body.operations]
    for operation in wanted:
        _check(who, operation.holder)
        if isinstance(operation, Advance) and who != ADMIN:
            raise ForbiddenError("Time is everybody's: only the token of *admin lets it pass.")
    return {"results": [_document(result) for result in world.apply(wanted, epoch=body.epoch)]}


@_holders.post("/results")
def results(body: ResultsBody, who: Who, world: Nature) -> dict[str, Any]:  # noqa: ARG001, any holder may ask
    """What came of operations; their names are secrets of those who chose them."""
    return {"results": {name: dict(applied.value) for name, applied in world.results(body.op_ids).items()}}


@_holders.post("/holders")
def register_holder(body: HolderBody, who: Who, world: Nature) -> dict[str, str]:
    """Make a holder known, or change its parameters."""
    _check(who, body.name)
    world.register_holder(holder_of(body.model_dump()))
    return {"status": "ok"}


@_holders.get("/holders")
def holders(who: Who, world: Nature) -> dict[str, Any]:  # noqa: ARG001, memories and links are no secrets
    """All holders."""
    return {"holders": [holder_document(info) for info in world.holders()]}


@_holders.post("/custody")
def custody(body: CustodyBody, who: Who, world: Nature) -> dict[str, Any]:
    """Which qubits the holder has in hand."""
    _check(who, body.holder)
    found = world.custody(body.stored, holder=body.holder)
    places = {
        name: {str(q): {"holder": place.holder, "since": place.since} for q, place in qubits.items()}
        for name, qubits in found.items()
    }
    return {"custody": places}


@_holders.post("/epochs")
def epochs(body: EpochBody, who: Who, world: Nature) -> dict[str, int]:
    """Begin a new epoch of a vault; older processes of it are fenced."""
    _check(who, body.holder)
    return {"epoch": world.open_epoch(body.holder)}


@_holders.get("/now")
def now(who: Who, world: Nature) -> dict[str, float]:  # noqa: ARG001, the time is the same for all
    """World time, seconds."""
    return {"now": world.now()}


@_emulation.get("/history")
def history(stored: Annotated[str, Query(max_length=64)], world: Nature) -> dict[str, Any]:
    """The log of one encrypted register."""
    return {"history": [dict(item) for item in world.history(stored)]}


@_holders.get("/export")
def export(
    stored: Annotated[str, Query(max_length=64)],
    form: Literal["stim", "qasm3", "qpy"],
    who: Who,
    world: Nature,
    *,
    with_input: bool = False,
) -> dict[str, str]:
    """The life of an encrypted register as one circuit."""
    if with_input and who != EMULATOR:
        raise ForbiddenError("Only an emulator's operator can see what was put in; this token is not his.")
    if who not in (ADMIN, EMULATOR) and world.history(stored)[0]["holder"] != who:
        # Where it has been and what happened there is the business of whoever encrypted it.
        raise ForbiddenError(f"Only the vault that encrypted {stored} can export it; this token is not its own.")
    text = world.export(stored, form=form, with_input=with_input)
    return {"text": text} if isinstance(text, str) else {"base64": base64.b64encode(text).decode()}


@_emulation.get("/peek")
def peek(handle: Annotated[str, Query(max_length=64)], world: Nature) -> dict[str, str]:
    """The state of a plain register. No device can do this."""
    return {"state": base64.b64encode(world.peek(handle)).decode()}


def create_world_app(world: World, tokens: TokenTable) -> FastAPI:
    """The application of a world.

    Args:
        world: nature.
        tokens: of holders, ADMIN and EMULATOR.
    """
    app = FastAPI(
        title="Qloak world",
        version=__version__,
        description="Emulated nature: who holds which qubit, and what happens to it.",
        responses=PROBLEM_RESPONSES,
        # It is for whoever has a token, at /v1/openapi.json.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.world, app.state.tokens = world, tokens
    add_problem_handlers(app)
    limit_bodies(app, _MAX_BODY_BYTES)
    secure_headers(app)
    for router in (_health, _holders, _emulation):
        app.include_router(router)
    return app


def _check(who: str, holder: str) -> None:
    """A token acts as its own holder only."""
    if who not in (ADMIN, holder, holder.partition("#")[0]):
        raise ForbiddenError(f"This token acts as {who}, not as {holder}.")


def _operation(item: dict[str, Any]) -> Operation:
    try:
        return decode_operation(item)
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError.of("operation", item.get("kind"), "an operation of the world", str(error)) from error


def _document(result: Result) -> dict[str, Any]:
    if isinstance(result, Applied):
        return {"value": dict(result.value), "repeated": result.repeated}
    return {"code": result.code, "message": result.message}
