"""The client of a vault behind a gateway."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, cast
from urllib.parse import quote

from ..errors import UsageError
from ..storage.http import HttpCaller
from ..storage.ids import new_id
from ..storage.vault.client import (
    DEFAULT_LISTING,
    DEFAULT_OPTIONS,
    OLDEST_FIRST,
    AuditOptions,
    Document,
    ListOptions,
    PutOptions,
    Source,
)

__all__ = ["RemoteClient"]


class RemoteClient:
    """A tenant of a vault behind HTTP; implements `storage.vault.client.VaultClient`.

    Requests that change something carry an idempotency key, a new one if none is given, so that they can be
    repeated when an answer is lost on the way.

    Args:
        caller: address of the gateway and token of the tenant.
    """

    def __init__(self, caller: HttpCaller) -> None:
        self._caller = caller

    def close(self) -> None:
        """Give back the connections."""
        self._caller.close()

    def put(
        self, source: Source, options: PutOptions = DEFAULT_OPTIONS, *, idempotency_key: str | None = None
    ) -> Document:
        """Store a state."""
        chosen = {key: value for key, value in asdict(options).items() if value not in (None, "", ())}
        return self._do("POST", "objects", body={"source": dict(source), **chosen}, key=idempotency_key)

    def objects(
        self,
        *,
        after: str = "",
        limit: int = 100,
        states: Sequence[str] = (),
        options: ListOptions = DEFAULT_LISTING,
    ) -> Document:
        """A page of objects."""
        query = {"after": after or None, "limit": limit, "state": list(states) or None}
        how = {"before": options.before, "name": options.name or None, "look": options.look or None}
        return self._get("objects", query | how)

    def forecast(self, ref: str, *, hours: float = 24.0, points: int = 49) -> Document:
        """How well a stored object would come back in the coming hours."""
        return self._get(f"objects/{_part(ref)}/forecast", {"hours": hours, "points": points})

    def object(self, ref: str) -> Document:
        """An object with its health."""
        return self._get(f"objects/{_part(ref)}")

    def redeem(
        self,
        ref: str,
        *,
        verify: int = 1,
        clone: str | None = None,
        method: str = "measured",
        idempotency_key: str | None = None,
    ) -> Document:
        """Recover an object, which spends its key."""
        body = {"verify": verify, "clone": clone, "method": method}
        return self._do("POST", f"objects/{_part(ref)}/redeem", body=body, key=idempotency_key)

    def refresh(self, ref: str, *, idempotency_key: str | None = None) -> Document:
        """Recover and encrypt anew."""
        return self._do("POST", f"objects/{_part(ref)}/refresh", key=idempotency_key)

    def remove(self, ref: str, *, idempotency_key: str | None = None) -> Document:
        """Delete an object for ever."""
        return self._do("DELETE", f"objects/{_part(ref)}", key=idempotency_key)

    def export(self, ref: str, *, form: str = "stim", with_input: bool = False) -> Document:
        """The object's life as one circuit."""
        return self._get(f"objects/{_part(ref)}/export", {"form": form, "with_input": with_input})

    def plan(
        self,
        *,
        num_qubits: int = 1,
        source: Source | None = None,
        clones: int | None = None,
        custody: str = "clones",
        providers: Sequence[str] = (),
    ) -> Document:
        """What a put would take, how well it would come back, and who could read."""
        given = {} if source is None else {"source": dict(source)}
        body = {"num_qubits": num_qubits, "clones": clones, "custody": custody, "providers": list(providers)}
        return self._call("POST", "plan", body=body | given)

    def registers(self) -> Document:
        """Registers in the workbench."""
        return self._get("registers")

    def register(self, handle: str) -> Document:
        """One register."""
        return self._get(f"registers/{_part(handle)}")

    def prepare(self, source: Source, *, idempotency_key: str | None = None) -> Document:
        """Make a register in the workbench."""
        return self._do("POST", "registers", body={"source": dict(source)}, key=idempotency_key)

    def apply(self, handle: str, program: str, *, idempotency_key: str | None = None) -> Document:
        """Run a unitary OpenQASM program on a register."""
        return self._do("POST", f"registers/{_part(handle)}/apply", body={"program": program}, key=idempotency_key)

    def measure(self, handle: str, letters: Mapping[int, str], *, idempotency_key: str | None = None) -> Document:
        """Measure a Pauli observable of a register."""
        body = {"letters": {str(qubit): letter for qubit, letter in letters.items()}}
        return self._do("POST", f"registers/{_part(handle)}/measure", body=body, key=idempotency_key)

    def split(self, handle: str, positions: Sequence[int], *, idempotency_key: str | None = None) -> Document:
        """Two registers from one."""
        body = {"positions": list(positions)}
        return self._do("POST", f"registers/{_part(handle)}/split", body=body, key=idempotency_key)

    def give(self, handle: str, tenant: str, *, idempotency_key: str | None = None) -> Document:
        """Hand a register to another tenant."""
        return self._do("POST", f"registers/{_part(handle)}/give", body={"tenant": tenant}, key=idempotency_key)

    def discard(self, handle: str, *, idempotency_key: str | None = None) -> Document:
        """Reset a register for ever."""
        return self._do("DELETE", f"registers/{_part(handle)}", key=idempotency_key)

    def peek(self, handle: str, *, expected: Source | None = None) -> Document:
        """Look at the emulated state, as no device can."""
        body = {"expected": None if expected is None else dict(expected)}
        return self._call("POST", f"registers/{_part(handle)}/peek", body=body)

    def providers(self) -> Document:
        """Providers with their health."""
        return self._get("providers")

    def add_provider(
        self, name: str, *, url: str = "", token: str = "", options: Mapping[str, Any] | None = None
    ) -> Document:
        """Add a provider; embedded without a URL."""
        return self._call(
            "POST", "providers", body={"name": name, "url": url, "token": token, **(options or {})}, repeat=False
        )

    def rehearse(self, name: str, fault: str, strength: float = 1.0) -> Document:
        """Switch a fault of a provider on or off."""
        return self._call("POST", f"providers/{_part(name)}/rehearse", body={"fault": fault, "strength": strength})

    def recover_provider(self, name: str) -> Document:
        """Switch all faults of a provider off."""
        return self._call("POST", f"providers/{_part(name)}/recover")

    def destroy_provider(self, name: str) -> Document:
        """Rehearse the loss of a provider's site, for ever."""
        return self._call("POST", f"providers/{_part(name)}/destroy")

    def audit(
        self, *, after: int = 0, limit: int = 100, subject: str = "", options: AuditOptions = OLDEST_FIRST
    ) -> Document:
        """A page of the tenant's audit log."""
        begin = {"after": after} if options.before is None else {"before": options.before}
        rest = {"limit": limit, "subject": subject or None, "action": list(options.actions) or None}
        return self._get("audit", begin | rest)

    def tokens(self) -> Document:
        """The tenant's tokens, without their secrets."""
        return self._get("tokens")

    def create_token(
        self,
        scopes: Sequence[str],
        *,
        name: str = "",
        expires_seconds: float | None = None,
        tenant: str | None = None,
        idempotency_key: str | None = None,
    ) -> Document:
        """A new token."""
        body = {"scopes": list(scopes), "name": name, "expires_seconds": expires_seconds, "tenant": tenant}
        headers = {} if idempotency_key is None else {"Idempotency-Key": idempotency_key}
        answer = self._caller.call("POST", "/v1/tokens", body=body, headers=headers, repeat=False)
        return cast("Document", answer)

    def revoke_token(self, token_id: str) -> Document:
        """End a token."""
        return self._call("DELETE", f"tokens/{_part(token_id)}")

    def tenants(self) -> Document:
        """Tenants; for the operator."""
        return self._get("tenants")

    def create_tenant(self, name: str, *, max_objects: int | None = None, max_qubits: int | None = None) -> Document:
        """A new tenant; for the operator."""
        limits = {"max_objects": max_objects, "max_qubits": max_qubits}
        given = {key: limit for key, limit in limits.items() if limit is not None}
        return self._call("POST", "tenants", body={"name": name, **given}, repeat=False)

    def limit_tenant(self, name: str, *, max_objects: int | None = None, max_qubits: int | None = None) -> Document:
        """Give a tenant other limits; for the operator."""
        body = {"max_objects": max_objects, "max_qubits": max_qubits}
        return self._call("PUT", f"tenants/{_part(name)}/quota", body=body)

    def check(self) -> Document:
        """Verify every invariant; for the operator."""
        return self._call("POST", "check")

    def _get(self, path: str, query: Mapping[str, Any] | None = None) -> Document:
        return cast("Document", self._caller.call("GET", f"/v1/{path}", query=query))

    def _call(self, method: str, path: str, *, body: Any = None, repeat: bool = True) -> Document:  # noqa: ANN401, JSON
        return cast("Document", self._caller.call(method, f"/v1/{path}", body=body, repeat=repeat))

    def _do(self, method: str, path: str, *, key: str | None, body: Any = None) -> Document:  # noqa: ANN401, JSON
        headers = {"Idempotency-Key": new_id() if key is None else key}
        return cast("Document", self._caller.call(method, f"/v1/{path}", body=body, headers=headers))


def _part(text: str) -> str:
    """A name as a part of a path."""
    if not text or text in (".", ".."):
        raise UsageError.of("name", text, "a name")
    return quote(text, safe="")
