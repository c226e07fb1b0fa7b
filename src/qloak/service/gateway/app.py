"""The gateway's application and its lifetime."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import anyio.to_thread
from fastapi import APIRouter, FastAPI, Request

from ..._version import __version__
from ...storage.ledger import Scope
from ...storage.vault.batcher import Batcher
from ..headers import secure_headers
from ..jobs.placing import Placer
from ..jobs.queue import JobQueue
from ..limits import limit_bodies
from ..problem import PROBLEM_RESPONSES, add_problem_handlers
from . import events, experiments, lab, metrics
from .principal import KnownClients, RateLimiter, Who, needs
from .prompt import Mailbox
from .prompt_routes import PromptRoutes
from .routes import ROUTERS
from .upkeep import Upkeep

if TYPE_CHECKING:
    from ...storage.vault import Vault

__all__ = ["GatewayOptions", "create_gateway_app"]

_MAX_BODY_BYTES: Final = 64 * 2**20
"""2^20 amplitudes as text are about 45 MB."""

_THREADS: Final = 128

_health = APIRouter(tags=["health"])
_description = APIRouter(prefix="/v1")


@dataclass(frozen=True, slots=True)
class GatewayOptions:
    """How a gateway serves.

    Attributes:
        requests_per_second: of each token.
        burst: requests of each token at once.
        upkeep: whether it also looks after the vault.
    """

    requests_per_second: float = 500.0
    burst: float = 1000.0
    upkeep: bool = True


@_health.get("/healthz")
def healthz() -> dict[str, str]:
    """The process is alive."""
    return {"status": "ok"}


@_health.get("/readyz")
def readyz(request: Request) -> dict[str, str]:
    """Ledger and world answer."""
    vault: Vault = request.app.state.vault
    vault.ledger.tenants.list()
    vault.world.now()
    return {"status": "ok"}


@_description.get("/session", tags=["administration"])
async def session(request: Request, who: Who) -> dict[str, Any]:
    """Whose token this is, what it allows, and the number of the last event so far."""
    needs(who, Scope.READ)
    scopes = sorted(scope.value for scope in who.scopes)
    last = request.app.state.events.last
    head = {"schema": "qloak.session/1", "tenant": who.tenant, "token_id": who.token_id}
    return head | {"scopes": scopes, "last_event": last}


@_description.get("/openapi.json", include_in_schema=False)
async def openapi(request: Request, _: Who) -> dict[str, Any]:
    """What can be asked, as OpenAPI."""
    app: FastAPI = request.app
    return app.openapi()


def create_gateway_app(vault: Vault, options: GatewayOptions | None = None) -> FastAPI:
    """The application; it does not close the vault.

    Args:
        vault: an open one.
        options: see there.
    """
    chosen = options or GatewayOptions()

    @asynccontextmanager
    async def lifetime(app: FastAPI) -> AsyncIterator[None]:
        # Routes wait for the vault in threads; more of them than cores, as they mostly wait.
        anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
        batcher = Batcher(vault)
        upkeep = Upkeep(vault, app.state.events, turn=batcher.turn)
        app.state.doors = batcher
        app.state.mailbox = Mailbox(asyncio.get_running_loop())
        vault.listen(app.state.events)
        jobs = app.state.jobs = JobQueue(vault.folder, app.state.events.publish)
        jobs.start()
        if chosen.upkeep:
            upkeep.start()
        yield
        app.state.closing.set()
        jobs.stop()
        if chosen.upkeep:
            upkeep.stop()
        batcher.close()

    app = FastAPI(
        title="Qloak gateway",
        version=__version__,
        description="Stores quantum states on several providers at once, encrypted; any one with the key gives a "
        "state back, once. The qubits are emulated.",
        responses=PROBLEM_RESPONSES,
        lifespan=lifetime,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.vault = vault
    app.state.events = events.EventLog()
    app.state.meters = metrics.Meters(vault)
    app.state.closing = threading.Event()
    app.state.placer = Placer()
    add_problem_handlers(app)
    limiter = RateLimiter(chosen.requests_per_second, chosen.burst)
    # From the inside to the outside.
    app.add_middleware(PromptRoutes)
    app.add_middleware(KnownClients, vault=vault, limiter=limiter)
    limit_bodies(app, _MAX_BODY_BYTES)
    app.add_middleware(metrics.MeteredApp, meters=app.state.meters)
    secure_headers(app)
    for router in (_health, _description, *ROUTERS, lab.router, experiments.router, events.router, metrics.router):
        app.include_router(router)
    return app
