"""The routes of /v1: each hands on to the vault's client and answers its document."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Depends, Path, Query
from fastapi.responses import JSONResponse

from ...storage.vault.client import AuditOptions, Document, ListOptions
from .principal import Client, IdempotencyKey
from .prompt import Prompt
from .schemas import (
    ApplyBody,
    GiveBody,
    MeasureBody,
    PeekBody,
    PlanBody,
    PrepareBody,
    ProviderBody,
    PutBody,
    QuotaBody,
    RedeemBody,
    RehearseBody,
    SplitBody,
    TenantBody,
    TokenBody,
)

__all__ = ["ROUTERS"]

Ref = Annotated[str, Path(min_length=1, max_length=200, description="An object's id, or its name if it is unique.")]
Handle = Annotated[str, Path(min_length=1, max_length=64, description="A register's handle.")]
Name = Annotated[str, Path(min_length=1, max_length=64, description="A provider's name.")]
Tenant = Annotated[str, Path(min_length=1, max_length=64, description="A tenant's name.")]
TokenId = Annotated[str, Path(min_length=1, max_length=64, description="A token's id.")]

_DOCUMENT: Final[dict[str, Any]] = {
    "description": "A document; its `schema` says which.",
    "content": {"application/json": {"schema": {"type": "object", "required": ["schema"]}}},
}


class _Documents(APIRouter):
    """Answers documents as they are: the vault's client has seen to it that they are plain JSON values."""

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **settings: Any) -> None:  # noqa: ANN401
        status = settings.get("status_code") or 200

        @wraps(endpoint)
        def answered(*given: object, **named: object) -> JSONResponse:
            return JSONResponse(endpoint(*given, **named), status)

        @wraps(endpoint)
        async def answered_later(*given: object, **named: object) -> JSONResponse:
            return JSONResponse(await endpoint(*given, **named), status)

        settings |= {"response_model": None, "responses": {status: _DOCUMENT}}
        super().add_api_route(path, answered_later if iscoroutinefunction(endpoint) else answered, **settings)


objects = _Documents(prefix="/v1", tags=["objects"])
registers = _Documents(prefix="/v1/registers", tags=["workbench"])
providers = _Documents(prefix="/v1/providers", tags=["providers"])
administration = _Documents(prefix="/v1", tags=["administration"])

ROUTERS = (objects, registers, providers, administration)

# --- objects ---------------------------------------------------------------------------------------------------------


@objects.post("/objects", status_code=201)
async def put(body: PutBody, client: Prompt, key: IdempotencyKey = None) -> Document:
    """Store a state on several providers, encrypted."""
    return await client.put(body.source, body.options(), key=key)


async def _listing(
    before: Annotated[str | None, Query(max_length=64, description="Newest first, from before this id on.")] = None,
    name: Annotated[str, Query(max_length=200, description="Part of the name; with before.")] = "",
    *,
    look: Annotated[bool, Query(description="Ask the providers for the clones of what is live.")] = False,
) -> ListOptions:
    return ListOptions(before, name, look)


@objects.get("/objects")
def list_objects(
    client: Client,
    listing: Annotated[ListOptions, Depends(_listing)],
    *,
    after: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    state: Annotated[list[str] | None, Query(max_length=16)] = None,
) -> Document:
    """A page of objects, oldest first, or newest first with `before`, which may be empty."""
    return client.objects(after=after, limit=limit, states=state or (), options=listing)


@objects.get("/objects/{ref}")
def show(ref: Ref, client: Client) -> Document:
    """An object and its health."""
    return client.object(ref)


@objects.get("/objects/{ref}/forecast")
def forecast(
    ref: Ref,
    client: Client,
    hours: Annotated[float, Query(gt=0, le=87_660)] = 24.0,
    points: Annotated[int, Query(ge=2, le=500)] = 49,
) -> Document:
    """How well it would come back in the coming hours, if nothing more is lost."""
    return client.forecast(ref, hours=hours, points=points)


@objects.delete("/objects/{ref}")
def remove(ref: Ref, client: Client, key: IdempotencyKey = None) -> Document:
    """Delete an object for ever."""
    return client.remove(ref, idempotency_key=key)


@objects.post("/objects/{ref}/redeem")
async def redeem(
    ref: Ref, client: Prompt, body: Annotated[RedeemBody | None, Body()] = None, key: IdempotencyKey = None
) -> Document:
    """Recover an object, which spends its key: once."""
    return await client.redeem(ref, (body or RedeemBody()).model_dump(), key=key)


@objects.post("/objects/{ref}/refresh")
def refresh(ref: Ref, client: Client, key: IdempotencyKey = None) -> Document:
    """Recover and encrypt anew, without a readable copy in between."""
    return client.refresh(ref, idempotency_key=key)


@objects.get("/objects/{ref}/export")
def export(
    ref: Ref,
    client: Client,
    form: Annotated[str, Query(pattern="^(stim|qasm3|qpy)$")] = "stim",
    *,
    with_input: Annotated[bool, Query()] = False,
) -> Document:
    """The object's life as one circuit."""
    return client.export(ref, form=form, with_input=with_input)


@objects.post("/plan")
def plan(body: PlanBody, client: Client) -> Document:
    """What a put would take, how well it would come back, and who could read."""
    return client.plan(**dict(body))


# --- the workbench ---------------------------------------------------------------------------------------------------


@registers.get("")
def list_registers(client: Client) -> Document:
    """Registers in the workbench."""
    return client.registers()


@registers.post("", status_code=201)
def prepare(body: PrepareBody, client: Client, key: IdempotencyKey = None) -> Document:
    """Make a register."""
    return client.prepare(body.source, idempotency_key=key)


@registers.get("/{handle}")
def show_register(handle: Handle, client: Client) -> Document:
    """One register."""
    return client.register(handle)


@registers.delete("/{handle}")
def discard_register(handle: Handle, client: Client, key: IdempotencyKey = None) -> Document:
    """Reset a register for ever."""
    return client.discard(handle, idempotency_key=key)


@registers.post("/{handle}/apply")
def apply(handle: Handle, body: ApplyBody, client: Client, key: IdempotencyKey = None) -> Document:
    """Run a unitary OpenQASM program on a register."""
    return client.apply(handle, body.program, idempotency_key=key)


@registers.post("/{handle}/measure")
def measure(handle: Handle, body: MeasureBody, client: Client, key: IdempotencyKey = None) -> Document:
    """Measure a Pauli observable of a register."""
    return client.measure(handle, dict(body.letters), idempotency_key=key)


@registers.post("/{handle}/split")
def split(handle: Handle, body: SplitBody, client: Client, key: IdempotencyKey = None) -> Document:
    """Two registers from one; entanglement between them stays."""
    return client.split(handle, body.positions, idempotency_key=key)


@registers.post("/{handle}/give")
def give(handle: Handle, body: GiveBody, client: Client, key: IdempotencyKey = None) -> Document:
    """Hand a register to another tenant."""
    return client.give(handle, body.tenant, idempotency_key=key)


@registers.post("/{handle}/peek")
def peek(handle: Handle, client: Client, body: Annotated[PeekBody | None, Body()] = None) -> Document:
    """Look at the emulated state, as no device can."""
    return client.peek(handle, expected=body.expected if body else None)


# --- providers -------------------------------------------------------------------------------------------------------


@providers.get("")
def list_providers(client: Client) -> Document:
    """Providers and how they are."""
    return client.providers()


@providers.post("", status_code=201)
def add_provider(body: ProviderBody, client: Client) -> Document:
    """Add a provider."""
    return client.add_provider(body.name, url=body.url, token=body.token, options=body.options())


@providers.post("/{name}/rehearse")
def rehearse(name: Name, body: RehearseBody, client: Client) -> Document:
    """Switch a fault on or off."""
    return client.rehearse(name, body.fault, body.strength)


@providers.post("/{name}/recover")
def recover(name: Name, client: Client) -> Document:
    """Switch all faults off."""
    return client.recover_provider(name)


@providers.post("/{name}/destroy")
def destroy(name: Name, client: Client) -> Document:
    """Rehearse the loss of a site, for ever."""
    return client.destroy_provider(name)


# --- administration --------------------------------------------------------------------------------------------------


async def _reading(
    before: Annotated[
        int | None, Query(ge=0, lt=2**62, description="Newest first, from before this line on; 0 for the newest.")
    ] = None,
    action: Annotated[list[str] | None, Query(max_length=32, description="Only lines of these; with before.")] = None,
) -> AuditOptions:
    return AuditOptions(before, tuple(action or ()))


@administration.get("/audit")
def audit(
    client: Client,
    reading: Annotated[AuditOptions, Depends(_reading)],
    after: Annotated[int, Query(ge=0, lt=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    *,
    subject: Annotated[str, Query(max_length=200, description="Only lines about this object or register.")] = "",
) -> Document:
    """The tenant's audit log, oldest first, or newest first with `before`."""
    return client.audit(after=after, limit=limit, subject=subject, options=reading)


@administration.get("/tokens")
def list_tokens(client: Client) -> Document:
    """The tenant's tokens."""
    return client.tokens()


@administration.post("/tokens", status_code=201)
def create_token(body: TokenBody, client: Client, key: IdempotencyKey = None) -> Document:
    """A new token; its secret is shown only now, so that a repeated key is refused."""
    return client.create_token(
        list(body.scopes),
        name=body.name,
        expires_seconds=body.expires_seconds,
        tenant=body.tenant,
        idempotency_key=key,
    )


@administration.delete("/tokens/{token_id}")
def revoke_token(token_id: TokenId, client: Client) -> Document:
    """End a token."""
    return client.revoke_token(token_id)


@administration.get("/tenants")
def list_tenants(client: Client) -> Document:
    """All tenants; for the operator."""
    return client.tenants()


@administration.post("/tenants", status_code=201)
def create_tenant(body: TenantBody, client: Client) -> Document:
    """A new tenant; for the operator."""
    return client.create_tenant(**dict(body))


@administration.put("/tenants/{name}/quota")
def limit_tenant(name: Tenant, body: QuotaBody, client: Client) -> Document:
    """Give a tenant other limits; for the operator. What is stored beyond them stays."""
    return client.limit_tenant(name, **dict(body))


@administration.post("/check")
def check(client: Client) -> Document:
    """Verify every invariant; for the operator."""
    return client.check()
