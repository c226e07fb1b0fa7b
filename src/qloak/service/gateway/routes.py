"""The routes of /v1: each hands on to the vault's client and answers its document."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Path, Query
from fastapi.responses import JSONResponse

from ...storage.vault.client import Document
from .principal import Client, IdempotencyKey
from .schemas import (
    ApplyBody,
    GiveBody,
    MeasureBody,
    PeekBody,
    PlanBody,
    PrepareBody,
    ProviderBody,
    PutBody,
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
TokenId = Annotated[str, Path(min_length=1, max_length=64, description="A token's id.")]

_DOCUMENT: Final[dict[str, Any]] = {
    "description": "A document; its `schema` says which.",
    "content": {"application/json": {"schema": {"type": "object", "required": ["schema"]}}},
}


class _Documents(APIRouter):
    """Answers documents as they are: the vault's client has seen to it that they are plain JSON values."""

    def add_api_route(self, path: str, endpoint: Callable[..., Document], **settings: Any) -> None:  # noqa: ANN401
        status = settings.get("status_code") or 200

        @wraps(endpoint)
        def answered(*given: object, **named: object) -> JSONResponse:
            return JSONResponse(endpoint(*given, **named), status)

        settings |= {"response_model": None, "responses": {status: _DOCUMENT}}
        super().add_api_route(path, answered, **settings)


objects = _Documents(prefix="/v1", tags=["objects"])
registers = _Documents(prefix="/v1/registers", tags=["workbench"])
providers = _Documents(prefix="/v1/providers", tags=["providers"])
administration = _Documents(prefix="/v1", tags=["administration"])

ROUTERS = (objects, registers, providers, administration)

# --- objects ---------------------------------------------------------------------------------------------------------


@objects.post("/objects", status_code=201)
def put(body: PutBody, client: Client, key: IdempotencyKey = None) -> Document:
    """Store a state on several providers, encrypted."""
    return client.put(body.source, body.options(), idempotency_key=key)


@objects.get("/objects")
def list_objects(
    client: Client,
    after: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    state: Annotated[list[str] | None, Query(max_length=16)] = None,
) -> Document:
    """A page of objects, oldest first."""
    return client.objects(after=after, limit=limit, states=state or ())


@objects.get("/objects/{ref}")
def show(ref: Ref, client: Client) -> Document:
    """An object and its health."""
    return client.object(ref)


@objects.delete("/objects/{ref}")
def remove(ref: Ref, client: Client, key: IdempotencyKey = None) -> Document:
    """Delete an object for ever."""
    return client.remove(ref, idempotency_key=key)


@objects.post("/objects/{ref}/redeem")
def redeem(
    ref: Ref, client: Client, body: Annotated[RedeemBody | None, Body()] = None, key: IdempotencyKey = None
) -> Document:
    """Recover an object, which spends its key: once."""
    how = body or RedeemBody()
    return client.redeem(ref, verify=how.verify, clone=how.clone, method=how.method, idempotency_key=key)


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
    """What a put would take, and who could read."""
    return client.plan(num_qubits=body.num_qubits, clones=body.clones, custody=body.custody, providers=body.providers)


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


@administration.get("/audit")
def audit(
    client: Client,
    after: Annotated[int, Query(ge=0, lt=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Document:
    """The tenant's audit log."""
    return client.audit(after=after, limit=limit)


@administration.get("/tokens")
def list_tokens(client: Client) -> Document:
    """The tenant's tokens."""
    return client.tokens()


@administration.post("/tokens", status_code=201)
def create_token(body: TokenBody, client: Client) -> Document:
    """A new token; its secret is shown only now."""
    return client.create_token(
        list(body.scopes), name=body.name, expires_seconds=body.expires_seconds, tenant=body.tenant
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
    return client.create_tenant(body.name)


@administration.post("/check")
def check(client: Client) -> Document:
    """Verify every invariant; for the operator."""
    return client.check()
