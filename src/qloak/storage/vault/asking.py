"""From what a tenant says, in plain JSON values, to what is asked of the vault."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from ...core import CustodyPolicy
from ...errors import ForbiddenError, UsageError
from ..ledger import Principal, Scope
from .client import PutOptions, Source
from .requests import PutRequest, RedeemRequest
from .sources import read_source

__all__ = ["drawn", "need", "put_request", "read_custody", "redeem_request"]


def need(who: Principal, scope: Scope) -> None:
    """Refuse who lacks a scope.

    Raises:
        ForbiddenError: if they do.
    """
    if scope not in who.scopes:
        raise ForbiddenError(f"This token lacks the scope {scope.value!r}.")


def put_request(who: Principal, source: Source, options: PutOptions, *, key: str | None) -> PutRequest:
    """To store a state.

    Raises:
        ForbiddenError: without the scope to write.
        UsageError, StateError, ProgramError, LimitError: as `read_source`, or for options that cannot be.
    """
    need(who, Scope.WRITE)
    prepared = read_source(drawn(source, key))
    return PutRequest(
        tenant=who.tenant,
        actor=who.token_id,
        idempotency_key=key,
        register=prepared.register,
        handle=prepared.handle,
        positions=prepared.stored_positions(),
        name=options.name,
        num_clones=options.clones,
        providers=tuple(options.providers),
        custody=read_custody(options.custody),
        min_clones=options.min_clones,
    )


def redeem_request(who: Principal, object_id: str, how: Mapping[str, Any], *, key: str | None) -> RedeemRequest:
    """To recover an object.

    Args:
        who: asks.
        object_id: which.
        how: any of `verify`, `clone` and `method`.
        key: for idempotency.

    Raises:
        ForbiddenError: without the scope to write.
        UsageError: for what cannot be.
    """
    need(who, Scope.WRITE)
    return RedeemRequest(tenant=who.tenant, actor=who.token_id, idempotency_key=key, object_id=object_id, **how)


def drawn(source: Source, key: str | None) -> Source:
    """The source as it was asked for under this key: who repeats it means the same random state."""
    if key is None or "random" not in source or source.get("seed") is not None:
        return source
    return {**source, "seed": int.from_bytes(hashlib.sha256(key.encode("utf-8", "replace")).digest())}


def read_custody(name: str) -> CustodyPolicy:
    """A custody policy that a tenant may choose.

    Raises:
        UsageError: for any other name.
    """
    allowed = [policy for policy in CustodyPolicy if policy is not CustodyPolicy.CLONES_SOURCE_DEPOSITED]
    if name not in allowed:
        raise UsageError.of("custody", name, f"one of {', '.join(allowed)}")
    return CustodyPolicy(name)
