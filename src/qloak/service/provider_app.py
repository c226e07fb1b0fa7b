"""A provider's server: deposits over HTTP. It never sees a state, only names."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field

from .._version import __version__
from ..errors import ForbiddenError, QloakError
from ..storage.provider import Deposit, Fault, Provider
from ..storage.provider.remote import MAX_BULK, info_document
from .auth import TokenTable
from .headers import secure_headers
from .limits import limit_bodies
from .problem import PROBLEM_RESPONSES, add_problem_handlers

__all__ = ["OPERATOR", "VAULT", "create_provider_app"]

VAULT: Final = "vault"
"""Whoever deposits."""

OPERATOR: Final = "operator"
"""Whoever runs the provider: may rehearse failures."""

_MAX_BODY_BYTES: Final = 2 * 2**20

Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[!-~]+$")]
# The world's names of what is done to a deposit are a little longer, and at most 64 characters.
DepositName = Annotated[str, Field(min_length=1, max_length=56, pattern=r"^[!-~]+$")]
Count = Annotated[int, Field(ge=1, le=1000)]
Qubit = Annotated[int, Field(ge=0, le=1_000_000)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DepositModel(_Strict):
    """One parcel of qubits."""

    deposit: DepositName
    stored: Name
    qubits: Annotated[list[Qubit], Field(min_length=1, max_length=1000)]
    num_blocks: Count


class AcceptBody(_Strict):
    """Deposits that will arrive."""

    deposits: Annotated[list[DepositModel], Field(max_length=MAX_BULK)]


class NamesBody(_Strict):
    """Deposits by name."""

    deposits: Annotated[list[DepositName], Field(max_length=MAX_BULK)]


class ReleaseBody(NamesBody):
    """Deposits and the holder of the world that they go to."""

    to: Name


class RehearseBody(_Strict):
    """A fault and its strength, 0 for off: seconds for slow, a probability otherwise."""

    fault: Fault
    strength: Annotated[float, Field(ge=0, le=60)]


def _site(request: Request) -> Provider:
    site: Provider = request.app.state.site
    return site


def _principal(request: Request) -> str:
    tokens: TokenTable = request.app.state.tokens
    return tokens.principal(request)


def _operator(request: Request) -> str:
    who = _principal(request)
    if who != OPERATOR:
        raise ForbiddenError("This token may deposit, not rehearse failures. Use the operator's token.")
    return who


Site = Annotated[Provider, Depends(_site)]

_health = APIRouter(tags=["health"])
_deposits = APIRouter(prefix="/v1", tags=["deposits"], dependencies=[Depends(_principal)])
_rehearsals = APIRouter(prefix="/v1", tags=["rehearsals"], dependencies=[Depends(_operator)])


@_health.get("/healthz")
def healthz() -> dict[str, str]:
    """The process is alive."""
    return {"status": "ok"}


@_health.get("/readyz")
def readyz(site: Site) -> dict[str, str]:
    """It can serve: its disk answers and no rehearsal has taken it offline."""
    site.info()
    return {"status": "ok"}


@_deposits.get("/openapi.json", include_in_schema=False)
def openapi(request: Request) -> dict[str, Any]:
    """What can be asked, as OpenAPI."""
    app: FastAPI = request.app
    return app.openapi()


@_deposits.get("/info")
def info(site: Site) -> dict[str, Any]:
    """The provider's own account of itself."""
    return info_document(site.info())


@_deposits.post("/deposits/accept")
def accept(body: AcceptBody, site: Site) -> dict[str, Any]:
    """Promise room for deposits, durably."""
    deposits = [Deposit(d.deposit, d.stored, tuple(d.qubits), d.num_blocks) for d in body.deposits]
    return _answers(site.accept(deposits))


@_deposits.post("/deposits/release")
def release(body: ReleaseBody, site: Site) -> dict[str, Any]:
    """Ship deposits to a holder."""
    return _answers(site.release(body.deposits, to=body.to))


@_deposits.post("/deposits/discard")
def discard(body: NamesBody, site: Site) -> dict[str, Any]:
    """Reset deposits and free their room."""
    return _answers(site.discard(body.deposits))


@_deposits.post("/deposits/states")
def states(body: NamesBody, site: Site) -> dict[str, list[str]]:
    """What the provider knows of deposits."""
    return {"states": [state.value for state in site.states(body.deposits)]}


@_rehearsals.post("/rehearse")
def rehearse(body: RehearseBody, site: Site) -> dict[str, str]:
    """Switch a fault on or off."""
    site.rehearse(body.fault, body.strength)
    return {"status": "ok"}


@_rehearsals.post("/destroy")
def destroy(site: Site) -> dict[str, str]:
    """Rehearse the loss of the whole site."""
    site.destroy()
    return {"status": "ok"}


def create_provider_app(site: Provider, tokens: TokenTable) -> FastAPI:
    """The application of one provider.

    Args:
        site: what it keeps.
        tokens: of the principals VAULT and OPERATOR.
    """
    app = FastAPI(
        title="Qloak provider",
        version=__version__,
        description="Keeps deposits of qubits and gives them back. The qubits are emulated.",
        responses=PROBLEM_RESPONSES,
        # It is for whoever has a token, at /v1/openapi.json.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.site, app.state.tokens = site, tokens
    add_problem_handlers(app)
    limit_bodies(app, _MAX_BODY_BYTES)
    secure_headers(app)
    for router in (_health, _deposits, _rehearsals):
        app.include_router(router)
    return app


def _answers(items: list[QloakError | None]) -> dict[str, Any]:
    return {"answers": [None if e is None else {"code": e.code, "message": str(e)} for e in items]}
